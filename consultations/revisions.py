"""Former values of changed records.

A table of its own, not the audit log: the log outlives the records that it names and, by design,
says nothing about a patient. Former values are deleted with their record, and can be read by
those who may edit it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.batches import BATCH

SUBJECTS = ("consultation", "patient", "image", "lesion", "comparison")
Author = User | AnonymousUser | None  # of a change; None: a command


class RevisionManager(models.Manager["Revision"]):
    def keep(self, subject: models.Model, former: Mapping[str, Any], user: Author) -> None:
        """Keep the `former` values ({field: value}) of one of SUBJECTS, except empty ones. `user`
        made the change; None for a command."""
        self.keep_all([(subject, former)], user)

    def keep_all(
        self, changed: Iterable[tuple[models.Model, Mapping[str, Any]]], user: Author
    ) -> None:
        """The same for several records: (record, former values)."""
        author = user if user is not None and user.is_authenticated else None
        revisions = []
        for subject, former in changed:
            texts = {
                name: str(getattr(value, "pk", value))  # of another row its key
                for name, value in former.items()
                if value not in (None, "")
            }
            if texts:
                columns = {_column(subject): subject}
                revisions.append(self.model(**columns, former=texts, changed_by=author))
        self.bulk_create(revisions, batch_size=BATCH)

    def about(self, subject: models.Model) -> models.QuerySet["Revision"]:
        """The revisions of one record, the latest first."""
        return self.filter(**{_column(subject): subject}).order_by("-pk")


def _column(subject: models.Model) -> str:
    name = subject._meta.model_name
    return "image" if name == "consultationimage" else str(name)


def _one_of(subjects: Sequence[str]) -> Q:
    """Exactly one of these columns has a value."""
    empty = [{f"{name}__isnull": name != subject for name in subjects} for subject in subjects]
    return reduce(or_, (Q(**columns) for columns in empty))


class Revision(models.Model):
    """The former values of the fields that one change replaced."""

    consultation = models.ForeignKey(
        "Consultation", models.CASCADE, null=True, related_name="+", verbose_name=_("consultation")
    )
    patient = models.ForeignKey(
        "Patient", models.CASCADE, null=True, related_name="+", verbose_name=_("patient")
    )
    image = models.ForeignKey(
        "ConsultationImage",
        models.CASCADE,
        null=True,
        related_name="+",
        verbose_name=_("consultation image"),
    )
    lesion = models.ForeignKey(
        "Lesion",
        models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,  # the one below is of few rows
        verbose_name=_("lesion"),
    )
    comparison = models.ForeignKey(
        "Comparison",
        models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("comparison"),
    )
    former = models.JSONField(_("former values"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    moment = models.DateTimeField(_("when"), default=timezone.now)

    fields: list[Any]  # no column: (label, value, address or ""), as a page shows them

    objects = RevisionManager()

    class Meta:
        verbose_name = _("earlier version")
        verbose_name_plural = _("earlier versions")
        indexes = [
            models.Index(
                fields=["lesion"], condition=Q(lesion__isnull=False), name="revision_of_lesion"
            ),
            models.Index(
                fields=["comparison"],
                condition=Q(comparison__isnull=False),
                name="revision_of_comparison",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=_one_of(SUBJECTS),
                name="revision_of_one_record",
            )
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
