from django.db import migrations, models
from django.db.models import Q

from core.migrating import AddCheckAside, AddIndexAside

OF_ONE = "revision_of_one_record"


def one_of(*subjects):
    empty = [Q(*((f"{name}__isnull", name != subject) for name in sorted(subjects))) for subject in subjects]
    return models.CheckConstraint(condition=Q(*empty, _connector="OR"), name=OF_ONE)


def forget_comparisons(apps, schema_editor):
    """Backwards: the former table has no place for what comparisons said."""
    apps.get_model("consultations", "Revision").objects.filter(comparison__isnull=False).delete()


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0025_revisions_of_comparisons")]
    operations = [
        AddIndexAside(
            "revision",
            models.Index(condition=Q(comparison__isnull=False), fields=["comparison"], name="revision_of_comparison"),
        ),
        migrations.RemoveConstraint("revision", OF_ONE),
        migrations.RunPython(migrations.RunPython.noop, forget_comparisons),
        AddCheckAside("revision", one_of("consultation", "patient", "image", "lesion", "comparison")),
    ]
