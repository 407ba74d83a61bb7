from django.db import migrations, models

from core.migrating import AddIndexAside, RemoveIndexAside

BY_TIME = ["-timeline_key", "-created_at", "-id"]
VISIT = ["-consultation_date", "-consultation"]
EQUAL = {
    "image_by_visit": ["patient"],
    "image_by_site": ["patient", "body_site"],
    "image_by_type": ["patient", "image_type"],
}


def index(name, *fields):
    return AddIndexAside("consultationimage", models.Index(fields=[*fields, *BY_TIME], name=name))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0012_fill_timeline_key")]
    operations = [
        index("image_by_time", "consultation", "-is_primary"),
        *(index(f"{name}_and_time", *equal, *VISIT) for name, equal in EQUAL.items()),
        *(RemoveIndexAside("consultationimage", name) for name in EQUAL),
    ]
