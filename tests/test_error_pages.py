"""The pages for what went wrong must not go wrong themselves."""

import re
from io import BytesIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.utils.functional import SimpleLazyObject

from dermaai import views
from gallery.api import images as gallery_api


def test_500_asks_the_database_nothing(rf):
    request = rf.get("/")

    def down():
        raise ConnectionError("the database is down")

    request.user = request.session = SimpleLazyObject(down)
    response = views.server_error(request)
    assert response.status_code == 500
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize("broken", [OperationalError, InterfaceError])
@pytest.mark.parametrize("path", ["/", "/api/v1/gallery"])
def test_without_a_database_it_is_503(rf, path, broken):
    """500 would tell a client that asking again is no use. What `script/chaos` meets when it stops
    PostgreSQL under a request."""
    try:
        raise broken("the connection is closed")
    except broken:
        response = views.server_error(rf.get(path))
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    told = response.content.decode()
    assert ("database_unavailable" in told) == path.startswith("/api/")


@pytest.mark.parametrize("broken", [OperationalError, InterfaceError])
def test_without_a_database_the_api_is_503(api, doctor, monkeypatch, broken):
    def gone(*arguments):
        raise broken("the connection is closed")

    monkeypatch.setattr(gallery_api.Quota, "get_serializer", gone)
    client = api(doctor)
    client.raise_request_exception = False
    response = client.get("/api/v1/gallery/quota")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["errors"][0]["code"] == "database_unavailable"


def test_who_hangs_up_is_no_fault_of_ours(api, doctor, consultation):
    """In the log it would look like one, with a traceback, for every telephone that loses its
    network."""

    class Broken(BytesIO):
        def read(self, *arguments):
            raise ConnectionResetError

    response = api(doctor).generic(
        "POST",
        f"/api/v1/consultations/{consultation.pk}/images",
        content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": Broken(), "CONTENT_LENGTH": "1000"},
    )
    assert response.status_code == 400


def test_403_of_a_page_open_for_too_long_is_ours(db):
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"username": "a@b.c"})
    assert response.status_code == 403
    assert "css/base" in response.content.decode()


def test_404_page(rf):
    request = rf.get("/nowhere")
    request.user = AnonymousUser()
    assert "<h1>" in views.page_not_found(request, None).content.decode()


def test_no_id_twice_in_a_refused_form(page, doctor):
    refused = page(doctor).post("/patients/new/", {"email": "x"}).content.decode()
    ids = re.findall(r'\bid="([^"]+)"', refused)
    assert len(ids) == len(set(ids))
    assert 'aria-describedby="id_full_name_error"' in refused
    assert 'id="id_full_name_error"' in refused
