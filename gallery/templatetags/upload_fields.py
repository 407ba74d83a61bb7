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
    """The metadata fields of an upload, as HTML. The form is empty and the same for everybody, so
    it is rendered once for each language."""
    return _render_fields(get_language())


@lru_cache(maxsize=len(settings.LANGUAGES))
def _render_fields(language: str | None) -> str:
    context = {"upload_form": UploadForm(auto_id="upload-%s")}
    return strip_indentation(render_to_string("gallery/partials/upload_fields.html", context))
