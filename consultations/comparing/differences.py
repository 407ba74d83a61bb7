"""What makes two pictures hard to compare, in words."""

from collections.abc import Callable, Collection, Iterator, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.templatetags.words import inside

from ..models import ConsultationImage
from ..vocabulary import Mirrored

EXPOSURE_CODES = ("overexposed", "underexposed")


def differences(images: Sequence[ConsultationImage], scales: Collection[int] = ()) -> list[str]:
    """Sentences about what differs between the pictures: site or side, kind, dermoscopy mode, hand,
    light, and whether the scale is known (`scales`: keys of those whose is). What else is unknown
    of one of them is no difference."""
    return list(_differences(images, scales))


def _differences(images: Sequence[ConsultationImage], scales: Collection[int]) -> Iterator[str]:
    if texts := _distinct(images, lambda image: image.site_label):
        yield _("Not the same place: %(what)s") % {"what": texts}
    if texts := _distinct(images, lambda image: image.get_image_type_display()):
        yield _("Not the same kind of picture: %(what)s") % {"what": texts}
    if texts := _distinct(images, lambda image: image.get_dermoscopic_type_display()):
        yield _("Not the same dermoscopy mode: %(what)s") % {"what": texts}
    if len({image.mirrored == Mirrored.YES for image in images}) > 1:
        yield _("One is mirrored, another is not: left and right are exchanged")
    known = [image.pk in scales for image in images]
    if any(known) and not all(known):
        yield _("The scale of some is not known: sizes cannot be compared")
    light = [_exposure(image) for image in images]
    if len({*light} - {None}) > 1:
        yield _("Not the same exposure: judge colours with care")


def _distinct(
    images: Sequence[ConsultationImage], label: Callable[[ConsultationImage], str | Promise]
) -> str:
    """The labels, within a sentence, where there are several; ""."""
    labels = list(dict.fromkeys(filter(None, (str(label(image)) for image in images))))
    return ", ".join(map(inside, labels)) if len(labels) > 1 else ""


def _exposure(image: ConsultationImage) -> str | None:
    """Over- or underexposed, "" for neither, None where it was not measured."""
    verdict = image.verdict
    if verdict is None:
        return None
    return next((code for code in verdict.codes if code in EXPOSURE_CODES), "")
