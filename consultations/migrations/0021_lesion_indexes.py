from django.db import migrations, models
from django.db.models import Q

from core.migrating import AddCheckAside, AddIndexAside

OF_ONE = "revision_of_one_record"


def one_of(*subjects):
    empty = [Q(*((f"{name}__isnull", name != subject) for name in sorted(subjects))) for subject in subjects]
    return models.CheckConstraint(condition=Q(*empty, _connector="OR"), name=OF_ONE)


def forget_lesions(apps, schema_editor):
    """Backwards: the former table has no place for what lesions said."""
    apps.get_model("consultations", "Revision").objects.filter(lesion__isnull=False).delete()


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0020_lesion")]
    operations = [
        AddIndexAside(
            "consultationimage",
            models.Index(
                condition=Q(lesion__isnull=False),
                fields=["lesion", "-timeline_key", "-created_at", "-id"],
                name="image_of_lesion",
            ),
        ),
        AddIndexAside(
            "revision",
            models.Index(condition=Q(lesion__isnull=False), fields=["lesion"], name="revision_of_lesion"),
        ),
        migrations.RemoveConstraint("revision", OF_ONE),
        migrations.RunPython(migrations.RunPython.noop, forget_lesions),
        AddCheckAside("revision", one_of("consultation", "patient", "image", "lesion")),
    ]
