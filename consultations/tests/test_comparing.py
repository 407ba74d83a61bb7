"""The comparing page: what it opens with, what it says, what it refuses, and whom it tells."""

from datetime import date

import pytest
from django.urls import reverse

from audit import chain
from audit.models import Event
from consultations import bin, services
from consultations.comparing.opening import candidates, comparison_query
from consultations.models import (
    Comparison,
    ComparisonPane,
    Consultation,
    ConsultationImage,
    Lesion,
)
from consultations.models.measuring import Scale
from testing.cast import upload

PATH = reverse("compare")
DAYS = (date(2026, 3, 12), date(2026, 7, 8), date(2026, 11, 3))
FOREARM, CHEEK = "70559009", "36141000"


@pytest.fixture
def visits(record, doctor, cached_processing):
    """A lesion of one site and side at three visits, one picture each."""
    images = []
    for seed, day in enumerate(DAYS, start=1):
        visit = Consultation.objects.create(doctor=doctor, patient=record, date=day)
        images.append(add(visit, doctor, seed, captured_on=day))
    return images


def add(visit, doctor, seed, **fields):
    known = {"image_type": "macro", "body_site": FOREARM, "laterality": "left"}
    return services.add_image(
        consultation=visit, user=doctor, upload=upload(seed=seed), **known | fields
    )[0]


def keys(*images):
    return {"images": ",".join(str(image.pk) for image in images)}


def panes(response):
    return [pane.image.pk for pane in response.context["panes"]]


def test_panes_say_their_days_and_how_far_apart_they_are(page, doctor, visits):
    response = page(doctor).get(PATH, keys(*visits[:2]), headers={"Accept-Language": "fr"})
    text = response.content.decode()
    assert panes(response) == [image.pk for image in visits[:2]]
    assert "12 mars 2026" in text
    assert "+118\u00a0j" in text
    assert "118 jours après l’image précédente" in text
    assert "file 20418" in text or "dossier 20418" in text, "the patient is not a name alone"


def test_page_is_told_to_the_audit_log_as_viewing_each_picture(page, doctor, visits):
    page(doctor).get(PATH, keys(*visits[:2]))
    chain.flush_pending()
    viewed = Event.objects.filter(action="viewed", kind="consultation_image", actor_id=doctor.pk)
    assert {event.key for event in viewed} == {str(image.pk) for image in visits[:2]}


def test_pictures_that_are_gone_twice_or_too_many_are_told(page, doctor, visits):
    first, second, third = visits
    more = [add(first.consultation, doctor, seed) for seed in (4, 5, 6)]
    bin.put_away_images(ConsultationImage.objects.filter(pk=third.pk))
    response = page(doctor).get(PATH, keys(first, second, third, first))
    assert panes(response) == [first.pk, second.pk]
    assert len(response.context["told"]) == 2, "one is missing, one was named twice"
    response = page(doctor).get(PATH, keys(first, second, *more))
    assert panes(response) == [image.pk for image in (first, second, *more[:2])]
    assert len(response.context["told"]) == 1


def test_others_pictures_are_not_found_and_two_patients_never_shown_together(
    page, doctor, other_doctor, patient, visits
):
    assert page(other_doctor).get(PATH, keys(*visits)).status_code == 404
    assert page(doctor).get(PATH, {"images": "987654321"}).status_code == 404
    assert page(doctor).get(PATH, {"comparison": "987654321"}).status_code == 404
    assert page(patient).get(PATH, keys(*visits)).status_code == 200, "the patient may look"
    somebody = type(visits[0].patient).objects.create(full_name="Jean Petit", created_by=doctor)
    visit = Consultation.objects.create(doctor=doctor, patient=somebody)
    response = page(doctor).get(PATH, keys(visits[0], add(visit, doctor, 4)))
    assert response.status_code == 400
    assert 'data-code="other_patient"' in response.content.decode()
    for secret in ("Jean Petit", "Marie"):
        assert secret not in response.content.decode()


@pytest.mark.parametrize("query", ["", "?images=", "?images=x,-1,2.5", "?comparison=x&images="])
def test_page_without_pictures_says_what_to_do(page, doctor, query):
    response = page(doctor).get(PATH + query)
    assert response.status_code == (404 if "comparison" in query else 200)
    if response.status_code == 200:
        assert reverse("patient_list") in response.content.decode()


def test_one_picture_proposes_the_same_site_and_side_latest_visit_first(page, doctor, visits):
    oldest, middle, latest = visits
    dermoscopy = add(latest.consultation, doctor, 4, image_type="dermoscopy")
    add(latest.consultation, doctor, 5, laterality="right")
    add(latest.consultation, doctor, 6, body_site=CHEEK)
    add(oldest.consultation, doctor, 7)
    response = page(doctor).get(PATH, keys(oldest))
    offered = [pane.image.pk for pane in response.context["others"]]
    assert offered == [latest.pk, dermoscopy.pk, middle.pk], "of a visit, the same kind first"
    first = response.context["others"][0]
    assert first.with_these == f"{oldest.pk},{latest.pk}", "the earlier one on the left"
    assert f"?{comparison_query([oldest.pk, latest.pk])}" in response.content.decode()
    response = page(doctor).get(PATH, keys(middle, latest))
    assert [pane.image.pk for pane in response.context["further"]][-1] == oldest.pk


def test_picture_without_a_site_is_offered_those_of_other_visits(doctor, visits):
    services.update_image(visits[0], body_site="", laterality="")
    visits[0].refresh_from_db()
    assert candidates(visits[0], doctor) == [visits[2], visits[1]]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, 0),
        ({"laterality": "right"}, 1),
        ({"image_type": "overview"}, 1),
        ({"exposure": 0.3}, 1),
        ({"exposure": None}, 0),
        ({"body_site": CHEEK, "image_type": "overview"}, 2),
    ],
)
def test_what_makes_pictures_hard_to_compare_is_said(page, doctor, visits, changes, said):
    ConsultationImage.objects.filter(pk=visits[1].pk).update(**changes)
    response = page(doctor).get(PATH, keys(*visits[:2]))
    assert len(response.context["differences"]) == said


@pytest.mark.parametrize(("mode", "said"), [("non_contact_polarized", 1), ("", 0)])
def test_dermoscopy_mode_is_compared_where_it_is_known(page, doctor, visits, mode, said):
    for image, of in zip(visits, ("contact_polarized", mode), strict=False):
        ConsultationImage.objects.filter(pk=image.pk).update(
            image_type="dermoscopy", dermoscopic_type=of
        )
    assert len(page(doctor).get(PATH, keys(*visits[:2])).context["differences"]) == said


@pytest.fixture
def saved(record, doctor, visits):
    comparison = Comparison.objects.create(
        patient=record, doctor=doctor, name="Forearm", note="doctor's own", mode="swipe"
    )
    for position, image in enumerate(visits[:2]):
        ComparisonPane.objects.create(
            comparison=comparison, position=position, image=image, a=1, b=0.5, x=7, y=0
        )
    return comparison


def test_saved_comparison_opens_as_it_was_kept(page, doctor, patient, other_doctor, visits, saved):
    response = page(doctor).get(PATH, {"comparison": saved.pk})
    assert panes(response) == [image.pk for image in visits[:2]]
    kept = response.context["arrangement"]
    assert kept["mode"] == "swipe"
    transform = {"a": 1, "b": 0.5, "x": 7, "y": 0}
    assert kept["lay"][str(visits[0].pk)] == transform
    assert kept["panes"][1] == {"image": visits[1].pk, "transform": transform, "flipped": False}
    assert "doctor&#x27;s own" in response.content.decode()
    theirs = page(patient).get(PATH, {"comparison": saved.pk}).content.decode()
    assert "Forearm" in theirs
    assert "doctor&#x27;s own" not in theirs
    assert page(other_doctor).get(PATH, {"comparison": saved.pk}).status_code == 404


def test_page_names_the_version_that_it_shows(page, api, doctor, saved):
    """In every language the same, and the API's: else each save would be refused, or one that was
    made since the page was read would be written over unseen."""

    def shown(language):
        browser = page(doctor)
        browser.cookies["django_language"] = language
        return browser.get(PATH, {"comparison": saved.pk}).context["etag"]

    path = f"/api/v1/comparisons/{saved.pk}"
    known = api(doctor).get(path)["ETag"]
    assert {shown("fr"), shown("en")} == {known}
    saved.note = "shrinks"
    saved.save()
    assert {shown("fr"), shown("en")} == {api(doctor).get(path)["ETag"]} != {known}


def test_saved_comparison_opens_with_the_rest_when_a_picture_is_gone(page, doctor, visits, saved):
    third = ComparisonPane.objects.create(
        comparison=saved, position=2, image=visits[2], a=1, b=0, x=0, y=0
    )
    bin.erase_images(ConsultationImage.objects.filter(pk=visits[0].pk))
    response = page(doctor).get(PATH, {"comparison": saved.pk})
    assert panes(response) == [visits[1].pk, third.image_id]
    assert len(response.context["told"]) == 1
    bin.erase_images(ConsultationImage.objects.filter(pk=visits[1].pk))
    response = page(doctor).get(PATH, {"comparison": saved.pk})
    assert response.context["one"].image.pk == visits[2].pk, "one is left: what goes with it?"
    assert len(response.context["told"]) == 1
    bin.erase_images(ConsultationImage.objects.filter(pk=visits[2].pk))
    response = page(doctor).get(PATH, {"comparison": saved.pk})
    assert response.status_code == 200
    assert len(response.context["told"]) == 1


def test_patients_page_lists_what_was_kept(page, doctor, record, saved):
    text = page(doctor).get(reverse("patient_detail", args=[record.pk])).content.decode()
    assert f"{PATH}?comparison={saved.pk}" in text


def test_more_pictures_cost_no_more_queries(page, doctor, visits, count_queries):
    """Nor do a patient's kept comparisons; the audit log's events are written together."""
    client = page(doctor)
    client.get(PATH, keys(*visits[:2]))
    two = count_queries(lambda: client.get(PATH, keys(*visits[:2])))
    assert count_queries(lambda: client.get(PATH, keys(*visits))) <= two


@pytest.fixture
def lesion(record, visits):
    """The lesion of the first and the last visit."""
    made = Lesion.objects.create(patient=record, label="L1", body_site=FOREARM, laterality="left")
    keys = [visits[0].pk, visits[2].pk]
    ConsultationImage.objects.filter(pk__in=keys).update(lesion=made)
    return made


def test_picture_of_a_lesion_is_offered_those_of_the_same_lesion(doctor, visits, lesion):
    image = ConsultationImage.objects.get(pk=visits[0].pk)
    assert candidates(image, doctor) == [visits[2]], "not the other one of the same site"


def test_lesions_page_proposes_its_first_and_latest_picture(page, doctor, visits, lesion, saved):
    dermoscopy = add(visits[0].consultation, doctor, 4, image_type="dermoscopy")
    services.update_image(dermoscopy, captured_on=date(2026, 1, 5), lesion=lesion)
    text = page(doctor).get(reverse("lesion_detail", args=[lesion.pk])).content.decode()
    assert f"{PATH}?images={visits[0].pk},{visits[2].pk}" in text, "of one kind, the earlier first"
    assert f"{PATH}?comparison={saved.pk}" in text
    visits[2].consultation.images.all().delete()
    visits[0].consultation.images.filter(image_type="dermoscopy").delete()
    text = page(doctor).get(reverse("lesion_detail", args=[lesion.pk])).content.decode()
    assert f"{PATH}?images" not in text, "one picture alone is not compared"


def scale(image, doctor, mm_per_px):
    return Scale.objects.create(
        image=image, method="ruler", x1=0, y1=0, x2=100, y2=0,
        millimetres=100 * mm_per_px, mm_per_px=mm_per_px, uncertainty=0.01, set_by=doctor,
    )  # fmt: skip


def test_known_scales_reach_the_panes_and_a_missing_one_is_said(page, doctor, visits):
    scale(visits[0], doctor, 0.05)
    response = page(doctor).get(PATH, keys(*visits[:2]))
    assert 'data-mm-per-px="0.05"' in response.content.decode()
    assert len(response.context["differences"]) == 1
    scale(visits[1], doctor, 0.04)
    assert not page(doctor).get(PATH, keys(*visits[:2])).context["differences"]


def test_mirrored_picture_is_marked_beside_one_that_is_not(page, doctor, visits):
    ConsultationImage.objects.filter(pk=visits[0].pk).update(mirrored="yes")
    response = page(doctor).get(PATH, keys(*visits[:2]))
    assert [bool(pane.mirrored) for pane in response.context["panes"]] == [True, False]
    assert len(response.context["differences"]) == 1
