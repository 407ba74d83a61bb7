"""Error pages must work in the situations that they are for."""

import re
from io import BytesIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.utils.functional import SimpleLazyObject

from dermaai import views
from gallery.api import images as gallery_api


def test_500_page_needs_no_database(rf):
    request = rf.get("/")

    def fail():
        raise ConnectionError("the database is down")

    request.user = request.session = SimpleLazyObject(fail)
    response = views.server_error(request)
    assert response.status_code == 500
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", ["/", "/api/v1/gallery"])
def test_database_errors_answer_503(rf, path, error):
    """A 500 would tell clients not to retry. `script/chaos` causes this when it stops PostgreSQL
    during a request."""
    try:
        raise error("the connection is closed")
    except error:
        response = views.server_error(rf.get(path))
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    html = response.content.decode()
    assert ("database_unavailable" in html) == path.startswith("/api/")


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_api_answers_503_on_database_errors(api, doctor, monkeypatch, error):
    def fail(*arguments):
        raise error("the connection is closed")

    monkeypatch.setattr(gallery_api.Quota, "get_serializer", fail)
    client = api(doctor)
    client.raise_request_exception = False
    response = client.get("/api/v1/gallery/quota")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["errors"][0]["code"] == "database_unavailable"


def test_aborted_upload_answers_400_without_a_traceback(api, doctor, consultation):
    """Otherwise every phone that loses its network causes a traceback in the log."""

    class BrokenBody(BytesIO):
        def read(self, *arguments):
            raise ConnectionResetError

    response = api(doctor).generic(
        "POST",
        f"/api/v1/consultations/{consultation.pk}/images",
        content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": BrokenBody(), "CONTENT_LENGTH": "1000"},
    )
    assert response.status_code == 400


def test_csrf_failure_shows_our_own_page(db):
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "a@b.c"})
    assert response.status_code == 403
    assert "css/base" in response.content.decode()


def test_404_page_renders(rf):
    request = rf.get("/nowhere")
    request.user = AnonymousUser()
    assert "<h1>" in views.page_not_found(request, None).content.decode()


def test_refused_form_has_unique_ids(page, doctor):
    refused = page(doctor).post("/patients/new/", {"email": "x"}).content.decode()
    ids = re.findall(r'\bid="([^"]+)"', refused)
    assert len(ids) == len(set(ids))
    assert 'aria-describedby="id_full_name_error"' in refused
    assert 'id="id_full_name_error"' in refused
