"""Former values of comparisons: 0025 adds the column (empty: no table is rewritten), 0026 the index
and the constraint that read rows which are there."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consultations", "0024_comparisons")]
    operations = [
        migrations.AddField(
            "revision",
            "comparison",
            models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="consultations.comparison", verbose_name="comparison"),
        ),
    ]
