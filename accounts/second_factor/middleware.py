"""No session that lacks its second factor sees anything."""

from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from rest_framework.views import APIView

from ..authentication import SetUpRequired

# What somebody sees who must have a second factor and has none yet.
OPEN = {"second_factor", "logout", "login", "login_code", "javascript-catalog"}


class SecondFactor:
    """After django-otp's OTPMiddleware. Asks the database nothing: the user's row says whether
    there is a factor."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if user.is_authenticated and user.second_factor_since and not user.is_verified():
            request.user = AnonymousUser()
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if not user.is_authenticated or not user.lacks_second_factor:
            return None
        if request.resolver_match.view_name in OPEN:
            return None
        if issubclass(getattr(view, "cls", object), APIView):
            detail = str(SetUpRequired.default_detail)
            error = {"code": SetUpRequired.default_code, "detail": detail, "attr": None}
            return JsonResponse({"type": "client_error", "errors": [error]}, status=403)
        asked = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return redirect(f"{reverse('second_factor')}?{asked}".rstrip("?"))
