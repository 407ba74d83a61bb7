"""Lesions, and an image's: 0020 adds table and columns (empty: no table is rewritten), 0021 the
indexes and constraints that read rows which are there."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import consultations.vocabulary


def keep_true(apps, schema_editor):
    # On PostgreSQL the practice may be at work from here on; SQLite's triggers come after the
    # last migration.
    if schema_editor.connection.vendor == "postgresql":
        from consultations.triggers import install

        install(schema_editor.connection)


def let_go(apps, schema_editor):
    from consultations.triggers import remove_of_lesions

    remove_of_lesions(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0019_bin")]
    operations = [
        migrations.CreateModel(
            name="Lesion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=20, verbose_name="label")),
                ("body_site", models.CharField(blank=True, choices=consultations.vocabulary.body_site_choices, max_length=20, verbose_name="body site")),
                ("laterality", models.CharField(blank=True, choices=[("left", "Left"), ("right", "Right"), ("bilateral", "Bilateral")], max_length=10, verbose_name="side")),
                ("map_view", models.CharField(blank=True, choices=[("front", "Front view"), ("back", "Back view"), ("face", "Face"), ("head_right", "Head, right side"), ("head_left", "Head, left side"), ("palms", "Palms"), ("hands", "Backs of the hands"), ("feet", "Feet"), ("soles", "Soles")], max_length=12, verbose_name="drawing")),
                ("map_x", models.FloatField(blank=True, null=True, verbose_name="across")),
                ("map_y", models.FloatField(blank=True, null=True, verbose_name="down")),
                ("first_seen", models.DateField(blank=True, null=True, verbose_name="first seen")),
                ("status", models.CharField(choices=[("watched", "Watched"), ("excised", "Excised"), ("resolved", "Resolved")], default="watched", max_length=10, verbose_name="status")),
                ("next_review", models.DateField(blank=True, null=True, verbose_name="next review")),
                ("notes", models.TextField(blank=True, help_text="The patient does not see them.", max_length=2000, verbose_name="notes")),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="added")),
                ("updated_at", models.DateTimeField(auto_now=True, verbose_name="changed")),
                ("patient", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="lesions", to="consultations.patient", verbose_name="patient")),
            ],
            options={"verbose_name": "lesion", "verbose_name_plural": "lesions", "ordering": ["patient_id", "pk"]},
        ),
        migrations.AddIndex(
            "lesion",
            models.Index(condition=Q(("next_review__isnull", False), ("status", "watched")), fields=["next_review"], name="lesion_to_review"),
        ),
        migrations.AddConstraint(
            "lesion",
            models.UniqueConstraint(fields=("patient", "label"), name="lesion_label_unique", violation_error_message="Another lesion of this patient has this label."),
        ),
        migrations.AddConstraint(
            "lesion",
            models.CheckConstraint(condition=Q(("label", ""), _negated=True), name="lesion_has_label"),
        ),
        migrations.AddConstraint(
            "lesion",
            models.CheckConstraint(
                condition=Q(
                    Q(("map_view", ""), ("map_x__isnull", True), ("map_y__isnull", True)),
                    Q(Q(("map_view", ""), _negated=True), ("map_x__isnull", False), ("map_y__isnull", False)),
                    _connector="OR",
                ),
                name="lesion_point_all_or_none",
                violation_error_message="A point has a drawing and both coordinates.",
            ),
        ),
        migrations.AddConstraint(
            "lesion",
            models.CheckConstraint(
                condition=Q(("map_x__isnull", True), Q(("map_x__range", (0, 1)), ("map_y__range", (0, 1))), _connector="OR"),
                name="lesion_point_in_drawing",
                violation_error_message="The point lies outside the drawing.",
            ),
        ),
        migrations.AddField(
            model_name="consultationimage",
            name="lesion",
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="images", to="consultations.lesion", verbose_name="lesion"),
        ),
        migrations.AddField(
            model_name="revision",
            name="lesion",
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="consultations.lesion", verbose_name="lesion"),
        ),
        migrations.RunPython(keep_true, let_go),
    ]
