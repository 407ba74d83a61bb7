"""The list that a practice begins with; it is edited in the admin."""

from django.db import migrations

CATEGORIES = (
    ("margin", "Marge", "Margin"),
    ("biopsy-site", "Site de biopsie", "Biopsy site"),
    ("satellite", "Lésion satellite", "Satellite lesion"),
    ("scar", "Cicatrice", "Scar"),
    ("landmark", "Repère", "Landmark"),
)


def add(apps, schema_editor):
    rows = apps.get_model("annotations", "Category").objects.using(schema_editor.connection.alias)
    for position, (code, name, name_en) in enumerate(CATEGORIES, start=1):
        rows.get_or_create(
            code=code, defaults={"name": name, "name_en": name_en, "position": position}
        )


class Migration(migrations.Migration):
    dependencies = [("annotations", "0001_initial")]

    # Back: the table goes with 0001.
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
