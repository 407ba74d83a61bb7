"""Images without type or body site: marked, counted, and walked through; and what a page proposes
so that there are fewer. With "Other, not specified" on every image the site filter finds nothing.
"""

import json

import pytest
from django.urls import reverse

from consultations import services
from consultations.models import ConsultationImage
from consultations.views import consultations
from testing.cast import upload

NOSE, FOREARM, BACK_OF_FOREARM = "113179006", "70559009", "41550009"


@pytest.fixture
def add(consultation, doctor, cached_processing):
    def store(seed=1, **fields):
        fields = {
            "consultation": consultation,
            "user": doctor,
            "upload": upload(seed=seed),
            **fields,
        }
        return services.add_image(**fields)[0]

    return store


@pytest.fixture
def some(add):
    """The second and the fourth are complete; the page shows the last one first."""
    return [
        add(),
        add(image_type="macro", body_site=NOSE),
        add(image_type="macro"),
        add(image_type="dermoscopy", body_site=FOREARM, laterality="left"),
        add(body_site=NOSE),
    ]


@pytest.fixture
def url(consultation):
    return reverse("consultation_detail", args=[consultation.pk])


@pytest.fixture
def walk(consultation):
    return reverse("consultation_incomplete", args=[consultation.pk])


def test_tiles_are_marked_and_the_page_says_how_many(page, doctor, patient, some, url, walk):
    """For the doctor, who can do something about it."""
    text = page(doctor).get(url).content.decode()
    assert text.count("data-incomplete") == text.count('class="cap-todo"') == 3
    assert f'href="{walk}"' in text
    assert "3 images à compléter" in text
    seen = page(patient).get(url).content.decode()
    assert "data-incomplete" not in seen
    assert "à compléter" not in seen


def test_a_page_of_many_counts_them_all_with_as_many_queries(
    page, doctor, some, url, count_queries, monkeypatch
):
    services.update_image(some[0], user=doctor, is_primary=True)  # comes first, is not the newest
    browser = page(doctor)
    browser.get(url)
    whole = count_queries(lambda: browser.get(url))
    monkeypatch.setattr(consultations, "IMAGES", 2)
    counted = browser.get(url).context
    assert (counted["total"], counted["incomplete"]) == (5, 3)
    assert json.loads(counted["proposal"])["parts"][0]["values"] == {"body_site": NOSE}
    assert count_queries(lambda: browser.get(url)) == whole + 1, "the count"


def test_walk_leads_from_one_to_the_next_without_scripts(page, doctor, some, url, walk):
    browser = page(doctor)
    last, middle, first = some[4], some[2], some[0]

    def save(image):
        own = f"{reverse('image_detail', args=[image.pk])}?incomplete"
        version = browser.get(own).context["metadata_form"].version
        body = {"image_type": "macro", "body_site": NOSE, "version": version}
        return browser.post(own, body).url

    assert browser.get(walk).url == f"{reverse('image_detail', args=[last.pk])}?incomplete"
    following = save(last)
    assert browser.get(following).url == f"{reverse('image_detail', args=[middle.pk])}?incomplete"
    passed = f"{walk}?after={middle.pk}"  # left as it is
    assert browser.get(passed).url == f"{reverse('image_detail', args=[first.pk])}?incomplete"
    ended = browser.get(save(first), follow=True)
    assert ended.redirect_chain == [(url, 302)]
    assert "1 image reste à compléter." in ended.content.decode()
    save(middle)
    ended = browser.get(walk, follow=True)
    assert "Toutes les images ont leur type et leur site." in ended.content.decode()


def test_walk_begins_again_where_its_image_was_deleted(page, doctor, some, walk):
    assert page(doctor).get(f"{walk}?after=999999").url == walk


def test_saving_an_image_on_its_own_page_stays_there(page, doctor, image):
    own = reverse("image_detail", args=[image.pk])
    version = page(doctor).get(own).context["metadata_form"].version
    saved = page(doctor).post(own, {"image_type": "macro", "version": version})
    assert saved.url == own


def test_api_lists_those_that_are_incomplete_or_the_rest(api, doctor, some, consultation):
    url = f"/api/v1/consultations/{consultation.pk}/images"
    wanted = {image.pk for image in ConsultationImage.objects.incomplete()}
    assert wanted == {image.pk for image in some if image.incomplete}
    for value, expected in (("true", wanted), ("false", {image.pk for image in some} - wanted)):
        listed = api(doctor).get(url, {"incomplete": value}).json()
        assert {image["id"] for image in listed["images"]} == expected
        assert listed["total"] == len(expected)
    first = api(doctor).get(url, {"incomplete": "true", "page_size": 2}).json()
    rest = api(doctor).get(first["next"]).json()
    assert {image["id"] for image in first["images"] + rest["images"]} == wanted


@pytest.fixture
def own(consultation, add):
    """The page of an image whose type nobody has said; its site is known."""
    return reverse("image_detail", args=[add(body_site=NOSE).pk])


def test_other_is_a_choice_where_somebody_makes_it(page, doctor, own):
    """Otherwise an image that shows something else would be "to complete" for ever. What nobody
    said is no choice, though it is stored as "other", too."""
    browser = page(doctor)

    def save(kind):
        version = browser.get(own).context["metadata_form"].version
        body = {"image_type": kind, "body_site": NOSE, "version": version}
        assert browser.post(own, body).status_code == 302
        image = ConsultationImage.objects.get()
        said = browser.get(own).context["metadata_form"]["image_type"].value()
        assert image.incomplete is ConsultationImage.objects.incomplete().exists()
        return said, image.image_type, image.incomplete

    assert browser.get(own).context["metadata_form"]["image_type"].value() == ""
    assert browser.post(own, {"body_site": NOSE}).status_code == 200, "not said is not left out"
    assert save("") == ("", "other", True)
    assert save("other") == ("other", "other", False)
    assert save("macro") == ("macro", "macro", False)
    assert save("other") == ("other", "other", False)
    assert save("") == ("", "other", True)


def test_api_tells_other_that_was_sent_from_none(api, doctor, consultation, own):
    """The contract stays: without a type an image is "other"."""
    path = f"/api/v1/consultations/{consultation.pk}/images"
    told = {}
    for name, sent in (("left out", {}), ("sent", {"image_type": "other"})):
        body = {"file": upload(seed=len(told) + 2), "body_site": NOSE, **sent}
        told[name] = api(doctor).post(path, body, format="multipart").json()
    assert {image["image_type"] for image in told.values()} == {"other"}
    rows = {name: ConsultationImage.objects.get(pk=image["id"]) for name, image in told.items()}
    assert {name: row.incomplete for name, row in rows.items()} == {"left out": True, "sent": False}
    one = f"/api/v1/consultations/images/{told['left out']['id']}"
    assert api(doctor).patch(one, {"image_type": "other"}).status_code == 200
    assert api(doctor).patch(one, {"description": "scar"}).status_code == 200
    assert ConsultationImage.objects.incomplete().count() == 1
    several = {"ids": [told["sent"]["id"]], "image_type": "macro"}
    assert api(doctor).patch("/api/v1/consultations/images", several, format="json").data == {
        "changed": 1
    }
    assert not ConsultationImage.objects.get(pk=told["sent"]["id"]).other_chosen


def proposed(browser, url):
    """({field: value} that is filled in, [{field: value}] that are offered)."""
    told = json.loads(browser.get(url).context["proposal"])
    filled = {}
    for part in told["parts"]:
        filled |= part["values"]
    return filled, [offer["values"] for offer in told["offers"]]


@pytest.mark.parametrize(
    ("reason", "filled", "offered"),
    [
        ("Lésion du nez", {"body_site": NOSE}, []),
        ("genou droit", {"body_site": "181553006", "laterality": "right"}, []),
        ("genou", {}, [{"body_site": "181553006"}]),  # its side is asked
        (
            "avant-bras gauche",
            {},
            [
                {"body_site": FOREARM, "laterality": "left"},
                {"body_site": BACK_OF_FOREARM, "laterality": "left"},
            ],
        ),
        ("nez et dos", {}, [{"body_site": NOSE}, {"body_site": "66643007"}]),
        ("nez, dos, mains et avant-bras", {}, []),  # too many to be a choice
        ("Contrôle", {}, []),
    ],
)
def test_reason_proposes_what_it_names(page, doctor, consultation, url, reason, filled, offered):
    consultation.reason = reason
    consultation.save()
    assert proposed(page(doctor), url) == (filled, offered)


def test_last_upload_of_the_visit_wins_over_the_reason(page, doctor, consultation, url, add):
    consultation.reason = "Lésion du nez"
    consultation.save()
    place = {"body_site": FOREARM, "laterality": "left"}
    seen_through = {"image_type": "dermoscopy", "dermoscopic_type": "contact_polarized"}
    add(**place, **seen_through, is_primary=True)
    assert proposed(page(doctor), url) == (place | seen_through, [])
    add(image_type="macro")  # says nothing of the site: the reason does
    assert proposed(page(doctor), url) == ({"image_type": "macro", "body_site": NOSE}, [])
    add(body_site=FOREARM)  # whose side nobody said
    assert proposed(page(doctor), url) == ({"body_site": NOSE}, [])


def test_nobody_else_is_proposed_anything(page, patient, url, some):
    assert "data-proposal" not in page(patient).get(url).content.decode()
