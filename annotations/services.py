"""Writing on a picture: the row, its versions and the audit log together.

Locks as everywhere: the consultation, then the image (consultations/locking.py); whoever changes an
annotation holds its image's.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.trail import Action, record
from consultations.locking import lock_image
from consultations.models import ConsultationImage
from core.errors import ServiceError

from . import w3c
from .models import Annotation, AnnotationVersion, Category

MOST_ANNOTATIONS = 200  # of one image
Check = Callable[[Annotation], None]


class TooManyAnnotations(ServiceError):
    code, status = "too_many_annotations", 409
    detail = _("This image has as many annotations as it can have: delete some first.")


class NotTheAuthor(ServiceError):
    """Shape and words are who wrote them; whom it is shared with is for the image's doctor."""

    code, status = "not_the_author", 403
    detail = _("Somebody else wrote this: you can share it with the patient, not change it.")


class UnknownCategory(ServiceError):
    code, attr = "unknown_category", "body"
    detail = _("There is no such category, or it is not in use any more.")


def add_annotation(*, image: int, user: User, content: w3c.Content) -> Annotation:
    """Write on an image (its key). Raises ConsultationImage.DoesNotExist, BadShape,
    UnknownCategory, TooManyAnnotations."""
    with transaction.atomic():
        row = lock_image(image, user)
        _check_count(row)
        made = Annotation(image=row, author=user)
        _fill(made, content)
        made.save()
        _keep_version(made, user)
        record(Action.CHANGED, row, annotation=made.pk, drawn=made.kind)
    return made


def change_annotation(
    *, annotation: Annotation, user: User, content: w3c.Content, check: Check | None = None
) -> Annotation:
    """Replace what an annotation says; nothing is written where it says so already. `check(row)`
    is called under the lock, and may raise. Raises as `add_annotation`, and NotTheAuthor,
    Annotation.DoesNotExist where it is gone."""
    with transaction.atomic():
        row = _locked(annotation, user)
        if check:
            check(row)
        former = row.document
        was_shared = row.is_shared
        _fill(row, content, former_category=row.category)
        if row.document == former and row.is_shared == was_shared:
            return row
        if _without_audience(former) != _without_audience(row.document):
            _check_author(row, user)
        row.version += 1
        row.updated_at = timezone.now()
        row.save()
        _keep_version(row, user)
        shared = {} if row.is_shared == was_shared else {"shared": row.is_shared}
        record(Action.CHANGED, row.image, annotation=row.pk, version=row.version, **shared)
    return row


def delete_annotation(*, annotation: Annotation, user: User, check: Check | None = None) -> None:
    """Take an annotation away; what it was stays as its versions. Raises as `change_annotation`."""
    with transaction.atomic():
        row = _locked(annotation, user)
        if check:
            check(row)
        _check_author(row, user)
        row.version += 1
        row.deleted_at = row.updated_at = timezone.now()
        row.save(update_fields=["version", "deleted_at", "updated_at"])
        _keep_version(row, user)
        record(Action.CHANGED, row.image, annotation=row.pk, deleted=True)


def restore_annotation(*, annotation: Annotation, user: User) -> Annotation:
    """Bring a deleted annotation back; nothing is written where it is there. Raises as
    `change_annotation`, and TooManyAnnotations."""
    with transaction.atomic():
        row = _locked(annotation, user, Annotation.all_rows)
        if row.deleted_at is None:
            return row
        _check_author(row, user)
        _check_count(row.image)
        row.version += 1
        row.deleted_at, row.updated_at = None, timezone.now()
        row.save(update_fields=["version", "deleted_at", "updated_at"])
        _keep_version(row, user)
        record(Action.CHANGED, row.image, annotation=row.pk, restored=True)
    return row


def _locked(annotation: Annotation, user: User, rows: Any = Annotation.objects) -> Annotation:
    image = lock_image(annotation.image_id, user)
    row: Annotation = rows.select_related("category", "author").get(pk=annotation.pk)
    row.image = image
    return row


def _check_count(image: ConsultationImage) -> None:
    if Annotation.objects.filter(image=image).count() >= MOST_ANNOTATIONS:
        raise TooManyAnnotations


def _check_author(row: Annotation, user: User) -> None:
    if row.author_id not in (None, user.pk):  # none: whose account is gone
        raise NotTheAuthor


def _fill(row: Annotation, content: w3c.Content, former_category: Category | None = None) -> None:
    """The document, and the columns that follow from it."""
    image: ConsultationImage = row.image
    shape = content.shape.within(image.width, image.height)
    row.category = _category(content.category, former_category)
    row.shared_with = image.patient if content.shared else None
    row.kind = shape.kind
    row.document = w3c.write(w3c.Content(shape, content.text, content.category, content.shared))


def _category(code: str, former: Category | None) -> Category | None:
    if not code:
        return None
    if former and former.code == code:  # it may be out of use since
        return former
    found = Category.objects.filter(code=code, active=True).first()
    if found is None:
        raise UnknownCategory
    return found


def _without_audience(document: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in document.items() if name != "audience"}


def _keep_version(row: Annotation, user: User) -> None:
    AnnotationVersion.objects.create(
        annotation=row,
        number=row.version,
        document=None if row.deleted_at else row.document,
        changed_by=user,
        created_at=row.updated_at,
    )
