"""An image's copy of its consultation's patient, doctor and date: 0003 adds the columns, empty (no table is
rewritten), 0004 fills them, 0005 makes them required and indexes them. Each can be run again when
it was interrupted, and taken back.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def keep_true(apps, schema_editor):
    # On PostgreSQL the practice may be at work meanwhile: what is written from here on is right,
    # what was there is 0004's. (On SQLite the triggers must wait until no table is made anew.)
    if schema_editor.connection.vendor == "postgresql":
        from consultations.triggers import install

        install(schema_editor.connection)


def let_go(apps, schema_editor):
    from consultations.triggers import remove

    remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0002_damaged"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            model_name="consultationimage",
            name="patient",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="consultations.patient",
            ),
        ),
        migrations.AddField(
            model_name="consultationimage",
            name="doctor",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consultationimage",
            name="consultation_date",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.RunPython(keep_true, let_go),
    ]
