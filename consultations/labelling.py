"""What a consultation's page says about its images as a whole: how many, how many of them lack type
or site, and which came last."""

from typing import Any, NamedTuple

from core import keyset

from .models import ConsultationImage


class Survey(NamedTuple):
    total: int
    incomplete: int  # both at most keyset.COUNT_LIMIT
    newest: ConsultationImage | None


def survey(images: Any, page: keyset.Page) -> Survey:
    """Counts `consultation.images.all()`, of which `page` is a part. Without a query where that is
    all of them, else with one: the newest, with both counts as columns."""
    if page.after is None and page.next is None:
        shown: list[ConsultationImage] = page.images
        incomplete = sum(image.incomplete for image in shown)
        newest = max(shown, key=_age, default=None)
        return Survey(len(shown), incomplete, newest)
    counts = {
        name: keyset.Count(rows.order_by().values("pk")[: keyset.COUNT_LIMIT])
        for name, rows in (("total", images), ("lacking", images.incomplete()))
    }
    # In the order of an index: the primary image, and the last one that is not.
    first: list[Any] = list(images.as_added().annotate(**counts)[:2])
    if not first:
        return Survey(0, 0, None)
    return Survey(first[0].total, first[0].lacking, max(first, key=_age))


def _age(image: ConsultationImage) -> tuple:
    return image.created_at, image.pk
