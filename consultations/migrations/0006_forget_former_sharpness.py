from django.db import migrations, transaction
from django.db.models import Max, Min

BATCH = 10_000  # rows that are locked at a time


def forget(apps, schema_editor):
    """Sharpness and exposure are measured otherwise since: beside today's thresholds, the former
    figures would call every sharp photograph blurred. Unmeasured, it has no verdict. The web
    processes of before must have ended: they go on measuring as they did (docs/deploy.md)."""
    using = schema_editor.connection.alias
    images = apps.get_model("consultations", "ConsultationImage").objects.using(using)
    todo = images.exclude(sharpness=None, exposure=None)
    ends = todo.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    for start in range(ends["first"], ends["last"] + 1, BATCH):
        with transaction.atomic(using=using):
            todo.filter(pk__gte=start, pk__lt=start + BATCH).update(sharpness=None, exposure=None)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0005_image_visit_indexes")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
