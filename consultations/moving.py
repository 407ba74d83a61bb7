"""Moving images that were filed under the wrong visit: to another, of the same patient or not.

The row moves, with its original, hash, dates and metadata; nothing is copied. Locks as everywhere:
consultations by key, then images by key (locking.py).
"""

from collections import defaultdict
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.trail import Action, record_all
from core.batches import batches
from core.errors import ServiceError

from .bin import SameFileThere, keep_one_primary, refresh_images_taken
from .dating import validate_after_birth
from .locking import lock_with_consultations
from .models import Consultation, ConsultationImage


class BeforeBirth(ServiceError):
    """The day that a doctor set by hand is before the birth of the patient it would move to."""

    code, status = "before_birth", 409
    detail = _("The day set for one of the images is before that patient's birth: correct it.")


def move_images(keys: Collection[int], *, to: int, user: User) -> dict[int, list[int]]:
    """Move images to the consultation `to` (its key), all or none. Returns {former consultation:
    its images} (keys); those that are there already are not among them.

    Only from and to consultations that `user` may edit: else ConsultationImage.DoesNotExist or
    Consultation.DoesNotExist. Raises SameFileThere where the file is there already, BeforeBirth.
    A primary image stays so unless there is one there. With another patient an image has no lesion
    any more: a trigger sees to it, and the audit log names the former one.
    """
    with transaction.atomic():
        editable = ConsultationImage.objects.editable_by(user).filter(pk__in=keys)
        rows = lock_with_consultations(editable, also=[to])
        if len(rows) < len({*keys}):
            raise ConsultationImage.DoesNotExist
        visits = Consultation.objects.editable_by(user).select_related("patient")
        target = visits.get(pk=to)
        moving = [row for row in rows if row.consultation_id != to]
        _check(moving, target)
        former: dict[int, list[int]] = defaultdict(list)
        for row in moving:
            former[row.consultation_id].append(row.pk)
        # Events name the patient whose record it was in, and the one whose it is now.
        for source, moved in former.items():
            left = [row for row in moving if row.consultation_id == source]
            way = {"from": source, "to": to}
            for lesion in {_lesion_lost(row, target) for row in left}:
                of_it = [row for row in left if _lesion_lost(row, target) == lesion]
                detail = way if lesion is None else way | {"lesion": lesion}
                record_all(Action.MOVED_AWAY, of_it, **detail)
            record_all(Action.MOVED_HERE, [_arrived(key, target) for key in moved], **way)
        keep_one_primary(moving, to)
        for batch in batches([row.pk for row in moving]):
            images = ConsultationImage.objects.filter(pk__in=batch)
            images.update(consultation=target, updated_at=timezone.now())
        refresh_images_taken([*former, to])
    return dict(former)


def _check(moving: Collection[ConsultationImage], target: Consultation) -> None:
    there = ConsultationImage.objects.filter(consultation=target).order_by("-pk")
    hashes = [row.sha256 for row in moving]
    twins = dict(there.filter(sha256__in=hashes).values_list("sha256", "pk"))
    for row in moving:
        if row.sha256 in twins:
            raise SameFileThere(twins[row.sha256], row.original_filename)
        twins[row.sha256] = row.pk
        try:
            validate_after_birth(row.captured_on, target.patient)
        except ValidationError as error:
            raise BeforeBirth from error


def _lesion_lost(image: ConsultationImage, target: Consultation) -> int | None:
    """The key of the lesion that an image does not belong to any more once it is there, or None."""
    return None if image.patient_id == target.patient_id else image.lesion_id


def _arrived(key: int, target: Consultation) -> ConsultationImage:
    """An unsaved image with what the audit log needs."""
    return ConsultationImage(pk=key, patient_id=target.patient_id, doctor_id=target.doctor_id)
