"""No session that lacks its second factor sees anything."""

from functools import partial
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from rest_framework.views import APIView

from ..authentication import SecondFactorSetupRequired

# What somebody sees who must have a second factor and has none yet. A signed URL of the media is
# good for whoever holds it.
EXEMPT_ROUTES = {"second_factor", "logout", "login", "login_code", "javascript-catalog", "media"}


def _verified_or_anonymous(user):
    """Who it is, once somebody wants to know: nobody where the second factor is wanting."""
    wanting = user.is_authenticated and user.second_factor_since and not user.is_verified()
    return AnonymousUser() if wanting else user


class SecondFactorMiddleware:
    """After django-otp's OTPMiddleware. Asks the database nothing: the user's row says whether
    there is a factor."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.user = SimpleLazyObject(partial(_verified_or_anonymous, request.user))
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.resolver_match.view_name in EXEMPT_ROUTES:
            return None
        user = request.user
        if not user.is_authenticated or not user.lacks_second_factor:
            return None
        if issubclass(getattr(view, "cls", object), APIView):
            detail = str(SecondFactorSetupRequired.default_detail)
            error = {"code": SecondFactorSetupRequired.default_code, "detail": detail, "attr": None}
            return JsonResponse({"type": "client_error", "errors": [error]}, status=403)
        asked = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return redirect(f"{reverse('second_factor')}?{asked}".rstrip("?"))
