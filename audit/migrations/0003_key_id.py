from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_second_factor_and_password'),
    ]

    operations = [
        migrations.AddField(
            model_name='event',
            name='key_id',
            field=models.CharField(max_length=8, null=True),
        ),
    ]
