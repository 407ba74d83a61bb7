"""The API's description, made once: it takes a second of the processor, and anybody may ask."""

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.views import SpectacularAPIView

_cache = {}  # {(language, renderer): (bytes, Content-Disposition)}


class Schema(SpectacularAPIView):
    def _get_version_parameter(self, request):
        return None  # there is one version; what the query says would stand in a header

    def _get_schema_response(self, request):
        language, renderer = translation.get_language(), request.accepted_renderer
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        key = language, type(renderer)
        if key not in _cache:
            with translation.override(language):
                answer = super()._get_schema_response(request)
                told = renderer.render(answer.data, request.accepted_media_type, {})
            _cache[key] = told, answer["Content-Disposition"]
        told, disposition = _cache[key]
        headers = {"Content-Disposition": disposition}
        return HttpResponse(told, f"{renderer.media_type}; charset=utf-8", headers=headers)
