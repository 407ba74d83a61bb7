"""Annotations beside the originals in a ZIP: a W3C AnnotationPage each."""

import json
from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from consultations.additions import Asked, Beside
from consultations.models import ConsultationImage
from consultations.models.image import ConsultationImageQuerySet

from . import w3c
from .models import Annotation
from .reading import annotated
from .serializers import AnnotationSerializer

SUFFIX = ".annotations.json"


def beside_originals(images: ConsultationImageQuerySet, request: Asked) -> Beside:
    """For each image that has annotations which the reader may see, a file; they are read, and
    asked for again, as the ZIP is sent."""
    rows = Annotation.objects.visible_to(request.user)
    having = annotated(images.order_by().values("pk"), request.user)

    def files(image: ConsultationImage) -> list[tuple[str, Iterator[bytes]]]:
        return [(SUFFIX, _page(image.pk, rows, request))] if image.pk in having else []

    return files


def _page(image: int, rows: Any, request: Asked) -> Iterator[bytes]:
    shown = rows.filter(image=image).select_related("author", "image")
    items: Any = AnnotationSerializer(shown, many=True, context={"request": request}).data
    address = request.build_absolute_uri(reverse("api-image-annotations", args=[image]))
    yield json.dumps(w3c.page(items, address), ensure_ascii=False, indent=1).encode()
