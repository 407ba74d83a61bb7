from django.db import migrations, models


class Migration(migrations.Migration):
    # Words only: no column changes.

    dependencies = [
        ('accounts', '0003_search_key'),
    ]

    operations = [
        migrations.AlterField(
            model_name='user',
            name='is_staff',
            field=models.BooleanField(default=False, verbose_name='can access the admin'),
        ),
        migrations.AlterField(
            model_name='user',
            name='second_factor_since',
            field=models.DateTimeField(editable=False, null=True, verbose_name='two-factor authentication since'),
        ),
    ]
