from collections import defaultdict

from django.db import migrations, transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from core.migrating import former_search_key
from core.search import search_key

BATCH = 2000  # rows
TAG_KEY, SEARCH_KEY = 160, 2400  # characters, bytes: as gallery/models/images.py has it


def fold_tags(apps, schema_editor, folding=search_key):
    """Tags as core.search compares words now. Those of one person that become equal are one: the
    oldest, under which the images of the others are filed."""
    tags, filed = (apps.get_model("gallery", name).objects for name in ("Tag", "ImageTag"))
    changed = defaultdict(lambda: defaultdict(list))  # {user: {new key: [tags]}}
    rows = tags.order_by("pk").values_list("pk", "user_id", "name", "key")
    for pk, user, name, key in rows.iterator(chunk_size=BATCH):
        if (new := folding(name)[:TAG_KEY]) != key:
            changed[user][new].append(pk)
    for user, words in changed.items():
        with transaction.atomic(using=schema_editor.connection.alias):
            _make_way(tags, words)
            for key, found in words.items():
                same = tags.filter(user_id=user, key=key).values_list("pk", flat=True)
                _join(tags, filed, key, sorted({*found, *same}))


def _make_way(tags, words):
    """The former key of one may be the new one of another, that is not to be joined with it. No
    folded key has a capital."""
    pks = [pk for found in words.values() for pk in found]
    for start in range(0, len(pks), BATCH):
        away = Concat(Value("A"), Cast("pk", CharField()))
        tags.filter(pk__in=pks[start : start + BATCH]).update(key=away)


def _join(tags, filed, key, found):
    first, *others = found
    has = filed.filter(tag_id=first).values("image_id")
    for other in others:  # one after the other: two may have the same image
        filed.filter(tag_id=other).exclude(image_id__in=has).update(tag_id=first)
        filed.filter(tag_id=other).delete()
    tags.filter(pk__in=others).delete()
    tags.filter(pk=first).update(key=key)


def fold_images(apps, schema_editor, folding=search_key):
    """Titles and tags as they are found now; only what differs is written. A blank around a key, as
    former ones have it where there is no title, finds no other rows and is left."""
    images, filed = (apps.get_model("gallery", name).objects for name in ("UserImage", "ImageTag"))
    rest = images.order_by("pk")
    while rest is not None:
        # Locked: who changes a title meanwhile writes its key after us.
        with transaction.atomic(using=schema_editor.connection.alias):
            batch = list(rest.select_for_update().only("pk", "title", "search_key")[:BATCH])
            rest = images.filter(pk__gt=batch[-1].pk).order_by("pk") if batch else None
            names, changed = defaultdict(list), []
            of_batch = filed.filter(image__in=batch).order_by("tag__key")
            for image, name in of_batch.values_list("image_id", "tag__name"):
                names[image].append(name)
            for image in batch:
                key = folding(image.title, *names[image.pk]).encode()[:SEARCH_KEY]
                key = key.decode(errors="ignore")
                if key != image.search_key.strip():
                    image.search_key = key
                    changed.append(image)
            images.bulk_update(changed, ["search_key"], batch_size=100)


def put_back(apps, schema_editor):
    """The former version finds nothing by the keys of this one. What was joined stays so."""
    fold_tags(apps, schema_editor, former_search_key)
    fold_images(apps, schema_editor, former_search_key)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("gallery", "0004_captured_from")]
    operations = [
        migrations.RunPython(fold_tags, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(fold_images, put_back, elidable=True),
    ]
