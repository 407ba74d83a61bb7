from django.db import migrations
from django.db.models import F, Value
from django.db.models.functions import Replace

LIGATURES = {"æ": "ae", "œ": "oe"}


def write_out(apps, schema_editor):
    """As core.search does now: who types "naevus" finds "nævus". A few rows of all."""
    patients = apps.get_model("consultations", "Patient").objects
    for ligature, letters in LIGATURES.items():
        written_out = Replace(F("search_key"), Value(ligature), Value(letters))
        patients.filter(search_key__contains=ligature).update(search_key=written_out)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0006_forget_former_sharpness")]
    operations = [migrations.RunPython(write_out, migrations.RunPython.noop)]
