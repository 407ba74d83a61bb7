from typing import Any

from django.http import Http404
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class DoctorsOnly(BasePermission):
    """Doctors; anybody else who is signed in gets 403."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return bool(request.user.is_active and request.user.is_doctor)


class DoctorsWrite(BasePermission):
    """Reading is ruled by `visible_to`; writing is for the doctor of the consultation.

    A view fetches through `visible_to` first, so that what is not yours is 404; then an object
    outside `editable_by` is yours to see and not to change: 403.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        # POST to a collection without an object to ask about.
        user = request.user
        doctor = user.is_active and user.is_doctor
        return bool(request.method != "POST" or doctor or view.detail)

    def has_object_permission(self, request: Request, view: APIView, obj: Any) -> bool:
        if request.method in SAFE_METHODS:
            return True
        rows = type(obj).objects.filter(pk=obj.pk)
        if rows.editable_by(request.user).exists():
            return True
        if not rows.exists():
            raise Http404  # deleted since it was fetched
        return False
