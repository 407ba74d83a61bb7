"""The order of locks: consultations by key, then images by key, then lesions by key (lesions.py).
Who takes them otherwise may wait for somebody who waits for them."""

from collections.abc import Iterable

from accounts.models import User

from .models import Consultation, ConsultationImage
from .models.image import ConsultationImageQuerySet


def lock_with_consultations(
    images: ConsultationImageQuerySet, also: Iterable[int] = ()
) -> list[ConsultationImage]:
    """The images, by key, locked for this transaction with their consultations and those in `also`
    (keys). One that was moved to a further consultation meanwhile is not among them."""
    plain = images.order_by()
    visits = {*plain.values_list("consultation_id", flat=True).distinct(), *also}
    locked = Consultation.objects.select_for_update(of=("self",)).filter(pk__in=visits)
    list(locked.order_by("pk").values_list("pk", flat=True))
    rows = plain.filter(consultation_id__in=visits).select_for_update(of=("self",))
    return list(rows.order_by("pk"))


def lock_image(key: int, user: User) -> ConsultationImage:
    """The image, locked for this transaction. Raises ConsultationImage.DoesNotExist where it was
    deleted, or `user` may not change it."""
    images = ConsultationImage.objects.editable_by(user).filter(pk=key)
    rows = lock_with_consultations(images)
    if not rows:
        raise ConsultationImage.DoesNotExist
    return rows[0]
