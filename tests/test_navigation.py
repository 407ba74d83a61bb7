"""What the navigation shows to each role; its templates name no app."""

import re

import pytest
from django.apps import apps
from django.conf import settings

from core import navigation
from core.navigation import Reader

FRAME = (
    "base.html",
    *(f"components/{name}.html" for name in ("top", "nav", "tabbar", "menu_links")),
)
DOCTOR, PATIENT, STAFF = (
    Reader(True, None, False),
    Reader(False, 7, False),
    Reader(False, None, True),
)


def routes(area, reader):
    return [entry.route for entry in navigation.entries(area, reader)]


@pytest.mark.parametrize(
    ("reader", "top", "tabs"),
    [
        (DOCTOR, ["home", "patient_list", "consultation_list", "gallery"], ["profile"]),
        (PATIENT, ["home", "patient_detail", "gallery"], ["profile"]),
        (STAFF, ["home", "gallery", "admin:index"], ["profile"]),
    ],
)
def test_navigation_shows_what_each_role_may_open(reader, top, tabs):
    """No link may answer 404, and none may be missing."""
    assert routes("top", reader) == top
    assert routes("tabs", reader) == [route for route in top if ":" not in route] + tabs
    assert routes("menu", reader) == ["profile", "security", "audit"]


def test_doctor_who_is_a_patient_has_their_record_in_the_top_bar_only():
    reader = Reader(True, 7, False)
    assert "patient_detail" in routes("top", reader)
    assert "patient_detail" not in routes("tabs", reader)


@pytest.mark.parametrize(
    ("route", "current"),
    [
        ("patient_edit", "patient_list"),
        ("image_detail", "consultation_list"),
        ("gallery_links", "gallery"),
        ("home", "home"),
        ("profile", "profile"),
    ],
)
def test_exactly_one_entry_is_current(route, current):
    entries = {entry.route: entry for entry in navigation.entries("tabs", DOCTOR)}
    assert [name for name, entry in entries.items() if entry.current(route, DOCTOR)] == [current]


def test_every_entry_has_a_url_and_every_tab_an_icon():
    reader = Reader(True, 7, True)
    for area in ("top", "tabs", "menu"):
        for entry in navigation.entries(area, reader):
            assert entry.url(reader).startswith("/")
            assert entry.icon or area == "top"


@pytest.mark.parametrize("name", FRAME)
def test_frame_templates_name_no_app(name):
    """Otherwise every new app would have to be added to these templates."""
    text = (settings.BASE_DIR / "templates" / name).read_text()
    allowed = {"home", "logout"}  # the logo's link, and Django's own route
    assert set(re.findall(r'{% url "([^"]+)"', text)) <= allowed
    our_apps = {app.name for app in apps.get_app_configs() if "." not in app.name} - {"core"}
    assert not [app for app in our_apps if f'"{app}/' in text]
