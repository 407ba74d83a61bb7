import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations import AddIndex

VISIT = ["-consultation_date", "-consultation", "-created_at", "-id"]


class AddIndexAside(AddIndexConcurrently):
    """CONCURRENTLY, so that uploads go on meanwhile, where the database knows it (PostgreSQL);
    a plain index elsewhere. An index that was interrupted there is dropped and made again."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.index.name}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor != "postgresql":
            return AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)
        super().database_backwards(app_label, schema_editor, from_state, to_state)


def index(name, *fields):
    return AddIndexAside("consultationimage", models.Index(fields=[*fields, *VISIT], name=name))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("consultations", "0004_fill_image_visit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterField(
            model_name="consultationimage",
            name="patient",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="consultations.patient",
            ),
        ),
        migrations.AlterField(
            model_name="consultationimage",
            name="doctor",
            field=models.ForeignKey(
                db_index=False,
                editable=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="consultationimage",
            name="consultation_date",
            field=models.DateField(editable=False),
        ),
        index("image_by_visit", "patient"),
        index("image_by_site", "patient", "body_site"),
        index("image_by_type", "patient", "image_type"),
    ]
