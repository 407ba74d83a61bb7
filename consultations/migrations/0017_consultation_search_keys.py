from django.db import migrations, models, transaction

from core.migrating import AddIndexAside
from core.search import search_key

BATCH, SEARCH_KEY = 2000, 2000  # rows, characters: as consultations/models/consultation.py has it
TO_FOLLOW_UP = models.Q(("status", "follow_up"), ("review_on__isnull", False), _connector="OR")


def fill(apps, schema_editor):
    """In order of the key, each batch for itself: the practice may be at work."""
    rows = apps.get_model("consultations", "Consultation").objects.order_by("pk")
    fields, last = ("pk", "reason", "diagnosis", "notes", "search_key"), 0
    while last is not None:
        # Locked: who edits meanwhile writes the key after us.
        with transaction.atomic(using=schema_editor.connection.alias):
            batch = list(rows.filter(pk__gt=last).select_for_update().only(*fields)[:BATCH])
            last, changed = batch[-1].pk if batch else None, []
            for row in batch:
                key = search_key(row.reason, row.diagnosis, row.notes)[:SEARCH_KEY]
                if key != row.search_key:
                    row.search_key = key
                    changed.append(row)
            rows.bulk_update(changed, ["search_key"], batch_size=100)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0016_review_on")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        AddIndexAside(
            "consultation",
            models.Index(
                fields=["doctor"], condition=TO_FOLLOW_UP, name="consultation_to_follow_up"
            ),
        ),
    ]
