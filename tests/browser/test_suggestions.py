"""Suggestions of the search bar, by keyboard and by touch."""

import pytest
from playwright.sync_api import expect

from consultations.models import Patient

from .page_faults import accessibility_violations

pytestmark = pytest.mark.usefixtures("image")


@pytest.fixture
def namesake(doctor):
    return Patient.objects.create(full_name="Marie Lefèvre-Dupont", created_by=doctor)


def test_suggestions_work_by_keyboard(tab, doctor, record, namesake, violations):
    page = tab(doctor)
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("lefev")
    options = page.locator("#top-suggestions [role=option]")
    expect(options).to_have_count(2)
    field = page.locator(".top-search input")
    expect(field).to_have_attribute("aria-expanded", "true")
    assert not accessibility_violations(page)
    page.keyboard.press("Escape")
    expect(page.locator("#top-suggestions")).to_be_hidden()
    expect(field).to_have_value("lefev")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(field).to_have_attribute("aria-activedescendant", "suggestion-2")
    page.keyboard.press("ArrowUp")
    selected_href = options.nth(0).get_attribute("href")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{selected_href}")
    assert not violations


def test_enter_without_a_selection_opens_the_results_page(tab, doctor, namesake):
    page = tab(doctor)
    page.goto("/")
    page.locator(".top-search input").fill("lefevre")
    page.keyboard.press("Enter")
    page.wait_for_url("**/patients/?q=lefevre")
    expect(page.locator(".person")).to_have_count(2)


def test_suggestions_work_by_touch_on_a_phone(tab, doctor, record, violations):
    page = tab(doctor, viewport={"width": 360, "height": 740}, has_touch=True)
    page.goto("/")
    field = page.locator(".search.big input")
    field.tap()
    field.press_sequentially("lefevre")
    option = page.locator("#home-suggestions [role=option]")
    expect(option).to_be_visible()
    assert option.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    option.tap()
    page.wait_for_url(f"**/patients/{record.pk}/")
    assert not violations


def test_clearing_the_field_hides_the_suggestions(tab, doctor, record):
    page = tab(doctor)
    page.goto("/")
    field = page.locator(".top-search input")
    field.press_sequentially("lefevre")
    expect(page.locator("#top-suggestions")).to_be_visible()
    field.fill("")
    expect(page.locator("#top-suggestions")).to_be_hidden()
