from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consultations', '0015_diagnosis_released'),
    ]

    operations = [
        migrations.AddField(
            model_name='consultation',
            name='review_on',
            field=models.DateField(blank=True, help_text='The home page reminds you.', null=True, verbose_name='see again on'),
        ),
        migrations.AddField(
            model_name='consultation',
            name='search_key',
            field=models.CharField(default='', editable=False, max_length=2000),
        ),
    ]
