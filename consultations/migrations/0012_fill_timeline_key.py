from datetime import UTC, datetime, time, timedelta

from django.db import migrations, transaction
from django.utils import timezone

BATCH = 2000  # rows that are locked at a time
READ = ("pk", "captured_on", "captured_at", "captured_offset", "created_at", "timeline_key")


def key(row):
    """As consultations/dating.py has it."""
    added, taken = timezone.localtime(row.created_at).date(), row.captured_at
    if taken is None:
        day = None
    elif row.captured_offset is None:
        day = timezone.localtime(taken).date()
    else:
        day = (taken.astimezone(UTC) + timedelta(minutes=row.captured_offset)).date()
    if row.captured_on:
        shown, moment = row.captured_on, taken if day == row.captured_on else None
    elif day is None or day > added + timedelta(days=1):
        shown, moment = added, row.created_at
    else:
        shown, moment = day, taken
    begins = datetime.combine(shown, time(), UTC)
    since = moment - begins + timedelta(hours=14) if moment else timedelta()
    share = min(max(since / timedelta(hours=50), 0), 1)
    return begins + share * timedelta(hours=23, minutes=59)


def fill(apps, schema_editor):
    """In order of the key, only what differs, each batch for itself: the practice may be at work,
    and it can be run again where it broke off."""
    using = schema_editor.connection.alias
    images = apps.get_model("consultations", "ConsultationImage").objects.using(using)
    last = 0
    while last is not None:
        with transaction.atomic(using=using):
            found = images.filter(pk__gt=last).order_by("pk").select_for_update()
            rows = list(found.only(*READ)[:BATCH])
            last, changed = rows[-1].pk if rows else None, []
            for row in rows:
                if row.timeline_key != (right := key(row)):
                    row.timeline_key = right
                    changed.append(row)
            images.bulk_update(changed, ["timeline_key"], batch_size=200)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0011_timeline_key")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
