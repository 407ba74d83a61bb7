"""A session without its second factor has access to nothing."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from rest_framework.views import APIView

from core.context import GetResponse

from ..authentication import SecondFactorSetupRequired

# Routes for users who must set up a second factor first. Media URLs are signed and need no user.
EXEMPT_ROUTES = {
    "second_factor",
    "logout",
    "login",
    "login_code",
    "login_again",
    "login_again_code",
    "javascript-catalog",
    "media",
}


def _verified_or_anonymous(user: Any) -> Any:
    """The user, evaluated lazily; anonymous while the second factor is still missing."""
    unverified = user.is_authenticated and user.second_factor_since and not user.is_verified()
    return AnonymousUser() if unverified else user


class SecondFactorMiddleware:
    """Goes after django-otp's OTPMiddleware. Needs no query of its own: the user's row says whether
    there is a factor."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user: Any = SimpleLazyObject(partial(_verified_or_anonymous, request.user))
        request.user = user
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Sends users without a required factor to its setup; the API answers 403."""
        if request.resolver_match and request.resolver_match.view_name in EXEMPT_ROUTES:
            return None
        user = request.user
        if not user.is_authenticated or not user.lacks_second_factor:
            return None
        if issubclass(getattr(view, "cls", object), APIView):
            detail = str(SecondFactorSetupRequired.default_detail)
            error = {"code": SecondFactorSetupRequired.default_code, "detail": detail, "attr": None}
            return JsonResponse({"type": "client_error", "errors": [error]}, status=403)
        query = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return redirect(f"{reverse('second_factor')}?{query}".rstrip("?"))
