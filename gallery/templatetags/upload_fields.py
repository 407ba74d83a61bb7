from functools import lru_cache

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language

from core.templatetags.fixed import strip_indentation

from ..forms import UploadForm

register = template.Library()


@register.simple_tag
def upload_fields() -> str:
    """What may be said of a picture as it comes. An empty form: it knows nobody, and is the same
    each time but for the language."""
    return _render_fields(get_language())


@lru_cache(maxsize=len(settings.LANGUAGES))
def _render_fields(language: str | None) -> str:
    context = {"upload_form": UploadForm(auto_id="upload-%s")}
    return strip_indentation(render_to_string("gallery/partials/upload_fields.html", context))
