"""Which pictures a comparison opens with."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.errors import ServiceError

from ..models import ConsultationImage, Patient
from ..models.access import Viewer
from ..models.comparison import LEAST_PANES, MOST_PANES
from ..models.image import ConsultationImageQuerySet
from ..ordering import BY_VISIT, descending

MOST_CANDIDATES = 24


class OtherPatient(ServiceError):
    """Pictures of two patients were named: they are never shown side by side."""

    code, status = "other_patient", 400
    detail = _("These images are of different patients. A comparison shows one patient only.")


@dataclass(frozen=True, slots=True)
class Opened:
    """The pictures, in the order asked for, and how many keys were left out, and why."""

    images: list[ConsultationImage]
    gone: int = 0  # deleted, or not to be seen by this user: the two are not told apart
    repeated: int = 0
    too_many: int = 0

    @property
    def patient(self) -> Patient:
        return self.images[0].consultation.patient


def open_images(keys: Sequence[int], user: Viewer) -> Opened:
    """The pictures of these keys that `user` may see, at most MOST_PANES.

    Raises ConsultationImage.DoesNotExist where keys were given and none may be seen, and
    OtherPatient.
    """
    once = list(dict.fromkeys(keys))
    visible = ConsultationImage.objects.visible_to(user).select_related("consultation__patient")
    found = visible.in_bulk(once)
    images = [found[key] for key in once if key in found]
    if once and not images:
        raise ConsultationImage.DoesNotExist
    if len({image.patient_id for image in images}) > 1:
        raise OtherPatient
    return Opened(
        images=images[:MOST_PANES],
        gone=len(once) - len(images),
        repeated=len(keys) - len(once),
        too_many=max(0, len(images) - MOST_PANES),
    )


def candidates(
    image: ConsultationImage, user: Viewer, without: Sequence[int] = ()
) -> list[ConsultationImage]:
    """What one would lay beside a picture: its lesion at other visits, else the same site and side,
    else, of a picture without a site, any; the latest visit first, and of a visit the same kind
    first. At most MOST_CANDIDATES, none of the keys `without`."""
    found = list(_of_other_visits(image, user).exclude(pk__in=without)[:MOST_CANDIDATES])
    visits = list(dict.fromkeys(other.consultation_id for other in found))
    alike = (image.image_type, image.dermoscopic_type)

    def place(other: ConsultationImage) -> tuple[int, bool, bool]:
        kind = (other.image_type, other.dermoscopic_type)
        return visits.index(other.consultation_id), kind[0] != alike[0], kind != alike

    return sorted(found, key=place)


def _of_other_visits(image: ConsultationImage, user: Viewer) -> ConsultationImageQuerySet:
    others = ConsultationImage.objects.visible_to(user).filter(patient=image.patient_id)
    others = others.exclude(consultation=image.consultation_id)
    if image.lesion_id and (same := others.filter(lesion=image.lesion_id)).exists():
        others = same
    elif image.body_site:
        others = others.filter(body_site=image.body_site, laterality=image.laterality)
    return others.order_by(*descending(BY_VISIT))


def first_and_latest(images: Sequence[ConsultationImage]) -> list[int]:
    """Keys of the two pictures of a lesion (the latest first) that show how it changed, the earlier
    one first: the latest, and the earliest of its kind or, failing that, of any. [] where all are
    of one day."""
    days = {image.shown_date for image in images}
    if len(days) < LEAST_PANES:
        return []
    latest = images[0]
    before = [image for image in images if image.shown_date < latest.shown_date]
    kind = (latest.image_type, latest.dermoscopic_type)
    alike = [image for image in before if (image.image_type, image.dermoscopic_type) == kind]
    return [(alike or before)[-1].pk, latest.pk]


def comparison_query(keys: Sequence[int]) -> str:
    """The query of the comparing page that opens these pictures: "images=8,6"."""
    return "images=" + ",".join(map(str, keys))
