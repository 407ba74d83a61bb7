"""The two checks before every page: may this user see the object, and may they change it?"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.requests import AuthenticatedRequest

P = ParamSpec("P")
_Record = TypeVar("_Record", bound=Model, covariant=True)


class Records(Protocol[_Record]):
    """A manager or queryset of patients, consultations or images (models/access.py)."""

    def visible_to(self, user: User) -> QuerySet[_Record]: ...


def doctor_required(
    view: Callable[Concatenate[AuthenticatedRequest, P], HttpResponse],
) -> Callable[Concatenate[AuthenticatedRequest, P], HttpResponse]:
    """For pages that any doctor may open; anybody else who is signed in gets 403."""

    @wraps(view)
    @login_required
    def guarded(request: AuthenticatedRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_doctor:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def get_visible(records: Records[_Record], user: User, pk: int | str) -> _Record:
    """The object. Raises Http404 if the user may not see it."""
    return get_object_or_404(records.visible_to(user), pk=pk)


def can_edit(instance: Model, user: User) -> bool:
    """Whether `user` may change a patient, a consultation or an image."""
    records: Any = type(instance)._default_manager
    return records.editable_by(user).filter(pk=instance.pk).exists()


def get_editable(records: Records[_Record], user: User, pk: int | str) -> _Record:
    """The object. Raises Http404 if the user may not see it, PermissionDenied if they may not
    change it."""
    instance = get_visible(records, user, pk)
    if not can_edit(instance, user):
        raise PermissionDenied
    return instance
