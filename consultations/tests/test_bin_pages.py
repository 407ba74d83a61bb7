"""The bin's pages: found from the menu, restored or deleted for good after a question."""

import pytest
from django.urls import reverse

from consultations import bin
from consultations.models import ConsultationImage


@pytest.fixture
def page(client, doctor):
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def binned(image):
    bin.put_away_images(ConsultationImage.objects.filter(pk=image.pk))
    return image


def selected(page, **body):
    return page.post(reverse("bin_selected"), body, follow=True)


def text(response):
    return response.content.decode()


def test_deleted_by_form_and_undone(page, image):
    """The words must not say "for good": somebody who believes them does not look for it."""
    asked = text(page.get(reverse("image_delete", args=[image.pk])))
    assert "30 days" in asked or "30 jours" in asked
    told = page.post(reverse("image_delete", args=[image.pk]), follow=True)
    assert not ConsultationImage.objects.exists()
    assert reverse("bin_selected") in text(told)
    assert f'name="ids" value="{image.pk}"' in text(told)
    here = reverse("consultation_detail", args=[image.consultation_id])
    body = {"action": "restore", "ids": [image.pk]}
    answer = page.post(reverse("bin_selected"), body, HTTP_REFERER=f"http://testserver{here}")
    assert answer["Location"].endswith(here), "back where it was pressed"
    assert ConsultationImage.objects.get() == image


def test_the_page(page, binned):
    assert reverse("bin_list") in text(page.get("/"))
    shown = text(page.get(reverse("bin_list")))
    assert binned.thumbnail.name in shown
    assert "Marie Lefèvre" in shown


def test_anothers_bin_is_empty(client, other_doctor, binned):
    client.force_login(other_doctor, backend="django.contrib.auth.backends.ModelBackend")
    assert binned.thumbnail.name not in text(client.get(reverse("bin_list")))
    for action in ("restore", "erase"):
        selected(client, action=action, ids=[binned.pk], sure="on")
    assert ConsultationImage.all_rows.get().deleted_at


def test_for_good_after_a_question(page, binned):
    """One press must not be enough for what nobody can undo."""
    asked = selected(page, action="erase", ids=[binned.pk])
    assert ConsultationImage.all_rows.exists()
    assert 'name="sure"' in text(asked)
    selected(page, action="erase", ids=[binned.pk], sure="on")
    assert not ConsultationImage.all_rows.exists()


def test_what_is_live_is_not_erased(page, image):
    selected(page, action="erase", ids=[image.pk], sure="on")
    assert ConsultationImage.objects.get() == image


@pytest.mark.parametrize("body", [{}, {"action": "restore"}, {"action": "x", "ids": ["1"]}])
def test_nonsense(page, binned, body):
    assert selected(page, **body).status_code == 200
    assert ConsultationImage.all_rows.get().deleted_at


def test_pages_of_the_bin(page, doctor, consultation, image, monkeypatch):
    from consultations import services
    from testing.cast import upload

    monkeypatch.setattr("consultations.views.bin.IMAGES", 2)
    for seed in (2, 3):
        services.add_image(consultation=consultation, user=doctor, upload=upload(seed=seed))
    bin.put_away_images(consultation.images.all())
    first = text(page.get(reverse("bin_list")))
    assert first.count("data-pick") == 2
    last = ConsultationImage.all_rows.in_bin_of(doctor)[1].pk
    assert f"before={last}" in first
    more = text(page.get(reverse("bin_list"), {"before": last}, HTTP_HX_REQUEST="true"))
    assert more.count("data-pick") == 1
