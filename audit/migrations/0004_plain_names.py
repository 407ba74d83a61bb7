"""Names that say what they are, in Django's state: tables and columns keep theirs."""

import audit.models
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_key_id")]

    operations = [
        migrations.AlterModelTable("waiting", "audit_waiting"),
        migrations.RenameModel("Waiting", "PendingEvent"),
        migrations.AlterModelTable("head", "audit_head"),
        migrations.RenameModel("Head", "ChainHead"),
        migrations.AlterField(
            "chainhead", "floor", models.BigIntegerField(default=0, db_column="floor")
        ),
        migrations.RenameField("chainhead", "floor", "pruned_through"),
        migrations.AlterField(
            "chainhead",
            "floor_hash",
            models.CharField(
                max_length=audit.models.HASH, default="0" * 64, db_column="floor_hash"
            ),
        ),
        migrations.RenameField("chainhead", "floor_hash", "pruned_hash"),
    ]
