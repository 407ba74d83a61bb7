import consultations.models.consultation
from django.db import migrations, models

LABEL = 'show the diagnosis to the patient'
HELP = 'They see it once the consultation is no longer in progress.'


class Migration(migrations.Migration):
    # What patients could read until now they go on reading. A constant default: PostgreSQL writes
    # no row anew.

    dependencies = [
        ('consultations', '0014_date_messages'),
    ]

    operations = [
        migrations.AddField(
            model_name='consultation',
            name='diagnosis_released',
            field=models.BooleanField(default=True, help_text=HELP, verbose_name=LABEL),
        ),
        migrations.AlterField(
            model_name='consultation',
            name='diagnosis_released',
            field=models.BooleanField(default=consultations.models.consultation.releases_diagnoses, help_text=HELP, verbose_name=LABEL),
        ),
    ]
