from collections.abc import Iterable

from django.db.models import OuterRef, Subquery
from django.http import Http404, StreamingHttpResponse

from audit.trail import Action, record_all
from imaging.storage import zip as archive

from . import additions
from .models import Scale
from .models.image import ConsultationImageQuerySet
from .ordering import IN_ORDER, descending

COLUMNS = (
    "id",
    "original_filename",
    "sha256",
    "file_size",
    "mime_type",
    "width",
    "height",
    "image_type",
    "dermoscopic_type",
    "body_site",
    "laterality",
    "body_location",
    "lesion_label",
    "mirrored",
    "description",
    "is_primary",
    "captured_at",
    "captured_from",
    "captured_on",
    "camera_model",
    "damaged",
    "mm_per_px",
    "created_at",
)


def zip_originals(images: ConsultationImageQuerySet, request: additions.Asked) -> Iterable[bytes]:
    """Chunks of a ZIP: the originals, what apps above lay beside them for this reader
    (additions.py), and a manifest with COLUMNS (imaging.storage.zip)."""
    beside = additions.beside(images, request)
    scales = Scale.objects.filter(image=OuterRef("pk"), ended_at=None)
    with_scale = images.annotate(mm_per_px=Subquery(scales.values("mm_per_px")))
    return archive.zip_images(with_scale.select_related("lesion"), COLUMNS, beside=beside)


def zip_response(
    images: ConsultationImageQuerySet, request: additions.Asked
) -> StreamingHttpResponse:
    """The originals of selected images as a download, of which the audit log is told for each.
    Raises Http404 where there is none."""
    if not images.exists():
        raise Http404
    record_all(Action.ZIPPED, images)
    chunks = zip_originals(images.order_by("consultation_id", *descending(IN_ORDER)), request)
    response = StreamingHttpResponse(chunks, content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="images.zip"'
    return response
