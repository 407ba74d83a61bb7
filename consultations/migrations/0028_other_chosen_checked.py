from django.db import migrations, models
from django.db.models import Q

from core.migrating import AddCheckAside


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0027_other_chosen")]
    operations = [
        AddCheckAside(
            "consultationimage",
            models.CheckConstraint(
                condition=Q(other_chosen=False) | Q(image_type="other"),
                name="consultationimage_other_chosen_only_with_other",
            ),
        ),
    ]
