from datetime import UTC, timedelta

from django.db import migrations, transaction
from django.utils import timezone

BATCH = 2000  # rows that are locked at a time
READ = ("pk", "captured_on", "captured_at", "captured_offset", "created_at", "shown_on")


def shown(row):
    """As consultations/dating.py has it."""
    if row.captured_on:
        return row.captured_on
    added, taken = timezone.localtime(row.created_at).date(), row.captured_at
    if taken is None:
        return added
    if row.captured_offset is None:
        day = timezone.localtime(taken).date()
    else:
        day = (taken.astimezone(UTC) + timedelta(minutes=row.captured_offset)).date()
    return added if day > added + timedelta(days=1) else day


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
            last, changed = rows[-1].pk if rows else None, {}
            for row in rows:
                if row.shown_on != (day := shown(row)):
                    changed.setdefault(day, []).append(row.pk)
            # Not by bulk_update, which would ask the field: a row here is no whole image.
            for day, keys in changed.items():
                images.filter(pk__in=keys).update(shown_on=day)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0011_shown_on")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
