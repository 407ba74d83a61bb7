"""What the upload modal proposes for new images of a consultation, for the doctor to see and alter.

From the last upload of the visit, and of what that one does not say, from the consultation's
reason. Nothing here is stored: what is sent is what the form says.
"""

import json
from typing import Any

from django.utils.translation import gettext as _

from core.templatetags.words import phrase

from .models import Consultation, ConsultationImage
from .site_words import read_sites
from .vocabulary import BODY_SITES, ImageType, Laterality

MOST_OFFERED = 4  # sites of which one is chosen with a press; more are a menu of their own

Values = dict[str, str]  # as the form and the API name them


def proposal(consultation: Consultation, last: ConsultationImage | None) -> str:
    """What static/js/components/upload/proposals.js reads, as JSON: `parts` are filled in, each
    {values, why}; one of the `offers`, [{values, label}], may be chosen, `offers_why`; and `round`
    is what the round field of a dermoscope says about the picture that shows it."""
    parts = []
    if last and (values := _values_of(last)):
        parts.append({"values": values, "why": _("as the last image of this visit")})
    offers: list[Values] = []
    if not any("body_site" in part["values"] for part in parts):
        values, offers = _values_from(consultation.reason)
        if values:
            parts.append({"values": values, "why": _("from the reason for the visit")})
    round_field = {"image_type": ImageType.DERMOSCOPY.value}
    return json.dumps(
        {
            "parts": parts,
            "offers": [{"values": values, "label": _label(values)} for values in offers],
            "offers_why": _("From the reason for the visit:"),
            "round": {"values": round_field, "why": _("from the picture’s round field")},
        },
        ensure_ascii=False,
    )


def _values_of(image: ConsultationImage) -> Values:
    """What a further image of the same kind would have; a site without its side is left out."""
    values: Values = {}
    if image.image_type != ImageType.OTHER:
        values["image_type"] = image.image_type
        if image.dermoscopic_type:
            values["dermoscopic_type"] = image.dermoscopic_type
    return values | (_site(image.body_site, image.laterality) or {})


def _values_from(reason: str) -> tuple[Values, list[Values]]:
    """The site that the reason names, or those of which it may name one."""
    sites, side, certain = read_sites(reason)
    if certain and len(sites) == 1 and (values := _site(sites[0], side)):
        return values, []
    if len(sites) > MOST_OFFERED:
        return {}, []
    return {}, [_site(code, side) or {"body_site": code} for code in sites]


def _site(code: str, side: str) -> Values | None:
    """The values of a site, or None where its side is not known."""
    site = BODY_SITES.get(code)
    if site is None or (site.paired and not side):
        return None
    return {"body_site": code, "laterality": side} if site.paired else {"body_site": code}


def _label(values: Values) -> str:
    side: Any = Laterality(values["laterality"]).label if "laterality" in values else ""
    return phrase([BODY_SITES[values["body_site"]].label, side])
