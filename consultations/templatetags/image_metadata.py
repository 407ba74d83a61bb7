from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from core.templatetags.fixed import strip_indentation

from ..forms import ImageMetadataForm
from ..models import Lesion

register = template.Library()

LESION = mark_safe("<!-- lesion -->")


@register.simple_tag
def new_image_metadata(lesions: Sequence[Lesion] = ()) -> str:
    """The metadata fields of an upload, as HTML; the lesion beside the side.
    The form is empty and knows no patient, so the rest is rendered once for each language."""
    lesion = render_to_string("consultations/partials/new_image_lesion.html", {"lesions": lesions})
    before, after = _render_fields(get_language())
    return mark_safe(before + lesion + after)  # noqa: S308  both are templates of ours


@lru_cache(maxsize=len(settings.LANGUAGES))
def _render_fields(language: str | None) -> tuple[str, str]:
    """What stands before the lesion, and after it."""
    context = {"metadata_form": ImageMetadataForm(), "lesion_field": LESION}
    html = render_to_string("consultations/partials/image_metadata.html", context)
    before, _marker, after = strip_indentation(html).partition(LESION)
    return before, after
