import consultations.dates
import consultations.dating
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0013_timeline_key_indexes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='consultationimage',
            name='captured_on',
            field=models.DateField(blank=True, error_messages={'invalid_date': 'A picture was taken between 1900 and today.'}, help_text='Where the file does not say it, or is wrong.', null=True, validators=[consultations.dating.validate_captured_on], verbose_name='day it was taken'),
        ),
        migrations.AlterField(
            model_name='patient',
            name='birth_date',
            field=models.DateField(blank=True, error_messages={'invalid_date': 'A date of birth is in the past.'}, null=True, validators=[consultations.dates.validate_birth_date], verbose_name='date of birth'),
        ),
    ]
