import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.migrating import AddIndexAside, Required

VISIT = ["-consultation_date", "-consultation", "-created_at", "-id"]


def index(name, *fields):
    return AddIndexAside("consultationimage", models.Index(fields=[*fields, *VISIT], name=name))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("consultations", "0004_fill_image_visit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        Required(
            model_name="consultationimage",
            name="patient",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="consultations.patient",
            ),
        ),
        Required(
            model_name="consultationimage",
            name="doctor",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        Required(
            model_name="consultationimage",
            name="consultation_date",
            field=models.DateField(editable=False),
        ),
        index("image_by_visit", "patient"),
        index("image_by_site", "patient", "body_site"),
        index("image_by_type", "patient", "image_type"),
    ]
