"""The pages for what went wrong must not go wrong themselves."""

import re

from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils.functional import SimpleLazyObject

from dermaai import views


def test_500_asks_the_database_nothing(rf):
    request = rf.get("/")

    def down():
        raise ConnectionError("the database is down")

    request.user = request.session = SimpleLazyObject(down)
    response = views.server_error(request)
    assert response.status_code == 500
    assert "<h1>" in response.content.decode()


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
