import consultations.dates
import consultations.dating
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    # Words only: no column changes.

    dependencies = [
        ('consultations', '0017_consultation_search_keys'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='consultation',
            name='notes',
            field=models.TextField(blank=True, help_text='The patient does not see them.', verbose_name='notes'),
        ),
        migrations.AlterField(
            model_name='consultation',
            name='review_on',
            field=models.DateField(blank=True, help_text='The home page will remind you.', null=True, verbose_name='follow up on'),
        ),
        migrations.AlterField(
            model_name='consultationimage',
            name='captured_on',
            field=models.DateField(blank=True, error_messages={'invalid_date': 'The date must be between 1900 and today.'}, help_text='If the file does not say, or is wrong.', null=True, validators=[consultations.dating.validate_captured_on], verbose_name='date taken'),
        ),
        migrations.AlterField(
            model_name='patient',
            name='birth_date',
            field=models.DateField(blank=True, error_messages={'invalid_date': 'The date of birth must be in the past.'}, null=True, validators=[consultations.dates.validate_birth_date], verbose_name='date of birth'),
        ),
        migrations.AlterField(
            model_name='patient',
            name='user',
            field=models.OneToOneField(blank=True, help_text='Most patients never log in; those who do see their own record.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='patient_record', to=settings.AUTH_USER_MODEL, verbose_name='login'),
        ),
    ]
