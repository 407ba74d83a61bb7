"""Keyset paging: every image once, in order, at constant cost; its copied columns stay correct."""

from datetime import date, timedelta
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consultations import services, triggers
from consultations.models import Consultation, ConsultationImage, Patient
from consultations.ordering import BY_VISIT
from core import keyset
from testing.cast import make_user, upload

HTMX = {"HX-Request": "true"}


@pytest.fixture
def forty_images(image, doctor, record):
    """Forty images in four consultations, two on the same day, many with the same timestamp."""
    rng, images = Random(7), [image]
    days = (date(2026, 11, 14), date(2026, 11, 14), date(2025, 1, 2), date(2027, 3, 4))
    visits = [image.consultation]
    visits += [Consultation.objects.create(doctor=doctor, patient=record, date=d) for d in days[1:]]
    for number in range(39):
        copy = ConsultationImage.objects.get(pk=image.pk)
        copy.pk, copy._state.adding = None, True
        copy.consultation = rng.choice(visits)
        copy.body_site = rng.choice(["", "36141000", "70559009"])
        copy.image_type = rng.choice(["macro", "overview"])
        copy.is_primary = number == 20
        copy.captured_on = rng.choice([None, date(2026, 11, 13), date(2024, 5, 6)])
        copy.save()
        images.append(copy)
    for copy in images:
        copy.created_at = image.created_at - timedelta(minutes=rng.randrange(4))
        copy.save(update_fields=["created_at"])
    return list(ConsultationImage.objects.select_related("consultation"))


def walk_pages(browser, url, query):
    """Every page of a grid, as scrolling fetches them: (ids, SQL statements of each page)."""
    ids, statements, cursor = [], [], ""
    while cursor is not None:
        with CaptureQueriesContext(connection) as queries:
            response = browser.get(url, query | {"before": cursor}, headers=HTMX)
        page = response.context
        ids += [image.pk for image in page["images"]]
        statements.append([q["sql"] for q in queries.captured_queries])
        cursor = ids[-1] if page["next_query"] else None
    return ids, statements


@pytest.mark.parametrize(
    "filters", [{}, {"site": "36141000"}, {"site": "36141000", "type": "macro"}]
)
def test_patient_page_walks_every_image_in_order(
    page, doctor, record, forty_images, monkeypatch, filters
):
    monkeypatch.setattr("consultations.views.patients.IMAGES", 3)
    expected = [
        image
        for image in forty_images
        if image.body_site == filters.get("site", image.body_site)
        and image.image_type == filters.get("type", image.image_type)
    ]
    expected.sort(
        key=lambda i: (i.consultation.date, i.consultation_id, i.timeline_key, i.created_at, i.pk)
    )
    ids, statements = walk_pages(page(doctor), f"/patients/{record.pk}/", filters)
    assert ids == [image.pk for image in reversed(expected)]
    scrolled = statements[1:]
    assert len({len(queries) for queries in scrolled}) == 1, "every page costs the same"
    assert not any("COUNT(" in sql or "OFFSET" in sql for queries in scrolled for sql in queries)


def test_consultation_page_walks_every_image_in_order(
    page, doctor, forty_images, image, monkeypatch
):
    monkeypatch.setattr("consultations.views.consultations.IMAGES", 3)
    visit = max((i.consultation for i in forty_images if i.is_primary), key=lambda c: c.pk)
    expected = [i for i in forty_images if i.consultation_id == visit.pk]
    expected.sort(key=lambda i: (i.is_primary, i.timeline_key, i.created_at, i.pk))
    ids, statements = walk_pages(page(doctor), f"/consultations/{visit.pk}/", {})
    assert ids == [image.pk for image in reversed(expected)]
    assert len(ids) > 6
    scrolled = statements[1:]
    assert len({len(queries) for queries in scrolled}) == 1, "every page costs the same"
    assert not any("COUNT(" in sql or "OFFSET" in sql for queries in scrolled for sql in queries)


@pytest.mark.skipif("sqlite" not in connection.vendor, reason="PostgreSQL scans a small table")
@pytest.mark.parametrize("filters", ["", "body_site", "image_type"])
def test_every_page_is_read_from_one_index(doctor, record, forty_images, filters):
    """A sort, or an index that does not hold the whole key, reads every row of the patient."""
    images = ConsultationImage.objects.visible_to(doctor).filter(patient=record)
    if filters:
        images = images.filter(**{filters: "macro"})
    with CaptureQueriesContext(connection) as queries:
        keyset.page(images, BY_VISIT, str(forty_images[5].pk), 3, among=images.model.objects.all())
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {queries.captured_queries[-1]['sql']}")
        plan = "\n".join(row[-1] for row in cursor.fetchall())
    index = {"": "visit", "body_site": "site", "image_type": "type"}[filters]
    assert f"USING INDEX live_image_by_{index}" in plan
    assert "(consultation_date,consultation_id,timeline_key,created_at)<(?,?,?,?)" in plan
    assert "TEMP B-TREE" not in plan


def test_unknown_cursor_reloads_the_grid(page, doctor, other_doctor, record, image):
    """The last image shown was deleted in another tab: an empty answer would hide all images after
    it. Another doctor's image gets the same answer as one that does not exist."""
    other_consultation = Consultation.objects.create(
        doctor=other_doctor, patient=record, date=date(2030, 1, 1)
    )
    other_image, _ = services.add_image(
        consultation=other_consultation, user=other_doctor, upload=upload(seed=2)
    )
    for path in (f"/patients/{record.pk}/", f"/consultations/{image.consultation_id}/"):
        for cursor in (other_image.pk, 999_999, "9" * 30):
            url = f"{path}?before={cursor}"
            fragment = page(doctor).get(url, headers=HTMX)
            assert (fragment.status_code, fragment.content) == (200, b"")
            assert "images:changed" in fragment["HX-Trigger"]
            full_page = page(doctor).get(url)
            assert (full_page.status_code, full_page["Location"]) == (302, f"{path}?before=")


def test_reconcile_repairs_copied_columns_and_triggers(doctor, other_doctor, image):
    """An interrupted migration leaves SQLite without triggers: the previous doctor would still see
    the images."""
    triggers.remove(connection)
    visit = image.consultation
    Consultation.objects.filter(pk=visit.pk).update(doctor=other_doctor)
    assert ConsultationImage.objects.visible_to(doctor).exists()
    out = StringIO()
    call_command("reconcile", "--dry-run", stdout=out)
    assert "WRONG  1 rows" in out.getvalue()
    call_command("reconcile", stdout=out)
    assert "repaired  1 rows" in out.getvalue()
    assert not ConsultationImage.objects.visible_to(doctor).exists()
    assert ConsultationImage.objects.visible_to(other_doctor).exists()
    Consultation.objects.filter(pk=visit.pk).update(doctor=doctor)
    assert ConsultationImage.objects.visible_to(doctor).exists(), "the triggers are back"


def test_site_menu_lists_only_sites_of_visible_images(
    page, doctor, other_doctor, record, forty_images
):
    """Sites of visible images and the selected one, but not those of another doctor's images."""
    other_consultation = Consultation.objects.create(doctor=other_doctor, patient=record)
    services.add_image(
        consultation=other_consultation,
        user=other_doctor,
        upload=upload(seed=2),
        body_site="60944009",
    )
    url, browser = f"/patients/{record.pk}/", page(doctor)
    menu = dict(browser.get(url).context["filters"].fields["site"].choices)
    assert set(menu) == {"", "36141000", "70559009"}
    filtered = browser.get(url, {"site": "39687006"}).context
    assert "39687006" in dict(filtered["filters"].fields["site"].choices)
    assert filtered["images"] == []


def test_counts_stop_at_the_limit(page, doctor, record, forty_images, monkeypatch):
    monkeypatch.setattr(keyset, "COUNT_LIMIT", 7)
    context = page(doctor).get(f"/patients/{record.pk}/").context
    assert context["total"] == 7
    assert max(c.images_count for c in context["consultations"]) == 7


def test_api_counts_all_images_with_one_query(api, doctor, forty_images, monkeypatch):
    monkeypatch.setattr(keyset, "COUNT_LIMIT", 7)
    visits = api(doctor).get("/api/v1/consultations").json()["consultations"]
    assert sum(visit["images_count"] for visit in visits) == 40
    with CaptureQueriesContext(connection) as queries:
        api(doctor).get(f"/api/v1/consultations/{visits[0]['id']}/images")
    assert sum("COUNT(" in q["sql"] for q in queries.captured_queries) == 1, "the contract's total"


# The columns copied from the consultation ------- ---------------------------------------------


def copied_values():
    return set(
        ConsultationImage.objects.values_list("patient_id", "doctor_id", "consultation_date")
    )


@pytest.fixture
def superuser(db):
    return make_user("root@example.org", is_staff=True, is_superuser=True, role="staff")


@pytest.mark.parametrize("through", ["api", "page", "admin", "update"])
def test_images_follow_changes_of_their_consultation(
    through, api, page, doctor, other_doctor, superuser, consultation, record, image
):
    """Otherwise they are listed under the wrong date, patient or doctor."""
    other_patient = Patient.objects.create(full_name="Other", created_by=doctor)
    day, expected_owner = date(2026, 10, 1), (record.pk, doctor.pk)
    body = {"date": "2026-10-01", "status": "closed"}
    if through == "api":
        url = f"/api/v1/consultations/{consultation.pk}"
        assert api(doctor).patch(url, {"date": "2026-10-01"}).status_code == 200
    elif through == "page":
        url = f"/consultations/{consultation.pk}/edit/"
        assert page(doctor).post(url, body).status_code == 302
    else:
        expected_owner = other_patient.pk, other_doctor.pk
        if through == "admin":
            url = f"/admin/consultations/consultation/{consultation.pk}/change/"
            body |= {"patient": other_patient.pk, "doctor": other_doctor.pk}
            body |= {"images-TOTAL_FORMS": 0, "images-INITIAL_FORMS": 0}
            assert page(superuser).post(url, body).status_code == 302
        else:
            Consultation.objects.update(date=day, patient=other_patient, doctor=other_doctor)
        assert not ConsultationImage.objects.visible_to(doctor).exists()
        assert ConsultationImage.objects.visible_to(other_doctor).exists()
    assert copied_values() == {(*expected_owner, day)}


def test_copied_columns_cannot_differ_from_the_consultation(
    doctor, other_doctor, consultation, record, image
):
    """Whatever is inserted or updated, triggers restore the consultation's values."""
    expected = {(record.pk, doctor.pk, consultation.date)}
    other_patient = Patient.objects.create(full_name="Other", created_by=doctor)
    other_consultation = Consultation.objects.create(
        doctor=other_doctor, patient=other_patient, date=date(2020, 1, 1)
    )
    wrong_values = {
        "patient_id": other_patient.pk,
        "doctor_id": other_doctor.pk,
        "consultation_date": date(1999, 1, 1),
    }
    copy = ConsultationImage.objects.get()
    copy.pk = None
    for name, value in wrong_values.items():
        setattr(copy, name, value)
    ConsultationImage.objects.bulk_create([copy])
    assert copied_values() == expected
    ConsultationImage.objects.update(**wrong_values)
    assert copied_values() == expected
    ConsultationImage.objects.update(consultation=other_consultation)
    assert copied_values() == {(other_patient.pk, other_doctor.pk, date(2020, 1, 1))}


@pytest.mark.django_db(transaction=True)
def test_migrations_fill_copied_columns_in_both_directions(doctor, consultation, record, image):
    call_command("migrate", "consultations", "0001", verbosity=0)
    call_command("migrate", verbosity=0)  # all: rooms above went back, too
    assert copied_values() == {(record.pk, doctor.pk, consultation.date)}
    Consultation.objects.update(date=date(2026, 10, 1))
    assert copied_values() == {(record.pk, doctor.pk, date(2026, 10, 1))}, "the triggers are back"
