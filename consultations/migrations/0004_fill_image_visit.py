from django.db import migrations, transaction
from django.db.models import Max, Min, OuterRef, Subquery

BATCH = 10_000  # rows that are locked at a time


def fill(apps, schema_editor):
    """By ranges of the primary key, a transaction each: nobody waits for millions of rows."""
    using = schema_editor.connection.alias
    images = apps.get_model("consultations", "ConsultationImage").objects.using(using)
    visits = apps.get_model("consultations", "Consultation").objects.using(using)
    visit = visits.filter(pk=OuterRef("consultation_id"))
    todo = images.filter(consultation_date=None)
    ends = todo.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    for start in range(ends["first"], ends["last"] + 1, BATCH):
        with transaction.atomic(using=using):
            todo.filter(pk__gte=start, pk__lt=start + BATCH).update(
                patient_id=Subquery(visit.values("patient_id")),
                doctor_id=Subquery(visit.values("doctor_id")),
                consultation_date=Subquery(visit.values("date")),
            )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("consultations", "0003_image_visit_columns")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
