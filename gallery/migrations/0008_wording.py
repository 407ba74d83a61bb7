from django.db import migrations, models


class Migration(migrations.Migration):
    # Words only: no column changes.

    dependencies = [
        ('gallery', '0007_rename_cutout'),
    ]

    operations = [
        migrations.AlterField(
            model_name='userimage',
            name='engine',
            field=models.CharField(blank=True, choices=[('auto', 'Automatic'), ('general', 'General (any image)'), ('lesion', 'Lesion (dermoscopy)')], editable=False, max_length=10, verbose_name='engine'),
        ),
        migrations.AlterField(
            model_name='userimage',
            name='engine_asked',
            field=models.CharField(choices=[('auto', 'Automatic'), ('general', 'General (any image)'), ('lesion', 'Lesion (dermoscopy)')], default='auto', editable=False, max_length=10, verbose_name='requested engine'),
        ),
        migrations.AlterField(
            model_name='userimage',
            name='quality',
            field=models.CharField(blank=True, choices=[('excellent', 'High'), ('good', 'Medium'), ('fair', 'Low')], editable=False, max_length=10, verbose_name='edge certainty'),
        ),
    ]
