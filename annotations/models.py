"""Annotations of photographs, their categories and every former state.

A row holds the annotation as a W3C document (w3c.py) and, beside it, what is asked for in queries:
its shape, its category, whether the patient sees it. Only services write them, together.
"""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consultations.models import ConsultationImage, Patient
from consultations.models.access import Viewer

from .shapes import Kind

_PERSON: dict[str, Any] = {
    "to": settings.AUTH_USER_MODEL,
    "on_delete": models.SET_NULL,
    "null": True,
    "editable": False,
    "related_name": "+",
}


class Category(models.Model):
    """What an annotation is about: a short list of the practice."""

    code = models.SlugField(
        _("code"),
        max_length=40,
        unique=True,
        help_text=_("In exported files and the API: it stays, whatever the names become."),
    )
    name = models.CharField(_("name in French"), max_length=60)
    name_en = models.CharField(
        _("name in English"), max_length=60, blank=True, help_text=_("Empty: as in French.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("annotation category")
        verbose_name_plural = _("annotation categories")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="annotation_category_has_code"),
            models.CheckConstraint(condition=~Q(name=""), name="annotation_category_has_name"),
        ]

    def __str__(self) -> str:
        """Its name in the reader's language."""
        english = (get_language() or "").startswith("en")
        return self.name_en if english and self.name_en else self.name


class AnnotationQuerySet(models.QuerySet["Annotation"]):
    def visible_to(self, user: Viewer) -> Self:
        """All of an image for who may change it; for its patient those that were shared with
        them."""
        images = ConsultationImage.objects
        own = Q(image__in=images.editable_by(user).order_by().values("pk"))
        # A picture that was filed under the wrong patient takes its annotations along; what was
        # shared with the one is not shared with the other.
        shared = Q(shared_with=F("image__patient"))
        visible = Q(image__in=images.visible_to(user).order_by().values("pk"))
        return self.filter(own | shared & visible)

    def editable_by(self, user: Viewer) -> Self:
        """Those of images that `user` may change. Shape and words are their author's alone
        (services.py)."""
        images = ConsultationImage.objects.editable_by(user)
        return self.filter(image__in=images.order_by().values("pk"))


class LiveAnnotations(models.Manager.from_queryset(AnnotationQuerySet)):  # type: ignore[misc]
    """Without those that were deleted."""

    def get_queryset(self) -> AnnotationQuerySet:
        return super().get_queryset().filter(deleted_at=None)


class Annotation(models.Model):
    """A shape on a photograph, with what somebody has to say about it."""

    image = models.ForeignKey(
        ConsultationImage, models.CASCADE, related_name="annotations", verbose_name=_("image")
    )
    document = models.JSONField(_("annotation"))  # w3c.write
    kind = models.CharField(_("shape"), max_length=10, choices=Kind)
    category = models.ForeignKey(
        Category,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    shared_with = models.ForeignKey(
        Patient,
        models.CASCADE,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("shared with the patient"),
    )
    author = models.ForeignKey(verbose_name=_("author"), **_PERSON)
    created_at = models.DateTimeField(_("added"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1)
    deleted_at = models.DateTimeField(_("deleted"), null=True)

    objects = LiveAnnotations()
    all_rows = AnnotationQuerySet.as_manager()  # with those that were deleted

    class Meta:
        verbose_name = _("annotation")
        verbose_name_plural = _("annotations")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="annotation_version_counts"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"  # no words: they may say a diagnosis

    @property
    def is_shared(self) -> bool:
        """Whether the patient of its image sees it."""
        return self.shared_with_id is not None and self.shared_with_id == self.image.patient_id


class AnnotationVersion(models.Model):
    """What an annotation was from one change to the next: never altered."""

    annotation = models.ForeignKey(
        Annotation, models.CASCADE, related_name="versions", verbose_name=_("annotation")
    )
    number = models.PositiveIntegerField(_("version"))
    document = models.JSONField(_("annotation"), null=True)  # null: it was deleted
    changed_by = models.ForeignKey(verbose_name=_("changed by"), **_PERSON)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("version of an annotation")
        verbose_name_plural = _("versions of annotations")
        ordering = ["annotation_id", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["annotation", "number"], name="annotation_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
