"""The cut-out and its thumbnail by their names. Only names change, in place and at once: the
database carries the constraint's own along, so that it is altered in Django's state alone."""

from django.db import migrations, models


def constraint(name):
    return models.CheckConstraint(
        condition=~models.Q(status="ready") | ~models.Q(**{name: ""}),
        name="userimage_ready_has_a_result",
    )


class InStateOnly(migrations.SeparateDatabaseAndState):
    def __init__(self, before, after):
        super().__init__(
            state_operations=[
                migrations.RemoveConstraint("userimage", "userimage_ready_has_a_result"),
                migrations.AddConstraint("userimage", constraint(after)),
            ]
        )


class Migration(migrations.Migration):
    dependencies = [("gallery", "0006_own_idempotency_keys")]

    operations = [
        migrations.RenameField("userimage", "cutout", "cutout_thumbnail"),
        migrations.RenameField("userimage", "processed", "cutout"),
        InStateOnly("processed", "cutout"),
    ]
