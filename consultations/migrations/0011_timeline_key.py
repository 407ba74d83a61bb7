"""What images are in order by, in a column: 0011 adds it, with the moment of the migration in every row (the
table is not written anew on PostgreSQL), 0012 writes what each row says, 0013 makes the indexes of
the new order and takes away the former ones.
"""

from django.db import migrations
from django.db.models.functions import Now

import consultations.dating


class Migration(migrations.Migration):
    dependencies = [("consultations", "0010_fold_search_keys")]
    operations = [
        migrations.AddField(
            model_name="consultationimage",
            name="timeline_key",
            field=consultations.dating.TimelineKey(db_default=Now(), editable=False),
        ),
    ]
