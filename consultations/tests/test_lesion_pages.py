"""A patient's lesions on pages: the list and the map, a line in time, forms."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from consultations import services
from consultations.models import Consultation, ConsultationImage, Lesion, Revision
from testing.cast import upload

FOREARM, NOSE = "70559009", "113179006"
WHERE = {"map_view": "front", "map_x": "0.836", "map_y": "0.43"}


@pytest.fixture
def read(client, doctor):
    """`read(route, key, **query)`: its text, for the doctor, in English."""
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = "en"

    def get(route, key, *, part=False, **query):
        headers = {"HX-Request": "true"} if part else {}
        answer = client.get(reverse(route, args=[key]), query, headers=headers)
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def body(**more):
    return {"label": "L1", "body_site": FOREARM, "laterality": "left", "status": "watched"} | more


def test_the_list_and_the_map_show_every_lesion(read, record, lesion, image):
    services.update_image(image, lesion=lesion)
    Lesion.objects.filter(pk=lesion.pk).update(next_review=date(2026, 1, 5), **WHERE)
    Lesion.objects.create(patient=record, label="L2", body_site=NOSE)
    text = read("lesion_list", record.pk)
    assert '<span class="chip warn">Overdue since 5 Jan 2026</span>' in text
    assert "<title>L1, forearm, front, left, 1 image, overdue since 5 Jan 2026</title>" in text
    assert 'class="marker is-overdue"' in text
    assert 'class="marker is-watched is-somewhere"' in text, "without a point: where its site is"
    head = read("lesion_list", record.pk, part=True, group="head", figure="child")
    assert "<html" not in head
    assert re.findall(r'data-view="(\w+)"', head) == ["head_right", "face", "head_left"]
    assert head.count("data-growth") == 3
    assert "style=" not in text + head


def test_the_map_asks_no_more_for_more_lesions(read, record, lesion, count_queries):
    one = count_queries(lambda: read("lesion_list", record.pk))
    detail = count_queries(lambda: read("patient_detail", record.pk))
    Lesion.objects.bulk_create(
        Lesion(patient=record, label=f"L{n}", body_site=NOSE) for n in range(2, 9)
    )
    assert count_queries(lambda: read("lesion_list", record.pk)) == one
    assert count_queries(lambda: read("patient_detail", record.pk)) == detail


def test_the_patient_page_names_the_lesions(read, record, lesion):
    assert "<b>L1</b> Forearm, front, left" in read("patient_detail", record.pk)


def test_a_lesion_is_a_line_in_time(read, client, doctor, patient, record, lesion):
    for day, seed in ((date(2026, 3, 1), 1), (date(2026, 7, 2), 2), (date(2026, 7, 14), 3)):
        visit = Consultation.objects.create(doctor=doctor, patient=record, date=day)
        made, _ = services.add_image(
            consultation=visit, user=doctor, upload=upload(seed=seed), lesion=lesion
        )
        ConsultationImage.objects.filter(pk=made.pk).update(captured_on=day)
    text = read("lesion_detail", lesion.pk)
    order = ("14 July 2026", "12 days later", "2 July 2026", "4 months later", "1 March 2026")
    places = [text.index(words) for words in order]
    assert places == sorted(places), "the latest first"
    assert "for doctors" in text
    client.force_login(patient, backend="django.contrib.auth.backends.ModelBackend")
    theirs = read("lesion_detail", lesion.pk)
    assert "4 months later" in theirs
    assert "for doctors" not in theirs, "notes are the doctor's"


def test_a_new_lesion_takes_selected_images(read, client, record, image):
    """And leads back to where they were selected, where the others wait."""
    services.update_image(image, body_site=FOREARM, laterality="left")
    url = reverse("lesion_create", args=[record.pk])
    visit = reverse("consultation_detail", args=[image.consultation_id])
    read("lesion_create", record.pk)
    asked = client.post(
        url, {"ids": [image.pk]}, headers={"referer": f"http://testserver{visit}"}
    ).content.decode()
    assert f'name="back" value="http://testserver{visit}"' in asked
    assert f'<option value="{FOREARM}" selected' in asked
    assert f'name="ids" value="{image.pk}"' in asked
    assert 'value="L1"' in asked, "proposed"
    answer = client.post(url, body(**WHERE, ids=[image.pk], back=visit))
    made = Lesion.objects.get()
    assert answer["Location"] == visit
    assert (made.map_view, made.map_x, made.map_y) == ("front", 0.836, 0.43)
    assert [*made.images.all()] == [image]
    elsewhere = body(label="L2", **WHERE, ids=[image.pk], back="https://example.org/")
    assert client.post(url, elsewhere)["Location"] == reverse("patient_detail", args=[record.pk])
    brow = client.get(url, {"body_site": "367577003", "laterality": "left"})
    assert {view["name"] for view in brow.context["map_views"]} >= {"face"}, "the map of the site"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"laterality": ""}, "Which side?"),
        ({"laterality": "right", **WHERE}, "The point on the body map is on the other side."),
        ({"label": "L1"}, "Another lesion of this patient has this label."),
        ({"first_seen": timezone.localdate() + timedelta(days=3)}, "birth and today"),
    ],
)
def test_a_wrong_form_says_why(read, client, record, lesion, wrong, told):
    read("lesion_create", record.pk)
    answer = client.post(reverse("lesion_create", args=[record.pk]), body(label="L2") | wrong)
    assert told in answer.content.decode()
    assert Lesion.objects.count() == 1


def test_two_people_edit_the_same_lesion(read, client, lesion):
    """What only one changed is saved; of what both changed, the second is shown both texts."""
    shown = read("lesion_edit", lesion.pk)
    version = re.search(r'name="version" value="([^"]+)"', shown)[1]
    url = reverse("lesion_edit", args=[lesion.pk])
    first = body(version=version, notes="first", status="watched")
    assert client.post(url, first).status_code == 302
    second = client.post(url, body(version=version, notes="second", status="excised"))
    assert second.status_code == 409
    text = second.content.decode()
    assert "first" in text
    assert "second" in text
    assert Lesion.objects.get().notes == "first", "nothing is lost"
    merged = client.post(url, body(version=version, notes="for doctors", status="excised"))
    assert merged.status_code == 302
    lesion.refresh_from_db()
    assert (lesion.notes, lesion.status) == ("first", "excised")
    assert Revision.objects.about(lesion).count() == 2
    assert "for doctors" in read("lesion_revisions", lesion.pk)


def test_a_side_that_its_images_do_not_have_is_refused(read, client, lesion, image):
    services.update_image(image, lesion=lesion)
    read("lesion_edit", lesion.pk)
    answer = client.post(reverse("lesion_edit", args=[lesion.pk]), body(laterality="right"))
    assert "1 of its images show the other side" in answer.content.decode()
    answer = client.post(
        reverse("image_detail", args=[image.pk]),
        {"image_type": "macro", "body_site": FOREARM, "laterality": "right", "lesion": lesion.pk},
    )
    assert "are of different sides" in answer.content.decode()


def test_an_image_is_given_a_lesion_on_its_page_and_among_several(read, client, lesion, image):
    assert '<option value="">None</option>' in read("image_detail", image.pk).replace(
        " selected", ""
    )
    client.post(
        reverse("image_detail", args=[image.pk]), {"image_type": "macro", "lesion": lesion.pk}
    )
    image.refresh_from_db()
    assert (image.lesion, image.body_site) == (lesion, FOREARM)
    bar = client.get(reverse("images_selected"), {"edit": 1, "patient": lesion.patient_id})
    assert f'<option value="{lesion.pk}">L1, forearm, front, left</option>' in bar.content.decode()
    alone = client.get(reverse("images_selected"), {"edit": 1})
    assert 'name="lesion"' not in alone.content.decode(), "images of many patients"


def test_the_upload_modal_offers_the_patients_lesions(read, consultation, lesion):
    text = read("consultation_detail", consultation.pk)
    option = f'<option value="{lesion.pk}" data-site="{FOREARM}" data-side="left">'
    assert option in text
    Lesion.objects.all().delete()
    assert 'id="upload-lesion"' not in read("consultation_detail", consultation.pk)


def test_what_is_overdue_is_on_the_home_page(read, client, lesion):
    read("lesion_detail", lesion.pk)
    Lesion.objects.update(next_review=date(2026, 1, 5))
    text = client.get(reverse("home")).content.decode()
    assert "Lesion · L1, forearm, front, left" in text
    assert "Overdue since 5 Jan 2026" in text
    Lesion.objects.update(status="excised")
    assert "Overdue" not in client.get(reverse("home")).content.decode()


def test_deleting_asks_and_leaves_the_images(read, client, lesion, image):
    services.update_image(image, lesion=lesion)
    assert "Its image stays" in read("lesion_delete", lesion.pk)
    answer = client.post(reverse("lesion_delete", args=[lesion.pk]))
    assert answer["Location"] == reverse("lesion_list", args=[lesion.patient_id])
    assert not Lesion.objects.exists()
    assert ConsultationImage.objects.get().lesion is None
