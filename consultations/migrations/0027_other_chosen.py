from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultations", "0026_revision_of_comparison")]
    operations = [
        migrations.AddField(
            model_name="consultationimage",
            name="other_chosen",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="“Other” by choice"
            ),
        ),
    ]
