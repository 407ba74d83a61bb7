from django.db import migrations, models

from core.search import search_key

SEARCH_KEY = 800  # characters: as accounts/models.py has it


def fold(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    for user in users.only("pk", "full_name", "email").iterator():
        key = search_key(user.full_name, user.email)[:SEARCH_KEY]
        users.filter(pk=user.pk).update(search_key=key)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_second_factor")]
    operations = [
        migrations.AddField(
            model_name="user",
            name="search_key",
            field=models.CharField(db_default="", editable=False, max_length=SEARCH_KEY),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
    ]
