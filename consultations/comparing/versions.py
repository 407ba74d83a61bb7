"""How the panes of a comparison lay before somebody changed them: kept as a text, read in words and
shown by the comparing page."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.templatetags.dates import long_day

from ..models import Comparison, ComparisonPane, ConsultationImage
from ..models.access import Viewer
from ..models.comparison import TRANSFORM
from .page import LETTERS


def panes_as_text(panes: Iterable[ComparisonPane]) -> str:
    """JSON: of each pane its image's key (null where that is gone), transform and `flipped`."""
    return json.dumps(
        [{"image": pane.image_id, **pane.transform, "flipped": pane.flipped} for pane in panes]
    )


def in_words(text: str, user: Viewer) -> str:
    """A line for each of the `panes_as_text`: the day of its picture, if `user` may see it, and how
    it lay."""
    panes = json.loads(text)
    keys = [pane["image"] for pane in panes if pane["image"]]
    images = ConsultationImage.objects.visible_to(user).in_bulk(keys)
    return "\n".join(
        f"{letter} · {_described(pane, images)}"
        for letter, pane in zip(LETTERS, panes, strict=False)
    )


def address(comparison: Comparison, text: str) -> str:
    """Where the comparison is shown with its panes as they lay (static/js/consultations/comparing/
    address.js), to be looked at and kept again."""
    panes = [pane for pane in json.loads(text) if pane["image"]]
    keys = ",".join(str(pane["image"]) for pane in panes)
    lay = ";".join(
        f"{pane['image']}:" + ",".join(f"{pane[name]:.8g}" for name in TRANSFORM) for pane in panes
    )
    mirrored = ",".join(str(pane["image"]) for pane in panes if pane["flipped"])
    query = f"comparison={comparison.pk}&images={keys}&lay={lay}"
    return f"{reverse('compare')}?{query}" + (f"&mirrored={mirrored}" if mirrored else "")


def _described(pane: Mapping[str, Any], images: Mapping[int, ConsultationImage]) -> str:
    image = images.get(pane["image"])
    parts = [long_day(image.shown_date) if image else _("an image that is missing")]
    turn = math.degrees(math.atan2(pane["b"], pane["a"]))
    if abs(turn) >= 0.05:
        parts.append(
            _("turned by %(degrees)s°")
            % {"degrees": number_format(round(turn, 1), 1).replace("-", "−")}
        )
    times = math.hypot(pane["a"], pane["b"])
    if abs(times - 1) >= 0.005:
        parts.append(
            _("at %(times)s times its size") % {"times": number_format(round(times, 2), 2)}
        )
    if pane["flipped"]:
        parts.append(_("mirrored"))
    return ", ".join(parts)
