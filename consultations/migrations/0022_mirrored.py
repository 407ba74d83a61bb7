from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultations", "0021_lesion_indexes")]
    operations = [
        migrations.AddField(
            model_name="consultationimage",
            name="mirrored",
            field=models.CharField(
                blank=True,
                choices=[("unknown", "Not known"), ("no", "Not mirrored"), ("yes", "Mirrored")],
                db_default="",
                default="",
                max_length=7,
                verbose_name="front camera: is the picture mirrored?",
            ),
        ),
    ]
