from django.db import migrations, models
from django.db.models import Q

from core.migrating import AddIndexAside, AddUniqueAside, RemoveIndexAside

LIVE, IN_BIN = Q(deleted_at__isnull=True), Q(deleted_at__isnull=False)
BY_TIME = ["-timeline_key", "-created_at", "-id"]
VISIT = ["-consultation_date", "-consultation", *BY_TIME]
FORMER = [
    ("image_in_order", ["consultation", "-is_primary", "-created_at", "-id"]),
    ("image_by_time", ["consultation", "-is_primary", *BY_TIME]),
    ("image_by_visit_and_time", ["patient", *VISIT]),
    ("image_by_site_and_time", ["patient", "body_site", *VISIT]),
    ("image_by_type_and_time", ["patient", "image_type", *VISIT]),
]


def index(name, fields, **more):
    made = models.Index(fields=fields, name=name, **more)
    return AddIndexAside("consultationimage", made)


def one_primary(name, condition):
    return models.UniqueConstraint(fields=["consultation"], condition=condition, name=name)


def forget_primary(apps, schema_editor):
    """Backwards, what is in the bin comes back, and a consultation has one primary image."""
    images = apps.get_model("consultations", "ConsultationImage").objects
    images.filter(IN_BIN, is_primary=True).update(is_primary=False)


class Migration(migrations.Migration):
    """The new indexes first, the former ones last: at every moment there is one for each page."""

    atomic = False
    dependencies = [("consultations", "0018_wording")]
    operations = [
        migrations.AddField(
            model_name="consultationimage",
            name="deleted_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="deleted"),
        ),
        *(
            index(name.replace("image_", "live_image_").replace("_and_time", ""), fields, condition=LIVE)
            for name, fields in FORMER
        ),
        index("image_in_bin", ["doctor", "-deleted_at", "-id"], condition=IN_BIN),
        index("image_deleted", ["deleted_at"], condition=IN_BIN),
        index("image_of_patient", ["patient"]),
        AddUniqueAside(
            model_name="consultationimage",
            constraint=one_primary("consultationimage_one_live_primary", Q(is_primary=True) & LIVE),
        ),
        migrations.RemoveConstraint("consultationimage", "consultationimage_one_primary"),
        migrations.RunPython(migrations.RunPython.noop, forget_primary),
        *(RemoveIndexAside("consultationimage", name) for name, _fields in FORMER),
    ]
