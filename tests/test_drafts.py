"""Server side of drafts: cookies that end drafts, and the way back to a form after a login."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from testing.cast import PASSWORD

pytestmark = pytest.mark.alike
DRAFT_ID = "0123456789abcdef01234567"
COOKIE = f"draft-saved-{DRAFT_ID}"


def edit_url(consultation):
    return reverse("consultation_edit", args=[consultation.pk])


def form_of(client, path):
    """What the form on the page would send."""
    form = client.get(path).context["form"]
    return {f.html_name: f.value() or "" for f in form} | {"draft": DRAFT_ID}


def send(client, path, form, **options):
    """Post a form as a browser does."""
    return client.post(path, urlencode(form), "application/x-www-form-urlencoded", **options)


def login_redirect_of(response):
    url = urlsplit(response["Location"])
    return url.path, parse_qs(url.query)["next"][0]


def test_saved_form_sets_the_draft_cookie(page, doctor, consultation):
    """Otherwise the browser would offer saved text as a draft for ever."""
    client, path = page(doctor), edit_url(consultation)
    answer = send(client, path, form_of(client, path))
    assert answer.status_code == 302
    assert answer.cookies[COOKIE].value == "1"
    assert not answer.cookies[COOKIE]["httponly"]


def test_refused_form_sets_no_draft_cookie(page, doctor, consultation):
    """Otherwise the browser would delete the only copy of the text."""
    client, path = page(doctor), edit_url(consultation)
    answer = send(client, path, form_of(client, path) | {"date": "no date"})
    assert answer.status_code == 200
    assert COOKIE not in answer.cookies


@pytest.mark.parametrize("name", ["x", DRAFT_ID + "; path=/", DRAFT_ID.upper(), DRAFT_ID + "0"])
def test_invalid_draft_id_sets_no_cookie(page, doctor, consultation, name):
    """The draft id becomes part of a cookie's name."""
    client, path = page(doctor), edit_url(consultation)
    answer = send(client, path, form_of(client, path) | {"draft": name})
    assert answer.status_code == 302
    assert not [cookie for cookie in answer.cookies if cookie.startswith("draft")]


def test_ended_session_redirects_to_login_and_back_to_the_form(page, doctor, consultation):
    """Ending the draft with the redirect to the login would lose the text."""
    client, path = page(doctor), edit_url(consultation)
    form = form_of(client, path)
    client.logout()
    answer = send(client, path, form, headers={"referer": f"http://testserver{path}"})
    assert login_redirect_of(answer) == (reverse("login"), path)
    assert COOKIE not in answer.cookies


def test_login_returns_to_the_page_of_the_form_not_its_action(client, user_image):
    """The form's action allows no GET, so it would answer 405 after the login."""
    target = reverse("gallery_image_delete", args=[user_image.pk])
    page = reverse("gallery_image", args=[user_image.pk]) + "?x=1"
    answer = client.post(target, headers={"referer": f"http://testserver{page}"})
    assert login_redirect_of(answer) == (reverse("login"), page)


@pytest.mark.parametrize(
    "referer", ["https://evil.example/x", "http://testserver.evil.example/", "//evil.example/", ""]
)
def test_foreign_referer_does_not_choose_the_page_after_login(client, user_image, referer):
    """Otherwise a malicious page that posts a form chooses the page after the login."""
    target = reverse("gallery_image_delete", args=[user_image.pk])
    answer = client.post(target, headers={"referer": referer})
    assert login_redirect_of(answer) == (reverse("login"), target)


def test_page_after_login_is_never_on_another_host(client, user_image):
    """A path that starts with two slashes is another host."""
    target = reverse("gallery_image_delete", args=[user_image.pk])
    answer = client.post(target, headers={"referer": "http://testserver//evil.example/x"})
    assert login_redirect_of(answer) == (reverse("login"), "/evil.example/x")


def test_second_factor_keeps_the_page_after_login(client, doctor, consultation, factor):
    """Otherwise users with a second factor end up on the home page."""
    factor(doctor)
    path = edit_url(consultation)
    first = client.post(path, {"draft": DRAFT_ID}, headers={"referer": f"http://testserver{path}"})
    login = first["Location"]
    credentials = {
        "username": doctor.email,
        "password": PASSWORD,
        "next": login_redirect_of(first)[1],
    }
    second = client.post(login, credentials, headers={"referer": f"http://testserver{login}"})
    assert login_redirect_of(second) == (reverse("login_code"), path)


def test_expired_code_step_keeps_the_page_after_login(client, consultation):
    """Otherwise the login leads back to the code page, which requires a login again."""
    path = edit_url(consultation)
    code_url = f"{reverse('login_code')}?{urlencode({'next': path})}"
    answer = client.post(
        code_url, {"next": path}, headers={"referer": f"http://testserver{code_url}"}
    )
    assert login_redirect_of(answer) == (reverse("login"), path)


@pytest.mark.parametrize("route", ["logout", "admin:logout"])
def test_logout_sets_the_cookie_that_ends_drafts(page, staff, route):
    """Otherwise one user's drafts stay in the browser for the next user."""
    answer = page(staff).post(reverse(route))
    assert answer.cookies["drafts-over"].value == "1"


def test_login_does_not_end_drafts(client, doctor):
    """Otherwise the draft waiting for this login is deleted."""
    answer = client.post(reverse("login"), {"username": doctor.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert "drafts-over" not in answer.cookies


def test_csrf_failure_page_links_back_to_the_form(doctor, consultation):
    """Otherwise the text can only be reached by Back and a reload."""
    client, path = Client(enforce_csrf_checks=True), edit_url(consultation)
    client.force_login(doctor)
    answer = client.post(path, {"notes": "Secret"}, headers={"referer": f"http://testserver{path}"})
    html = answer.content.decode()
    assert answer.status_code == 403
    assert f'href="{path}"' in html
    assert "Secret" not in html


def test_csrf_failure_page_does_not_link_to_a_foreign_referer(doctor, consultation):
    client = Client(enforce_csrf_checks=True)
    client.force_login(doctor)
    answer = client.post(edit_url(consultation), headers={"referer": "https://evil.example/x"})
    assert answer.status_code == 403
    assert "evil.example" not in answer.content.decode()


def test_pages_carry_the_user_id(page, client, doctor):
    """Drafts are keyed by it, so that one user's text is not offered to the next."""
    assert "data-user" not in client.get(reverse("login")).content.decode()
    html = page(doctor).get(reverse("home")).content.decode()
    assert re.search(r'<body[^>]* data-user="(\d+)"', html)[1] == str(doctor.pk)


# These forms have only buttons, choices or secrets, but no text worth keeping.
WITHOUT_TEXT = {
    "accounts/login.html",
    "accounts/login_code.html",
    "accounts/password_change.html",
    "accounts/password_reset.html",
    "accounts/password_reset_confirm.html",
    "accounts/second_factor.html",
    "accounts/second_factor_off.html",
    "accounts/second_factor_renew.html",
    "admin/accounts/user/second_factor.html",
    "components/login_again.html",
    "consultations/move.html",  # a search
    "gallery/partials/selection.html",
    "gallery/partials/share_panel.html",
    "gallery/shared.html",
}
FIELDS = re.compile(r"components/(form|field)\.html|image_metadata|<(input|textarea)\b")
HIDDEN = re.compile(r'<input[^>]* type="hidden"[^>]*>')


def forms_with_text():
    for template in sorted((settings.BASE_DIR / "templates").rglob("*.html")):
        name = template.relative_to(settings.BASE_DIR / "templates").as_posix()
        for form in re.findall(r"<form\b.*?</form>", template.read_text(), re.S):
            opening = re.match(r"<form\b(?:\{.*?\}|[^>])*>", form, re.S)[0]
            fields = FIELDS.search(HIDDEN.sub("", form))
            if 'method="post"' in opening and fields and name not in WITHOUT_TEXT:
                yield name, opening


def test_every_form_with_text_has_drafts():
    """A new form without drafts would lose text."""
    all_forms = list(forms_with_text())
    assert len(all_forms) >= 6
    without_draft = [
        (name, opening)
        for name, opening in all_forms
        if "data-draft" not in opening and "no-script" not in opening
    ]
    assert not without_draft


def test_shared_page_has_no_scripts():
    """Visitors of a link are strangers: the page runs none of our scripts."""
    assert "<script" not in (settings.BASE_DIR / "templates/gallery/shared.html").read_text()
