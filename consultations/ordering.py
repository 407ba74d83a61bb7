"""The orders of images, all descending (the last key is unique), and the indexes that hold them."""

from collections.abc import Iterable

from django.db.models import Index

# Of a consultation, on pages and in ZIPs; and of a patient.
IN_ORDER = ("is_primary", "timeline_key", "created_at", "pk")
BY_VISIT = ("consultation_date", "consultation_id", "timeline_key", "created_at", "pk")
# Of a consultation in the API: nothing that is edited later moves a row under whoever walks there.
AS_ADDED = ("is_primary", "created_at", "pk")


def descending(keys: Iterable[str]) -> list[str]:
    return [f"-{key}" for key in keys]


def _index(name: str, equal: list[str], keys: Iterable[str]) -> Index:
    names = {"pk": "id", "consultation_id": "consultation"}
    return Index(fields=[*equal, *descending(names.get(key, key) for key in keys)], name=name)


INDEXES = [
    _index("image_in_order", ["consultation"], AS_ADDED),
    _index("image_by_time", ["consultation"], IN_ORDER),
    _index("image_by_visit_and_time", ["patient"], BY_VISIT),
    _index("image_by_site_and_time", ["patient", "body_site"], BY_VISIT),
    _index("image_by_type_and_time", ["patient", "image_type"], BY_VISIT),
]
