from django.db import migrations, transaction

from core.migrating import former_search_key
from core.search import search_key

BATCH, SEARCH_KEY = 2000, 400  # rows, characters: as consultations/models/patient.py has it


def fold(apps, schema_editor, folding=search_key):
    """As core.search does now: who types "O'Brien" finds "O’Brien". Read in order of the key, and
    only what differs is written, each batch for itself: the practice may be at work. A blank at the
    end of a key, as former ones have it, finds no other rows and is left."""
    patients = apps.get_model("consultations", "Patient").objects.order_by("pk")
    fields, last = ("pk", "full_name", "file_number", "search_key"), 0
    while last is not None:
        # Locked: who changes a name meanwhile writes its key after us.
        with transaction.atomic(using=schema_editor.connection.alias):
            rows = list(patients.filter(pk__gt=last).select_for_update().only(*fields)[:BATCH])
            last, changed = rows[-1].pk if rows else None, []
            for row in rows:
                key = folding(row.full_name, row.file_number)[:SEARCH_KEY]
                if key != row.search_key.strip():
                    row.search_key = key
                    changed.append(row)
            patients.bulk_update(changed, ["search_key"], batch_size=100)


def put_back(apps, schema_editor):
    """The former version finds nobody by the keys of this one."""
    fold(apps, schema_editor, former_search_key)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0009_captured_from")]
    operations = [migrations.RunPython(fold, put_back, elidable=True)]
