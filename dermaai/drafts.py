"""What a browser must know of the text that it keeps while it is unsaved
(`static/js/components/drafts/`): what was saved, that somebody has logged out, and which page to
come back to after a login."""

import re
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

FLAG_SECONDS = 600  # seconds; the next page reads it
DRAFT_NAME = re.compile(r"[0-9a-f]{24}")
LOGOUT_ROUTES = {"logout", "admin:logout"}
FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"


class Drafts:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method != "POST" or response.status_code not in (302, 303):
            return response
        if request.resolver_match and request.resolver_match.view_name in LOGOUT_ROUTES:
            _set_flag_cookie(response, "drafts-over")
        elif urlsplit(response["Location"]).path in _login_paths():
            _return_after_login(request, response)
        elif request.content_type == FORM_CONTENT_TYPE and DRAFT_NAME.fullmatch(
            request.POST.get("draft", "")
        ):
            _set_flag_cookie(response, f"draft-saved-{request.POST['draft']}")
        return response


def csrf_failure(request, reason=""):
    """A page that is older than the last login: the way back to its form, where the text is."""
    context = {"back": referring_page(request)}
    return render(request, "403_csrf.html", context, status=403)


def referring_page(request):
    """The path of our own page that the form stood on, or None."""
    page = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()):
        return None
    parts = urlsplit(page)
    path = f"/{parts.path.lstrip('/')}"
    return f"{path}?{parts.query}" if parts.query else path


def _login_paths():
    return {reverse(name) for name in ("login", "login_code", "second_factor", "admin:login")}


def _return_after_login(request, response):
    """Who must log in first comes back to the page with the form: its target may answer no GET."""
    place, page = urlsplit(response["Location"]), referring_page(request)
    if page is None or request.path in _login_paths() or urlsplit(page).path in _login_paths():
        return
    response["Location"] = f"{place.path}?{urlencode({'next': page})}"


def _set_flag_cookie(response, name):
    response.set_cookie(
        name, "1", max_age=FLAG_SECONDS, secure=bool(settings.SESSION_COOKIE_SECURE), samesite="Lax"
    )
