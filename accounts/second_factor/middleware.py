"""No session that lacks its second factor sees anything."""

from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.views import APIView

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
            detail = _("Set up a second factor on the site first: it is required of you.")
            error = {"code": "otp_setup_required", "detail": detail, "attr": None}
            return JsonResponse({"type": "client_error", "errors": [error]}, status=403)
        asked = urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
        return redirect(f"{reverse('second_factor')}?{asked}".rstrip("?"))
