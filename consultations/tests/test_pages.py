"""Pages: their forms, their paging and the number of their database queries."""

import re
from datetime import date

import pytest

from consultations import services
from consultations.models import Consultation, ConsultationImage, Patient
from testing.cast import upload


def add(consultation, doctor, **fields):
    return services.add_image(consultation=consultation, user=doctor, upload=upload(), **fields)[0]


def test_new_patient_then_new_consultation(page, doctor):
    """The focus waits where the work goes on: a dozen presses of Tab for each patient of a day."""
    browser = page(doctor)

    def focused(path):
        text = browser.get(path).content.decode()
        (tag,) = re.findall(r"<[^>]* autofocus\b[^>]*>", text)
        return re.search(r'(?:id|name)="([^"]*)"', tag)[1]

    assert focused("/patients/new/") == "full_name"
    created = browser.post(
        "/patients/new/", {"full_name": "Jean Petit", "birth_date": "1990-01-02", "sex": "M"}
    )
    patient = Patient.objects.get()
    assert patient.created_by == doctor
    assert created["Location"] == f"/consultations/new/?patient={patient.pk}"
    assert focused(created["Location"]) == "reason"
    body = {"patient": patient.pk, "date": "2026-11-20", "status": "in_progress", "reason": "x"}
    created = browser.post("/consultations/new/", body)
    consultation = Consultation.objects.get()
    assert created["Location"] == f"/consultations/{consultation.pk}/"
    assert (consultation.doctor, consultation.patient) == (doctor, patient)
    assert focused(created["Location"]) == "add-images"


def test_creating_a_namesake_asks_first(page, doctor, record):
    browser = page(doctor)
    body = {"full_name": "marie LEFEVRE", "birth_date": "1972-03-04"}
    assert record.full_name in browser.post("/patients/new/", body).content.decode()
    assert Patient.objects.count() == 1
    browser.post("/patients/new/", body | {"anyway": "1"})
    assert Patient.objects.count() == 2


def test_file_number_is_unique(page, doctor, record):
    body = {"full_name": "Other", "file_number": record.file_number}
    assert page(doctor).post("/patients/new/", body).status_code == 200
    assert Patient.objects.count() == 1


def test_new_consultation_for_another_doctors_patient_answers_404(page, other_doctor, record):
    browser = page(other_doctor)
    assert browser.get(f"/consultations/new/?patient={record.pk}").status_code == 404
    body = {"patient": record.pk, "date": "2026-11-20", "status": "in_progress"}
    assert browser.post("/consultations/new/", body).status_code == 404
    assert not Consultation.objects.exists()


@pytest.mark.parametrize("patient", ["x", "-1", "99999999999999999999999"])
def test_new_consultation_with_an_invalid_patient_is_not_offered(page, doctor, patient):
    response = page(doctor).get("/consultations/new/", {"patient": patient})
    assert response.status_code in (302, 404)


def test_image_form_requires_a_side_and_escapes_text(page, doctor, image):
    url = f"/consultations/images/{image.pk}/"
    body = {"image_type": "macro", "body_site": "36141000", "description": "<b>x</b>"}
    refused = page(doctor).post(url, body)
    assert refused.status_code == 200, "a cheek needs a side"
    assert ConsultationImage.objects.get().body_site == ""
    page(doctor).post(url, body | {"laterality": "right", "is_primary": "on"})
    changed = ConsultationImage.objects.get()
    assert (changed.body_site, changed.laterality, changed.is_primary) == (
        "36141000",
        "right",
        True,
    )
    assert "&lt;b&gt;x" in page(doctor).get(url).content.decode(), "hostile text is escaped"


def test_image_is_deleted_by_post_only(page, doctor, image):
    url = f"/consultations/images/{image.pk}/delete/"
    assert page(doctor).get(url).status_code == 200
    assert ConsultationImage.objects.exists(), "a GET deletes nothing"
    page(doctor).post(url)
    assert not ConsultationImage.objects.exists()


def test_consultation_page_starts_with_the_primary_image_and_is_paged(
    page, doctor, consultation, monkeypatch
):
    monkeypatch.setattr("consultations.views.consultations.IMAGES", 2)
    ids = [add(consultation, doctor, is_primary=n == 1).pk for n in range(3)]
    url = f"/consultations/{consultation.pk}/"
    first = page(doctor).get(url).content.decode()
    assert 'data-total="3"' in first
    assert f"?before={ids[2]}" in first
    second = page(doctor).get(f"{url}?before={ids[2]}", headers={"HX-Request": "true"})
    assert [image.pk for image in second.context["images"]] == [ids[0]], "the primary was first"
    assert "<html" not in second.content.decode()


def test_patient_page_shows_every_image_once_while_others_are_added(
    page, doctor, consultation, record, monkeypatch
):
    """Images added meanwhile do not shift the pages."""
    monkeypatch.setattr("consultations.views.patients.IMAGES", 2)
    ids = [add(consultation, doctor).pk for _ in range(5)]
    browser, url, ids_shown, query = page(doctor), f"/patients/{record.pk}/", [], {}
    for _ in range(3):
        response = browser.get(url, query)
        ids_shown += [image.pk for image in response.context["images"]]
        if ids_shown == ids[:2:-1]:
            add(consultation, doctor)
        query = {"before": ids_shown[-1]}
    assert ids_shown == ids[::-1]


def test_patient_page_is_ordered_by_consultation_date(page, doctor, record, monkeypatch):
    """An image added later to an old consultation is shown with that consultation."""
    monkeypatch.setattr("consultations.views.patients.IMAGES", 3)
    old, new = (
        Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, month, 1))
        for month in (1, 6)
    )
    first, second = add(old, doctor).pk, add(new, doctor).pk
    third, added_late = add(new, doctor).pk, add(old, doctor).pk
    ids_shown, query = [], {}
    for _ in range(2):
        response = page(doctor).get(f"/patients/{record.pk}/", query)
        ids_shown += [image.pk for image in response.context["images"]]
        query = {"before": ids_shown[-1]}
    assert ids_shown == [third, second, added_late, first]


def test_patient_page_filters(page, doctor, consultation, record):
    cheek = add(consultation, doctor, body_site="36141000", laterality="left")
    add(consultation, doctor, image_type="macro")
    url = f"/patients/{record.pk}/"
    for query, expected in (
        ({"site": "36141000"}, [cheek.pk]),
        ({"type": "dermoscopy"}, []),
        ({"site": "nonsense"}, None),
        ({"before": "x"}, None),
    ):
        images = page(doctor).get(url, query).context["images"]
        assert [i.pk for i in images] == expected if expected is not None else len(images) == 2


@pytest.mark.parametrize(
    "path", ["/", "/consultations/", "/patients/{patient}/", "/consultations/{c}/"]
)
def test_page_query_count_does_not_grow(path, page, doctor, record, consultation, count_queries):
    """With twice as many visits and images as before."""
    browser, counts = page(doctor), []
    url = path.format(patient=record.pk, c=consultation.pk)
    for month in (1, 2):
        for n in range(4):
            other = Consultation.objects.create(
                doctor=doctor, patient=record, date=date(2026, month, 1 + n)
            )
            add(other, doctor)
            add(consultation, doctor)
        browser.get(url)  # fills what is cached per process
        counts.append(count_queries(lambda: browser.get(url)))
    assert counts[0] == counts[1]


def test_pages_do_not_access_the_storage(page, doctor, image, record, monkeypatch):
    """A page that accesses the storage is as slow as the storage."""
    from django.core.files.storage import storages

    def fail(*args, **kwargs):
        raise AssertionError("a round trip to the storage while a page renders")

    for container in ("originals", "processed", "thumbnails"):
        for method in ("open", "exists", "size"):
            monkeypatch.setattr(storages[container], method, fail)
    for path in (
        "/",
        f"/patients/{record.pk}/",
        f"/consultations/{image.consultation_id}/",
        f"/consultations/images/{image.pk}/",
    ):
        assert page(doctor).get(path).status_code == 200


def test_doctor_cannot_edit_their_own_record(page, doctor, other_doctor):
    own = Patient.objects.create(full_name="Self", created_by=other_doctor, user=doctor)
    assert page(doctor).get(f"/patients/{own.pk}/").status_code == 200
    assert page(doctor).get(f"/patients/{own.pk}/edit/").status_code == 403


@pytest.mark.parametrize("part", ["display", "original", "download"])
def test_image_paths_check_access_and_redirect_to_a_signed_url(
    part, page, doctor, consultation, image
):
    """Signed URLs are requested one by one, so that the audit log records who viewed what."""
    browser = page(doctor)
    grid = browser.get(f"/consultations/{consultation.pk}/").content.decode()
    path = f"/consultations/images/{image.pk}/{part}/"
    assert (
        f'href="{path.removesuffix(f"{part}/")}"' in grid
    )  # the viewer requests the parts beneath it
    assert "/media/processed/" not in grid
    assert "/media/originals/" not in grid
    answer = browser.get(path)
    assert answer.status_code == 302
    assert browser.get(answer["Location"]).status_code == 200
    assert ("IMG_4821" in answer["Location"]) is (part == "download")
    assert answer["Cache-Control"] == "private, max-age=300"
