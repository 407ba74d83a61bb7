"""A person's correction of a cut-out's outline, and the way back to the engine's."""

from functools import partial

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.trail import Action, record
from core.context import request_id
from core.errors import ServiceError
from imaging import background, storage
from imaging.background import Rings
from imaging.background.rings import area, cross, without_repeats

from ..failures import FAILURES
from ..models import Outline, UserImage
from . import quotas
from .outlines import cutout_blobs
from .processing import enqueue_deletion, queue
from .shares import NotReady

MAX_POINTS, MAX_RINGS = 200, 20
MIN_AREA = 16  # px² of a closed line

REFUSALS = {
    "empty": _("The outline has no line."),
    "too_few_points": _("A line needs three points at least."),
    "too_many_points": _("The outline has too many points: 200 at most."),
    "outside_picture": _("A point is outside the picture."),
    "crosses_itself": _("Lines of the outline cross."),
    "too_small": _("A line encloses nothing."),
}


class OutlineRefused(ServiceError):
    """An outline that encloses nothing, or nobody knows what."""

    attr = "outline"

    def __init__(self, code: str) -> None:
        self.code, self.detail = code, REFUSALS[code]
        super().__init__(code)


class OutlineUnknown(ServiceError):
    """The outline of a cut-out that was made before outlines were kept cannot be read off it."""

    status = 409

    def __init__(self, code: str) -> None:
        self.code, self.detail = code, FAILURES[code]
        super().__init__(code)


def read_outline(image: UserImage) -> Rings:
    """The outline of an image's cut-out; traced and stored where it is not known yet. Raises
    NotReady, OutlineUnknown, StorageUnavailable."""
    if not image.has_result:
        raise NotReady
    outline, _created = Outline.objects.get_or_create(image=image)
    if (rings := outline.rings) is not None:
        return rings
    with storage.temporary_file() as file:
        try:
            storage.fetch("processed", str(image.cutout.name), file)
            traced = background.trace(file, image.width, image.height)
        except FileNotFoundError as error:
            raise OutlineUnknown("cutout_missing") from error
        except background.BackgroundFailed as failure:
            raise OutlineUnknown(failure.code) from failure
    # Unless a worker was faster, whose cut-out may be another.
    Outline.objects.filter(pk=image.pk, machine__isnull=True).update(machine=traced)
    return traced


def correct_outline(image: UserImage, rings: Rings) -> UserImage:
    """Queue a new cut-out along a person's outline, in the caller's transaction that has locked
    `image`. The former result is shown until then, and the engine's is kept. Raises NotReady,
    OutlineRefused."""
    if not image.has_result or image.is_waiting:
        raise NotReady
    rings = [without_repeats(ring) for ring in rings]
    check(rings, image.width, image.height)
    Outline.objects.update_or_create(image=image, defaults={"drawn": rings, "is_asked": True})
    image.run += 1
    image.status, image.error, image.attempts = UserImage.Status.QUEUED, "", 0
    image.due_at = timezone.now()
    image.request_id = request_id() or None
    fields = ["run", "status", "error", "attempts", "due_at", "request_id", "updated_at"]
    image.save(update_fields=fields)
    record(Action.CHANGED, image, fields=["outline"])
    queue.wake_on_commit()
    return image


def restore_machine(image: UserImage) -> None:
    """Show the engine's cut-out again, in the caller's transaction that has locked `image`; nothing
    to do where it is shown. Raises NotReady."""
    if not image.has_result or image.is_waiting:
        raise NotReady
    if not image.machine_cutout:
        Outline.objects.filter(pk=image.pk).update(drawn=None, is_asked=False)
        return
    outline, former = image.outline, cutout_blobs(image)
    before = image.stored_bytes
    image.cutout, image.cutout_thumbnail = image.machine_cutout.name, image.machine_thumbnail.name
    image.machine_cutout = image.machine_thumbnail = None
    image.quality, image.error = outline.machine_quality, ""
    image.stored_bytes = image.source_bytes + outline.machine_bytes
    image.save(
        update_fields=[
            *("cutout", "cutout_thumbnail", "machine_cutout", "machine_thumbnail"),
            *("quality", "error", "stored_bytes", "updated_at"),
        ]
    )
    outline.drawn, outline.is_asked = None, False
    outline.machine_quality, outline.machine_bytes = "", 0
    outline.save()
    quotas.change_size(image.user_id, image.stored_bytes - before)
    quotas.warn_if_due(image.user_id)
    record(Action.CHANGED, image, fields=["outline"], back=True)
    transaction.on_commit(partial(enqueue_deletion, former), robust=True)


def check(rings: Rings, width: int, height: int) -> None:
    """Raises OutlineRefused unless the closed lines are an outline in a picture of this size."""
    if not rings:
        raise OutlineRefused("empty")
    if len(rings) > MAX_RINGS or sum(map(len, rings)) > MAX_POINTS:
        raise OutlineRefused("too_many_points")
    if any(len(ring) < 3 for ring in rings):
        raise OutlineRefused("too_few_points")
    if any(not (0 <= x <= width and 0 <= y <= height) for ring in rings for x, y in ring):
        raise OutlineRefused("outside_picture")
    if any(area(ring) < MIN_AREA for ring in rings):
        raise OutlineRefused("too_small")
    if cross(rings):
        raise OutlineRefused("crosses_itself")
