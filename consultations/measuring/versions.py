"""What the API's `ETag` of a scale and of a measurement are."""

from core.versions import entity_tag

from ..models import Measurement, Scale


def scale_etag(scale: Scale | None) -> str:
    """Of an image's scale, whether it has one or not."""
    return entity_tag({"scale": scale and scale.pk})


def measurement_etag(row: Measurement) -> str:
    """Of a measurement, which changes with the scale."""
    return entity_tag({"measurement": row.pk, "scale": row.scale_id})
