from django.db import migrations

from core.search import search_key

BATCH = 2000


def fold(apps, schema_editor):
    """As core.search does now: who types "O'Brien" finds "O’Brien". Read in order of the key, and
    only what differs is written, each batch for itself: the practice may be at work."""
    patients = apps.get_model("consultations", "Patient").objects.order_by("pk")
    fields, last = ("pk", "full_name", "file_number", "search_key"), 0
    while rows := list(patients.filter(pk__gt=last).only(*fields)[:BATCH]):
        last, changed = rows[-1].pk, []
        for row in rows:
            key = search_key(row.full_name, row.file_number)[:400]
            if key != row.search_key:
                row.search_key = key
                changed.append(row)
        patients.bulk_update(changed, ["search_key"], batch_size=500)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0009_captured_from")]
    operations = [migrations.RunPython(fold, migrations.RunPython.noop, elidable=True)]
