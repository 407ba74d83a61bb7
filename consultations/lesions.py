"""Changes to lesions, and what an image must be to belong to one.

Locks are taken in this order: consultations by key, then images by key, then lesions by key. That
an image's lesion is of its patient and not of the other side is kept by the database, too
(lesion_triggers.py); here it has an answer that a person can read.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.trail import Action, record
from core.batches import batches
from core.errors import ServiceError

from .locking import lock_with_consultations
from .models import ConsultationImage, Lesion, Patient
from .models.image import OF_ANOTHER, ON_OTHER_SIDE, OTHER_PATIENT, OTHER_SIDE
from .models.lesion import LABEL_TAKEN
from .models.lesion import OTHER_SIDE as IMAGES_OTHER_SIDE
from .records import change_record
from .revisions import Author
from .vocabulary import BODY_SITES

# What an image's field `lesion` may be refused for.
LESION_CODES = [OF_ANOTHER, ON_OTHER_SIDE]
_PROPOSED = re.compile(r"L([1-9][0-9]{0,6})")


class LabelTaken(ServiceError):
    code, attr = "unique", "label"
    detail = LABEL_TAKEN


class LesionGone(ServiceError):
    """It was deleted meanwhile."""

    code, attr = "does_not_exist", "lesion"
    detail = _("This lesion does not exist any more.")


class LesionOfAnotherPatient(ServiceError):
    code, attr = OF_ANOTHER, "lesion"
    detail = OTHER_PATIENT


class LesionOnOtherSide(ServiceError):
    """The image shows the other side. `attr`: the field that was to be changed."""

    code = ON_OTHER_SIDE

    def __init__(self, lesion: Lesion, attr: str) -> None:
        super().__init__(lesion.pk)
        self.attr = attr
        self.detail = str(OTHER_SIDE) % {"lesion": lesion}


class ImagesOnOtherSide(ServiceError):
    """Images of a lesion show the side that it is not to have any more."""

    code, attr = "images_on_other_side", "laterality"

    def __init__(self, images: int) -> None:
        super().__init__(images)
        self.detail = str(IMAGES_OTHER_SIDE) % {"n": images}


class StaleLesion(Exception):
    """The row has changed since the caller read it; nothing was written."""


def next_label(patient: Patient) -> str:
    """L1, L2 …: the one after the highest that the patient has."""
    labels = Lesion.objects.filter(patient=patient).values_list("label", flat=True)
    numbers = [int(found[1]) for label in labels if (found := _PROPOSED.fullmatch(label))]
    return f"L{max(numbers, default=0) + 1}"


@transaction.atomic
def create_lesion(*, patient: Patient, label: str = "", **fields: Any) -> Lesion:
    """A new lesion of a patient; without a label it gets the next. Raises LabelTaken."""
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)  # labels one after the other
    label = label or next_label(patient)
    _refuse_taken(patient.pk, label)
    lesion = Lesion.objects.create(patient=patient, label=label, **fields)
    record(Action.CREATED, lesion)
    return lesion


@transaction.atomic
def update_lesion(lesion: Lesion, *, user: Author, **changes: Any) -> Lesion:
    """Change a lesion ({field: value}), whose row is locked; `user` makes the change. Returns it.
    Raises LabelTaken, and ImagesOnOtherSide where its side would not be its images' any more."""
    changes = {name: value for name, value in changes.items() if getattr(lesion, name) != value}
    if "label" in changes:
        Patient.objects.select_for_update(no_key=True).get(pk=lesion.patient_id)
        _refuse_taken(lesion.patient_id, changes["label"])
    if images := lesion.images_on_other_side(changes.get("laterality", "")):
        raise ImagesOnOtherSide(images)
    return change_record(lesion, user, changes)


@transaction.atomic
def delete_lesion(lesion: Lesion, *, as_of: datetime | None = None) -> None:
    """Delete a lesion; its images stay, without one. Raises Lesion.DoesNotExist if it is gone
    already, and StaleLesion if `as_of` is given and is not its `updated_at`."""
    rows = ConsultationImage.all_rows.filter(lesion=lesion)
    keys = [image.pk for image in lock_with_consultations(rows)]
    locked = Lesion.objects.select_for_update(of=("self",)).get(pk=lesion.pk)
    if as_of not in (None, locked.updated_at):
        raise StaleLesion
    for batch in batches(keys):
        images = ConsultationImage.all_rows.filter(pk__in=batch)
        images.update(lesion=None, updated_at=timezone.now())
    record(Action.DELETED, locked, images=len(keys))
    locked.delete()


def lock_lesions(keys: Iterable[int | None]) -> dict[int, Lesion]:
    """{key: lesion}, locked for this transaction. Raises LesionGone."""
    wanted = {*keys} - {None}
    if not wanted:
        return {}
    rows = Lesion.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    found = rows.in_bulk(wanted)
    if len(found) < len(wanted):
        raise LesionGone
    return found


def with_lesion(
    image: ConsultationImage, changes: Mapping[str, Any], locked: Mapping[int, Lesion]
) -> dict[str, Any]:
    """The changes of an image ({field: value}), with what follows from its lesion, which is among
    the `locked`: one without a site takes that of its new lesion, one without a side its side.
    Raises LesionOfAnotherPatient and LesionOnOtherSide."""
    changes = dict(changes)
    lesion = locked.get(_lesion_key(image, changes) or 0)
    if lesion is None:
        return changes
    if lesion.patient_id != image.patient_id:
        raise LesionOfAnotherPatient
    changes |= _filled_in(image, changes, lesion)
    side = changes.get("laterality", image.laterality)
    if ConsultationImage(laterality=side).is_opposite(lesion):
        raise LesionOnOtherSide(lesion, "lesion" if "lesion" in changes else "laterality")
    return changes


def lesion_of(image: ConsultationImage, changes: Mapping[str, Any]) -> int | None:
    """The key of the lesion that has a say in these changes of an image, or None."""
    return _lesion_key(image, changes) if changes.keys() & {"lesion", "laterality"} else None


def _lesion_key(image: ConsultationImage, changes: Mapping[str, Any]) -> int | None:
    lesion = changes.get("lesion", image.lesion_id)
    return getattr(lesion, "pk", lesion)


def _filled_in(
    image: ConsultationImage, changes: Mapping[str, Any], lesion: Lesion
) -> dict[str, Any]:
    """The lesion's site and side, where the image has none and gets none."""
    if not changes.get("lesion"):
        return {}
    site = changes.get("body_site", image.body_site)
    side = changes.get("laterality", image.laterality)
    filled: dict[str, Any] = {}
    if not site and lesion.body_site:
        site = filled["body_site"] = lesion.body_site
    paired = site in BODY_SITES and BODY_SITES[site].paired
    if not side and site == lesion.body_site and paired and lesion.laterality:
        filled["laterality"] = lesion.laterality
    return filled


def _refuse_taken(patient: int, label: str) -> None:
    if Lesion.objects.filter(patient=patient, label=label).exists():
        raise LabelTaken
