from datetime import UTC, datetime, time, timedelta

from django.db import migrations, transaction
from django.utils import timezone

BATCH = 2000  # rows that are locked at a time
READ = ("pk", "captured_on", "captured_at", "captured_offset", "created_at", "shown_at")


def shown(row):
    """As consultations/dating.py has it."""
    if row.captured_on:
        return datetime.combine(row.captured_on, time(), UTC)
    added, taken = timezone.localtime(row.created_at).replace(tzinfo=UTC), row.captured_at
    if taken is None:
        return added
    if row.captured_offset is None:
        taken = timezone.localtime(taken).replace(tzinfo=UTC)
    else:
        taken = taken.astimezone(UTC) + timedelta(minutes=row.captured_offset)
    return added if taken.date() > added.date() + timedelta(days=1) else taken


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
                if row.shown_at != (moment := shown(row)):
                    row.shown_at = moment
                    changed.append(row)
            images.bulk_update(changed, ["shown_at"], batch_size=200)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0011_shown_at")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
