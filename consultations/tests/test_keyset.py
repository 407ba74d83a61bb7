"""Pages by key: every image once, in order, at one cost. What is copied for it stays true."""

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
def many(image, doctor, record):
    """Forty images in four consultations, two of them on one day, many of one moment."""
    draw, images = Random(7), [image]
    days = (date(2026, 11, 14), date(2026, 11, 14), date(2025, 1, 2), date(2027, 3, 4))
    visits = [image.consultation]
    visits += [Consultation.objects.create(doctor=doctor, patient=record, date=d) for d in days[1:]]
    for number in range(39):
        copy = ConsultationImage.objects.get(pk=image.pk)
        copy.pk, copy._state.adding = None, True
        copy.consultation = draw.choice(visits)
        copy.body_site = draw.choice(["", "36141000", "70559009"])
        copy.image_type = draw.choice(["macro", "overview"])
        copy.is_primary = number == 20
        copy.captured_on = draw.choice([None, date(2026, 11, 13), date(2024, 5, 6)])
        copy.save()
        images.append(copy)
    for copy in images:
        copy.created_at = image.created_at - timedelta(minutes=draw.randrange(4))
        copy.save(update_fields=["created_at"])
    return list(ConsultationImage.objects.select_related("consultation"))


def walk(browser, url, query):
    """Every page of a grid, as scrolling fetches them: (ids, statements of each page)."""
    ids, statements, cursor = [], [], ""
    while cursor is not None:
        with CaptureQueriesContext(connection) as asked:
            response = browser.get(url, query | {"before": cursor}, headers=HTMX)
        page = response.context
        ids += [image.pk for image in page["images"]]
        statements.append([q["sql"] for q in asked.captured_queries])
        cursor = ids[-1] if page["next_query"] else None
    return ids, statements


@pytest.mark.parametrize(
    "chosen", [{}, {"site": "36141000"}, {"site": "36141000", "type": "macro"}]
)
def test_patient_page_by_key(page, doctor, record, many, monkeypatch, chosen):
    monkeypatch.setattr("consultations.views.patients.IMAGES", 3)
    found = [
        image
        for image in many
        if image.body_site == chosen.get("site", image.body_site)
        and image.image_type == chosen.get("type", image.image_type)
    ]
    found.sort(
        key=lambda i: (i.consultation.date, i.consultation_id, i.timeline_key, i.created_at, i.pk)
    )
    ids, statements = walk(page(doctor), f"/patients/{record.pk}/", chosen)
    assert ids == [image.pk for image in reversed(found)]
    scrolled = statements[1:]
    # session, user, patient, may I, cursor, page, its consultations; and that it was listed
    assert {len(asked) for asked in scrolled} == {8}
    assert not any("COUNT(" in sql or "OFFSET" in sql for asked in scrolled for sql in asked)


def test_consultation_page_by_key(page, doctor, many, image, monkeypatch):
    monkeypatch.setattr("consultations.views.consultations.IMAGES", 3)
    visit = max((i.consultation for i in many if i.is_primary), key=lambda c: c.pk)
    found = [i for i in many if i.consultation_id == visit.pk]
    found.sort(key=lambda i: (i.is_primary, i.timeline_key, i.created_at, i.pk))
    ids, statements = walk(page(doctor), f"/consultations/{visit.pk}/", {})
    assert ids == [image.pk for image in reversed(found)]
    assert len(ids) > 6
    assert {len(asked) for asked in statements[1:]} == {7}
    assert not any("COUNT(" in sql or "OFFSET" in sql for asked in statements[1:] for sql in asked)


@pytest.mark.skipif("sqlite" not in connection.vendor, reason="a small table is read whole there")
@pytest.mark.parametrize("chosen", ["", "body_site", "image_type"])
def test_every_page_is_a_stretch_of_an_index(doctor, record, many, chosen):
    """A sort, or an index that does not hold the whole key, reads every row of the patient."""
    images = ConsultationImage.objects.visible_to(doctor).filter(patient=record)
    if chosen:
        images = images.filter(**{chosen: "macro"})
    with CaptureQueriesContext(connection) as asked:
        keyset.page(images, BY_VISIT, str(many[5].pk), 3, among=images.model.objects.all())
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[-1]['sql']}")
        plan = "\n".join(row[-1] for row in cursor.fetchall())
    index = {"": "visit", "body_site": "site", "image_type": "type"}[chosen]
    assert f"USING INDEX live_image_by_{index}" in plan
    assert "(consultation_date,consultation_id,timeline_key,created_at)<(?,?,?,?)" in plan
    assert "TEMP B-TREE" not in plan


def test_a_lost_place_draws_the_grid_anew(page, doctor, other_doctor, record, image):
    """The last image shown was deleted in another tab: silence would hide all that is behind it.
    An image of somebody else's is answered as one that never was."""
    theirs = Consultation.objects.create(doctor=other_doctor, patient=record, date=date(2030, 1, 1))
    other, _ = services.add_image(consultation=theirs, user=other_doctor, upload=upload(seed=2))
    for path in (f"/patients/{record.pk}/", f"/consultations/{image.consultation_id}/"):
        for cursor in (other.pk, 999_999, "9" * 30):
            url = f"{path}?before={cursor}"
            part = page(doctor).get(url, headers=HTMX)
            assert (part.status_code, part.content) == (200, b"")
            assert "images:changed" in part["HX-Trigger"]
            whole = page(doctor).get(url)
            assert (whole.status_code, whole["Location"]) == (302, f"{path}?before=")


def test_reconcile_mends_copies(doctor, other_doctor, image):
    """A migration that broke off leaves SQLite without its triggers: a former doctor would go on
    seeing the images."""
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
    assert ConsultationImage.objects.visible_to(doctor).exists(), "and the triggers are back"


def test_menu_of_sites(page, doctor, other_doctor, record, many):
    """Those that one may see an image of, and the chosen one; not what another doctor took."""
    theirs = Consultation.objects.create(doctor=other_doctor, patient=record)
    services.add_image(
        consultation=theirs, user=other_doctor, upload=upload(seed=2), body_site="60944009"
    )
    url, browser = f"/patients/{record.pk}/", page(doctor)
    menu = dict(browser.get(url).context["filters"].fields["site"].choices)
    assert set(menu) == {"", "36141000", "70559009"}
    chosen = browser.get(url, {"site": "39687006"}).context
    assert "39687006" in dict(chosen["filters"].fields["site"].choices)
    assert chosen["images"] == []


def test_numbers_stop_at_many(page, doctor, record, many, monkeypatch):
    monkeypatch.setattr(keyset, "COUNT_LIMIT", 7)
    context = page(doctor).get(f"/patients/{record.pk}/").context
    assert context["total"] == 7
    assert max(c.images_count for c in context["consultations"]) == 7


def test_api_counts_all_but_not_before_its_images(api, doctor, many, monkeypatch):
    monkeypatch.setattr(keyset, "COUNT_LIMIT", 7)
    visits = api(doctor).get("/api/v1/consultations").json()["consultations"]
    assert sum(visit["images_count"] for visit in visits) == 40
    with CaptureQueriesContext(connection) as asked:
        api(doctor).get(f"/api/v1/consultations/{visits[0]['id']}/images")
    assert sum("COUNT(" in q["sql"] for q in asked.captured_queries) == 1, "the contract's total"


# The copy of the consultation's patient and date ---------------------------------------------


def copied():
    return set(
        ConsultationImage.objects.values_list("patient_id", "doctor_id", "consultation_date")
    )


@pytest.fixture
def superuser(db):
    return make_user("root@example.org", is_staff=True, is_superuser=True, role="staff")


@pytest.mark.parametrize("way", ["api", "page", "admin", "update"])
def test_images_follow_their_consultation(
    way, api, page, doctor, other_doctor, superuser, consultation, record, image
):
    """Left behind, they would stand under the wrong day, or be another patient's or doctor's."""
    other = Patient.objects.create(full_name="Other", created_by=doctor)
    day, whose = date(2026, 10, 1), (record.pk, doctor.pk)
    body = {"date": "2026-10-01", "status": "closed"}
    if way == "api":
        url = f"/api/v1/consultations/{consultation.pk}"
        assert api(doctor).patch(url, {"date": "2026-10-01"}).status_code == 200
    elif way == "page":
        url = f"/consultations/{consultation.pk}/edit/"
        assert page(doctor).post(url, body).status_code == 302
    else:
        whose = other.pk, other_doctor.pk
        if way == "admin":
            url = f"/admin/consultations/consultation/{consultation.pk}/change/"
            body |= {"patient": other.pk, "doctor": other_doctor.pk}
            body |= {"images-TOTAL_FORMS": 0, "images-INITIAL_FORMS": 0}
            assert page(superuser).post(url, body).status_code == 302
        else:
            Consultation.objects.update(date=day, patient=other, doctor=other_doctor)
        assert not ConsultationImage.objects.visible_to(doctor).exists()
        assert ConsultationImage.objects.visible_to(other_doctor).exists()
    assert copied() == {(*whose, day)}


def test_an_image_is_where_its_consultation_is(doctor, other_doctor, consultation, record, image):
    """Whatever is inserted, and whoever moves it."""
    here = {(record.pk, doctor.pk, consultation.date)}
    other = Patient.objects.create(full_name="Other", created_by=doctor)
    elsewhere = Consultation.objects.create(
        doctor=other_doctor, patient=other, date=date(2020, 1, 1)
    )
    wrong = {
        "patient_id": other.pk,
        "doctor_id": other_doctor.pk,
        "consultation_date": date(1999, 1, 1),
    }
    copy = ConsultationImage.objects.get()
    copy.pk = None
    for name, value in wrong.items():
        setattr(copy, name, value)
    ConsultationImage.objects.bulk_create([copy])
    assert copied() == here
    ConsultationImage.objects.update(**wrong)
    assert copied() == here
    ConsultationImage.objects.update(consultation=elsewhere)
    assert copied() == {(other.pk, other_doctor.pk, date(2020, 1, 1))}


@pytest.mark.django_db(transaction=True)
def test_migrations_fill_and_go_back(doctor, consultation, record, image):
    call_command("migrate", "consultations", "0001", verbosity=0)
    call_command("migrate", "consultations", verbosity=0)
    assert copied() == {(record.pk, doctor.pk, consultation.date)}
    Consultation.objects.update(date=date(2026, 10, 1))
    assert copied() == {(record.pk, doctor.pk, date(2026, 10, 1))}, "the triggers are back"
