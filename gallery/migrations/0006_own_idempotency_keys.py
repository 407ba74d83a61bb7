from django.db import migrations
from django.db.models import Value
from django.db.models.functions import Concat, Substr

OWN = "consultation-image/"  # of gallery/exchange.py


def set_apart(apps, schema_editor):
    """Our own keys begin with a blank now, which no client's key does."""
    images = apps.get_model("gallery", "UserImage").objects.using(schema_editor.connection.alias)
    ours = images.filter(idempotency_key__startswith=OWN)
    ours.update(idempotency_key=Concat(Value(" "), "idempotency_key"))


def put_back(apps, schema_editor):
    images = apps.get_model("gallery", "UserImage").objects.using(schema_editor.connection.alias)
    ours = images.filter(idempotency_key__startswith=f" {OWN}")
    ours.update(idempotency_key=Substr("idempotency_key", 2))


class Migration(migrations.Migration):
    dependencies = [("gallery", "0005_fold_search_keys")]
    operations = [migrations.RunPython(set_apart, put_back)]
