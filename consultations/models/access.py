"""Who may see a record and who may change it, as querysets that everything is fetched through."""

from typing import Any, Protocol, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery

_Row = TypeVar("_Row", bound=models.Model)


class Viewer(Protocol):
    """The user who asks, as far as access depends on them: models do not import the user's."""

    @property
    def pk(self) -> Any: ...

    @property
    def is_active(self) -> bool: ...

    @property
    def is_doctor(self) -> bool: ...


def rows_of(name: str, manager: str = "objects") -> Any:
    """The manager of one of this app's models, by name: the models import this module."""
    return getattr(apps.get_model("consultations", name), manager)


class PatientAccess(models.QuerySet[_Row]):
    """Who may see and who may edit a patient's record."""

    def visible_to(self, user: Viewer) -> Self:
        """For a doctor the patients they created or have a consultation with; for everybody their
        own record."""
        if not user.is_active:
            return self.none()
        visible = Q(user_id=user.pk)
        if user.is_doctor:
            consultations = rows_of("Consultation").filter(
                patient=OuterRef("pk"), doctor_id=user.pk
            )
            visible |= Q(created_by_id=user.pk) | Q(Exists(consultations))
        return self.filter(visible)

    def editable_by(self, user: Viewer) -> Self:
        """For a doctor the visible patients, except their own record."""
        if not (user.is_active and user.is_doctor):
            return self.none()
        # A doctor who is also a patient here reads their own record and does not write it.
        return self.visible_to(user).filter(Q(user__isnull=True) | ~Q(user_id=user.pk))


class RecordQuerySet(models.QuerySet[_Row]):
    """Rows that name a doctor and a patient: consultations, and images, which copy theirs.

    No join and no IN: with these PostgreSQL sometimes sorts all of a patient's images for a page.
    """

    def visible_to(self, user: Viewer) -> Self:
        """For a doctor their own consultations; for everybody those about themselves."""
        if not user.is_active:
            return self.none()
        visible = Q(
            patient_id=Subquery(rows_of("Patient").filter(user_id=user.pk).order_by().values("pk"))
        )
        if user.is_doctor:
            visible |= Q(doctor_id=user.pk)
        return self.filter(visible)

    def editable_by(self, user: Viewer) -> Self:
        """Only the doctor of the consultation."""
        doctor = user.is_active and user.is_doctor
        return self.filter(doctor_id=user.pk) if doctor else self.none()
