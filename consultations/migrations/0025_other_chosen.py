from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("consultations", "0024_comparisons")]
    operations = [
        migrations.AddField(
            model_name="consultationimage",
            name="other_chosen",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="“Other” by choice"
            ),
        ),
        migrations.AddConstraint(
            model_name="consultationimage",
            constraint=models.CheckConstraint(
                condition=Q(other_chosen=False) | Q(image_type="other"),
                name="consultationimage_other_chosen_only_with_other",
            ),
        ),
    ]
