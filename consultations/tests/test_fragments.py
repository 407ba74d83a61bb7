"""A page and its part share a URL: the browser's Back and htmx's refresh get the right one."""

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
def test_part_and_page_are_never_mixed_up(path, page, doctor, record, consultation):
    browser, url = page(doctor), path.format(p=record.pk, c=consultation.pk)
    part = browser.get(url, headers=HTMX)
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]
    restored = browser.get(url, headers=HTMX | {"HX-History-Restore-Request": "true"})
    assert "<html" in restored.content.decode()


def test_a_refreshed_grid_has_the_tiles_that_it_had(
    page, doctor, record, consultation, monkeypatch
):
    monkeypatch.setattr("consultations.views.patients.IMAGES", 2)
    monkeypatch.setattr("consultations.views.consultations.IMAGES", 2)
    ids = [add(consultation, doctor).pk for _ in range(5)]
    for url in (f"/patients/{record.pk}/", f"/consultations/{consultation.pk}/"):
        for had, tiles in (("", 2), ("3", 4), ("4", 4), ("5", 5), ("x", 2), ("-1", 2)):
            drawn = page(doctor).get(url, {"shown": had}, headers=HTMX).content.decode()
            assert drawn.count("data-viewer-item") == tiles
            assert "shown=" not in drawn
            assert ("data-next" in drawn) == (tiles < 5)
        drawn = page(doctor).get(url, {"shown": "4"}, headers=HTMX).content.decode()
        assert f"?before={ids[1]}" in drawn, "and goes on behind them"


def test_patient_page_opened_further_down_refreshes_whole(
    page, doctor, record, consultation, monkeypatch
):
    monkeypatch.setattr("consultations.views.patients.IMAGES", 2)
    ids = [add(consultation, doctor).pk for _ in range(3)]
    url = f"/patients/{record.pk}/?before={ids[1]}"
    assert f'hx-get="/patients/{record.pk}/?before="' in page(doctor).get(url).content.decode()
    more = page(doctor).get(url, headers=HTMX).content.decode()
    assert f'data-id="{ids[0]}"' in more
    assert "grid-date" not in more, "the page before has drawn this consultation's heading"
