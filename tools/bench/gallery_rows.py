"""Rows of one person's gallery, a million in seconds: names only, no blob exists."""

import re

from django.db import connection

from accounts.models import User
from core.search import search_key
from gallery.models import ImageTag, StorageQuota, Tag, UserImage

from .rows import VARIES, choice, insert

COMMON, RARE = "suivi", "rare"  # tags of every fifth image, of every thousandth
STEP = {COMMON: 5, RARE: 1000}
# The key of image number `n`, of no order: as the application's own are.
_KEY = {
    "sqlite": "printf('%08x%024x', (n * 2654435761) % 4294967296, n)",
    "postgresql": "(lpad(to_hex((n::bigint * 2654435761) % 4294967296), 8, '0')"
    " || lpad(to_hex(n), 24, '0'))::uuid",
}


def owner():
    """Somebody with an empty gallery, and the two tags."""
    user = User.objects.create_user("bench@example.org", full_name="Bench", role="doctor")
    StorageQuota.objects.of(user.pk)
    for name in STEP:
        Tag.objects.create(user=user, name=name, key=search_key(name))
    return user


def fill(user, first, last):
    """Images number `first` to `last`: every seventh a favourite, every tenth failed."""
    varies = VARIES[connection.vendor]
    key, created = _key(), varies["created"]
    name = f"'{user.pk}/' || n"
    chosen = {
        "id": key,
        "original": f"{name} || '_original.jpg'",
        "display": f"{name} || '_display.jpg'",
        "thumbnail": f"{name} || '_thumb.webp'",
        "processed": f"{name} || '_processed.png'",
        "cutout": f"{name} || '_cutout.webp'",
        "original_filename": "'IMG_' || n || '.JPG'",
        "sha256": varies["sha256"],
        "title": "'Image ' || n",
        "search_key": "'image ' || n",
        "is_favorite": "(n %% 7 = 0)",
        "status": "CASE n %% 10 WHEN 0 THEN 'failed' ELSE 'ready' END",
        "error": "CASE n %% 10 WHEN 0 THEN 'gave_up' ELSE '' END",
        "engine": choice(("general", "lesion")),
        "quality": choice(("excellent", "good", "fair")),
        "created_at": created,
        "updated_at": created,
    }
    given = {
        "user": user.pk,
        "file_size": 3_210_000,
        "stored_bytes": 9_000_000,
        "source_bytes": 3_220_000,
        "mime_type": "image/jpeg",
        "width": 4032,
        "height": 3024,
        "processing_time": 700,
        "due_at": None,
    }
    insert(UserImage, chosen, given, first, last)
    for tag in Tag.objects.filter(user=user):
        step = STEP[tag.name]
        # Every `step`th number, with the key and the date of the image of that number.
        of_image = {"image": _every(key, step), "image_created_at": _every(created, step)}
        insert(ImageTag, of_image, {"tag": tag.pk}, -(-first // step), last // step)
    StorageQuota.objects.filter(user=user).update(image_count=last, image_limit=2 * last)


def _key():
    return _KEY[connection.vendor].replace(" % ", " %% ")


def _every(sql, step):
    """The same of `n * step`."""
    return re.sub(r"\bn\b", f"(n * {step})", sql)
