"""The orders of images, all descending (the last key is unique), and the indexes that hold them."""

from collections.abc import Iterable

from django.db.models import Index, Q

from imaging.models import IN_BIN, LIVE

# Within a consultation, on pages and in ZIPs; and within a patient.
IN_ORDER = ("is_primary", "timeline_key", "created_at", "pk")
BY_VISIT = ("consultation_date", "consultation_id", "timeline_key", "created_at", "pk")
# Within a consultation in the API: later edits do not move a row while a client pages through.
AS_ADDED = ("is_primary", "created_at", "pk")
IN_TIME = ("timeline_key", "created_at", "pk")  # of a lesion
IN_BIN_ORDER = ("deleted_at", "pk")  # of a doctor


def descending(keys: Iterable[str]) -> list[str]:
    """The same keys for `order_by`, each with a minus sign."""
    return [f"-{key}" for key in keys]


def _index(name: str, equal: list[str], keys: Iterable[str], condition: Q = LIVE) -> Index:
    names = {"pk": "id", "consultation_id": "consultation"}
    fields = [*equal, *descending(names.get(key, key) for key in keys)]
    return Index(fields=fields, name=name, condition=condition)


# Without the bin, so that counting reads the index only.
INDEXES = [
    _index("live_image_in_order", ["consultation"], AS_ADDED),
    _index("live_image_by_time", ["consultation"], IN_ORDER),
    _index("live_image_by_visit", ["patient"], BY_VISIT),
    _index("live_image_by_site", ["patient", "body_site"], BY_VISIT),
    _index("live_image_by_type", ["patient", "image_type"], BY_VISIT),
    _index("image_in_bin", ["doctor"], IN_BIN_ORDER, IN_BIN),
    Index(fields=["deleted_at"], condition=IN_BIN, name="image_deleted"),  # the sweep's
    # Serves its foreign key, too, and so has the bin.
    _index("image_of_lesion", ["lesion"], IN_TIME, Q(lesion__isnull=False)),
    # The foreign key's own, which checks rows in the bin, too, when a patient is deleted.
    Index(fields=["patient"], name="image_of_patient"),
]
