"""Keeping a comparison: the row, its panes and the audit log together."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.trail import Action, record
from core.errors import ServiceError

from ..models import Comparison, ComparisonPane, ConsultationImage, Patient, Revision
from .versions import panes_as_text

Panes = Iterable[Mapping[str, Any]]  # {"image": key, "transform": {a, b, x, y}, "flipped"}


class ImageGone(ServiceError):
    """One of the pictures was deleted, or moved to another patient, while it was compared."""

    code, status = "image_gone", 409
    detail = _("One of the images has been deleted or moved meanwhile. Nothing was saved.")


@transaction.atomic
def create_comparison(*, patient: Patient, user: User, panes: Panes, **fields: Any) -> Comparison:
    """Keep a comparison of this patient's pictures. Raises ImageGone."""
    comparison = Comparison.objects.create(patient=patient, doctor=user, **fields)
    _write_panes(comparison, user, panes)
    record(Action.CREATED, comparison)
    return comparison


@transaction.atomic
def change_comparison(
    comparison: Comparison, *, user: User, panes: Panes | None = None, **fields: Any
) -> Comparison:
    """Change a comparison whose row is locked; `panes` replace the former ones. What it said before
    is kept, but for the view. Raises ImageGone."""
    former = {
        name: getattr(comparison, name)
        for name, value in fields.items()
        if getattr(comparison, name) != value
    }
    columns = [*former]
    for name in columns:
        setattr(comparison, name, fields[name])
    if panes is not None:
        rows = comparison.all_panes.order_by("position")
        before = panes_as_text(rows)
        # New rows, not changed ones: the ETag is made of their keys.
        rows.all().delete()
        if panes_as_text(_write_panes(comparison, user, panes)) != before:
            former["panes"] = before
    if former:
        comparison.save(update_fields=[*columns, "updated_at"])
        kept = {name: value for name, value in former.items() if name != "view"}
        Revision.objects.keep(comparison, kept, user)
        record(Action.CHANGED, comparison, fields=sorted(former))
    return comparison


@transaction.atomic
def delete_comparison(comparison: Comparison) -> None:
    """The pictures stay."""
    record(Action.DELETED, comparison)
    comparison.delete()


def _write_panes(comparison: Comparison, user: User, panes: Panes) -> list[ComparisonPane]:
    panes = list(panes)
    keys = [pane["image"] for pane in panes]
    images = ConsultationImage.objects.visible_to(user).filter(
        patient=comparison.patient_id, pk__in=keys
    )
    # Locked until the panes are there: nobody deletes or moves a picture meanwhile.
    locked = images.select_for_update(of=("self",)).order_by("pk")
    if len(locked.values_list("pk", flat=True)) < len({*keys}):
        raise ImageGone
    return ComparisonPane.objects.bulk_create(
        ComparisonPane(
            comparison=comparison,
            position=position,
            image_id=pane["image"],
            flipped=pane.get("flipped", False),
            **pane["transform"],
        )
        for position, pane in enumerate(panes)
    )
