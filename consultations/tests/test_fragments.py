"""A page and its fragment share a URL: the browser's Back and htmx's refresh get the right one."""

import pytest

from consultations import services
from testing.cast import upload

pytestmark = pytest.mark.alike
HTMX = {"HX-Request": "true"}


def add(consultation, doctor):
    return services.add_image(consultation=consultation, user=doctor, upload=upload())[0]


@pytest.mark.parametrize(
    "path", ["/patients/", "/consultations/new/", "/patients/{p}/", "/consultations/{c}/"]
)
def test_htmx_gets_a_fragment_and_history_restore_a_page(path, page, doctor, record, consultation):
    browser, url = page(doctor), path.format(p=record.pk, c=consultation.pk)
    fragment = browser.get(url, headers=HTMX)
    assert "<html" not in fragment.content.decode()
    assert "HX-Request" in fragment["Vary"]
    restored = browser.get(url, headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()


def test_refreshed_grid_keeps_its_number_of_tiles(page, doctor, record, consultation, monkeypatch):
    monkeypatch.setattr("consultations.views.patients.IMAGES", 2)
    monkeypatch.setattr("consultations.views.consultations.IMAGES", 2)
    ids = [add(consultation, doctor).pk for _ in range(5)]
    for url in (f"/patients/{record.pk}/", f"/consultations/{consultation.pk}/"):
        for tiles_shown, tiles in (("", 2), ("3", 4), ("4", 4), ("5", 5), ("x", 2), ("-1", 2)):
            html = page(doctor).get(url, {"shown": tiles_shown}, headers=HTMX).content.decode()
            assert html.count("data-viewer-item") == tiles
            assert "shown=" not in html
            assert ("data-next" in html) == (tiles < 5)
        html = page(doctor).get(url, {"shown": "4"}, headers=HTMX).content.decode()
        assert f"?before={ids[1]}" in html, "the next page continues after them"


def test_grid_opened_at_a_later_page_refreshes_from_the_start(
    page, doctor, record, consultation, monkeypatch
):
    monkeypatch.setattr("consultations.views.patients.IMAGES", 2)
    ids = [add(consultation, doctor).pk for _ in range(3)]
    url = f"/patients/{record.pk}/?before={ids[1]}"
    assert f'hx-get="/patients/{record.pk}/?before="' in page(doctor).get(url).content.decode()
    more = page(doctor).get(url, headers=HTMX).content.decode()
    assert f'data-id="{ids[0]}"' in more
    assert "grid-date" not in more, "the previous page already has this consultation's heading"
