from collections import defaultdict

from django.db import migrations, transaction

from core.search import search_key

BATCH, TAG_KEY, SEARCH_KEY = 2000, 160, 2400  # rows, characters, bytes: as gallery/models/images.py has it


def fold_tags(apps, schema_editor):
    """Tags as core.search compares words now. Those of one person that become equal are one: the
    oldest, under which the images of the others are filed."""
    tags, filed = (apps.get_model("gallery", name).objects for name in ("Tag", "ImageTag"))
    changed = defaultdict(dict)  # {(user, new key): {tag's key: old key}}
    for pk, user, name, key in tags.order_by("pk").values_list("pk", "user_id", "name", "key"):
        new = search_key(name)[:TAG_KEY]
        if new != key:
            changed[user, new][pk] = key
    for (user, key), found in changed.items():
        with transaction.atomic(using=schema_editor.connection.alias):
            same = tags.filter(user_id=user, key=key).values_list("pk", flat=True)
            first, *others = sorted({*found, *same})
            has = filed.filter(tag_id=first).values("image_id")
            filed.filter(tag_id__in=others, image_id__in=has).delete()
            for other in others:  # one after the other: two may have the same image
                filed.filter(tag_id=other).exclude(image_id__in=has).update(tag_id=first)
                filed.filter(tag_id=other).delete()
            tags.filter(pk__in=others).delete()
            tags.filter(pk=first).update(key=key)


def fold_images(apps, schema_editor):
    """Titles and tags as they are found now; only what differs is written."""
    images, filed = (apps.get_model("gallery", name).objects for name in ("UserImage", "ImageTag"))
    rows, last = images.order_by("pk"), None
    while True:
        rest = rows.filter(pk__gt=last) if last else rows
        batch = list(rest.only("pk", "title", "search_key")[:BATCH])
        if not batch:
            return
        last, names, changed = batch[-1].pk, defaultdict(list), []
        of_batch = filed.filter(image__in=batch).order_by("tag__key")
        for image, name in of_batch.values_list("image_id", "tag__name"):
            names[image].append(name)
        for image in batch:
            key = search_key(image.title, *names[image.pk]).encode()[:SEARCH_KEY]
            key = key.decode(errors="ignore")
            if key != image.search_key:
                image.search_key = key
                changed.append(image)
        images.bulk_update(changed, ["search_key"], batch_size=500)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("gallery", "0004_captured_from")]
    operations = [
        migrations.RunPython(fold_tags, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(fold_images, migrations.RunPython.noop, elidable=True),
    ]
