"""The two questions before every page: is it yours to see, is it yours to change?"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from accounts.models import User
from accounts.requests import AuthenticatedRequest

P = ParamSpec("P")


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


def get_visible(queryset: Any, user: User, pk: int | str) -> Any:
    """The object, or 404 where it is not yours to see."""
    return get_object_or_404(queryset.visible_to(user), pk=pk)


def can_edit(instance: Any, user: User) -> bool:
    return type(instance).objects.editable_by(user).filter(pk=instance.pk).exists()


def get_editable(queryset: Any, user: User, pk: int | str) -> Any:
    """The object, or 404 where it is not yours to see, 403 where only to change."""
    instance = get_visible(queryset, user, pk)
    if not can_edit(instance, user):
        raise PermissionDenied
    return instance
