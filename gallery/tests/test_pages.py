"""The gallery's pages: what they show, what they do with what is sent, what they cost."""

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from gallery.models import StorageQuota, UserImage
from gallery.services.images import edit_images, submit_image
from gallery.services.processing import queue
from gallery.services.trash import delete_images
from testing.cast import upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cached_processing")]
HTMX = {"HX-Request": "true"}


def submit(user, *, ready=False, **options):
    made, _created = submit_image(user=user, upload=upload(), **options)
    if ready:
        assert queue.work()
        made.refresh_from_db()
    return made


def text(response):
    return response.content.decode()


def shown(response):
    return [image.pk for image in response.context["images"]]


def test_it_shows_ones_own_and_nobody_elses(page, doctor, other_doctor):
    mine = submit(doctor, title="Nævus du dos", tag_names=["suivi"])
    submit(other_doctor, title="Someone else's")
    body = text(page(doctor).get("/gallery/"))
    assert f"tile-{mine.pk}" in body
    assert "Nævus du dos" in body
    assert "suivi" in body
    assert "Someone else" not in body


def test_an_empty_gallery_invites_and_an_empty_search_leads_back(page, doctor):
    assert "data-open-upload" in text(page(doctor).get("/gallery/"))
    submit(doctor)
    nothing = text(page(doctor).get("/gallery/", {"q": "nowhere"}))
    assert "No image matches" in nothing or "Aucune image" in nothing


def test_filters(page, doctor):
    old = submit(doctor, title="Épaule", tag_names=["Suivi"])
    new = submit(doctor, title="dos")
    edit_images(UserImage.objects.filter(pk=new.pk), favorite=True)
    UserImage.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=60))
    day = timezone.localdate().isoformat()
    for query, found in (
        ({}, [new, old]),
        ({"ordering": "created_at"}, [old, new]),
        ({"q": "epaule"}, [old]),
        ({"q": "SUIVI"}, [old]),
        ({"tag": "suivi"}, [old]),
        ({"tag": "never used"}, []),
        ({"favorite": "true"}, [new]),
        ({"status": "waiting"}, [new, old]),
        ({"status": "ready"}, []),
        ({"date_from": day}, [new]),
        ({"date_to": day, "favorite": "true"}, [new]),
        # what makes no sense is passed over
        ({"status": "x", "date_from": "x", "ordering": "x", "before": "x"}, [new, old]),
        ({"q": "\0"}, [new, old]),
        ({"date_from": "0001-01-01", "date_to": "9999-12-31"}, [new, old]),
        ({"date_from": "9999-12-31"}, []),
        ({"date_to": "0001-01-01"}, []),
    ):
        assert shown(page(doctor).get("/gallery/", query)) == [i.pk for i in found], query


def test_pages_by_key_in_both_directions_and_by_tag(page, doctor, monkeypatch):
    """Every image once, whatever is added, and with every filter."""
    monkeypatch.setattr("gallery.views.grid.IMAGES", 2)
    made = [submit(doctor, tag_names=["all", "too"]).pk for _ in range(5)]
    for query, order in (
        ({}, made[::-1]),
        ({"ordering": "created_at"}, made),
        ({"tag": "all"}, made[::-1]),
    ):
        seen, cursor = [], ""
        for _ in range(3):
            response = page(doctor).get("/gallery/", query | {"before": cursor}, headers=HTMX)
            seen += shown(response)
            cursor = seen[-1]
        assert seen == order, query
        assert "data-next" not in text(response)


def test_the_place_outlives_the_filter(page, doctor, monkeypatch):
    """The last of a page loses its star while one looks; the next page is still the next."""
    monkeypatch.setattr("gallery.views.grid.IMAGES", 1)
    first, second = submit(doctor), submit(doctor)
    edit_images(UserImage.objects.all(), favorite=True)
    edit_images(UserImage.objects.filter(pk=second.pk), favorite=False)
    query = {"favorite": "true", "before": str(second.pk)}
    assert shown(page(doctor).get("/gallery/", query)) == [first.pk]


def test_a_refreshed_grid_has_the_tiles_that_it_had(page, doctor, monkeypatch):
    monkeypatch.setattr("gallery.views.grid.IMAGES", 2)
    for _ in range(5):
        submit(doctor)
    for had, tiles in (("", 2), ("3", 4), ("5", 5), ("x", 2)):
        body = text(page(doctor).get("/gallery/", {"shown": had}, headers=HTMX))
        assert body.count('class="tile"') == tiles
        assert "shown=" not in body
        assert "<html" not in body
        assert 'id="quota"' in body, "quota and chips come with it"


def test_the_page_watches_only_while_something_waits(page, doctor):
    submit(doctor)
    assert "/gallery/progress/" in text(page(doctor).get("/gallery/"))
    queue.work()
    assert "/gallery/progress/" not in text(page(doctor).get("/gallery/"))


def test_progress_answers_with_what_changed(page, doctor, other_doctor):
    """The tile of what is done, the line of what is not, the next question as long as needed."""
    done, waits, theirs = submit(doctor, ready=True), submit(doctor), submit(other_doctor)
    gone = submit(doctor)
    delete_images(UserImage.objects.filter(pk=gone.pk))
    ids = [str(i.pk) for i in (done, waits, theirs, gone)]
    body = text(page(doctor).get("/gallery/progress/", {"ids": [*ids, "x"]}, headers=HTMX))
    assert f'id="tile-{done.pk}"' in body
    assert f'id="state-{waits.pk}"' in body
    assert f'id="tile-{waits.pk}"' not in body, "its picture is not drawn anew every second"
    for absent in (theirs, gone):
        assert f'<li id="tile-{absent.pk}" hx-swap-oob="delete">' in body
    assert "load delay:" in body
    over = text(page(doctor).get("/gallery/progress/", {"ids": ids[0]}, headers=HTMX))
    assert "load delay:" not in over
    assert 'id="progress"' in over


def test_questions_grow_rarer_while_nothing_happens(page, doctor):
    image, pauses = submit(doctor), []
    for turn in ("", "0", "1", "2", "3", "99", "x"):
        body = text(page(doctor).get("/gallery/progress/", {"ids": str(image.pk), "turn": turn}))
        pauses.append(body.split("load delay:")[1].split("s")[0])
    assert pauses == ["1", "2", "3", "5", "5", "5", "1"]


def test_a_later_page_with_waiting_images_starts_the_watch(page, doctor, monkeypatch):
    monkeypatch.setattr("gallery.views.grid.IMAGES", 1)
    submit(doctor)
    last = submit(doctor)
    UserImage.objects.filter(pk=last.pk).update(status="failed", due_at=None)
    assert "load delay:" not in text(page(doctor).get("/gallery/"))
    body = text(page(doctor).get("/gallery/", {"before": str(last.pk)}, headers=HTMX))
    assert 'id="progress" data-progress hx-swap-oob="true"' in body


def test_it_says_since_when_it_is_in_work(page, doctor):
    image = submit(doctor)
    queue.claim()
    UserImage.objects.update(processing_since=timezone.now() - timedelta(seconds=12))
    for path in ("/gallery/", f"/gallery/images/{image.pk}/"):
        assert "12" in text(page(doctor).get(path, headers={"Accept-Language": "en"})), path


def test_two_hundred_waiting_do_not_make_the_page_ask_more(page, doctor, count_queries):
    one, browser = submit(doctor), page(doctor)

    def asked(ids):
        return [
            count_queries(lambda: browser.get("/gallery/")),
            count_queries(lambda: browser.get("/gallery/progress/", {"ids": ids})),
        ]

    browser.get("/gallery/")  # what is asked once a process
    few = asked([str(one.pk)])
    StorageQuota.objects.update(image_limit=1000)
    rows = []
    for number in range(200):
        copy = UserImage.objects.get(pk=one.pk)
        copy.pk = type(one.pk)(int=number + 1)
        rows.append(copy)
    UserImage.objects.bulk_create(rows)
    ids = [str(row.pk) for row in rows]
    assert asked(ids) == few
    body = text(browser.get("/gallery/progress/", {"ids": ids}))
    assert body.count('id="state-') == 40, "and one question is about forty at most"


@pytest.mark.parametrize("path", ["/gallery/", "/gallery/?tag=a", "/gallery/images/{pk}/"])
def test_number_of_queries_does_not_grow(path, page, doctor, count_queries):
    """With twice as many images as before."""
    browser, found = page(doctor), []
    for _length in (3, 6):
        made = [submit(doctor, tag_names=["a", "b"], ready=True) for _ in range(3)]
        shown = path.format(pk=made[1].pk)
        browser.get(shown)  # what is asked once a process
        found.append(count_queries(lambda shown=shown: browser.get(shown)))
    assert found[0] == found[1]


def test_no_page_opens_the_storage(page, doctor, monkeypatch):
    image = submit(doctor, ready=True)

    def asked(*args, **kwargs):
        raise AssertionError("a round trip to the storage while a page renders")

    for container in ("originals", "processed", "thumbnails"):
        for method in ("open", "exists", "size"):
            monkeypatch.setattr(storages[container], method, asked)
    for path in ("/gallery/", f"/gallery/images/{image.pk}/"):
        assert page(doctor).get(path).status_code == 200


@pytest.mark.parametrize(("count", "level"), [(7, "0"), (8, "80"), (19, "95")])
def test_the_owner_is_warned_on_the_page(page, doctor, count, level):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=20 if count == 19 else 10, image_count=count)
    body = text(page(doctor).get("/gallery/"))
    assert f'data-level="{level}"' in body
    assert ("quota-word" in body) == (level != "0")


def test_detail_saves_what_a_form_says(page, doctor):
    image = submit(doctor, title="a", tag_names=["x"])
    url = f"/gallery/images/{image.pk}/"
    page(doctor).post(url, {"title": "<b>Épaule", "tags": "suivi, Suivi, dos", "is_favorite": "on"})
    image.refresh_from_db()
    assert (image.title, image.is_favorite) == ("<b>Épaule", True)
    assert sorted(tag.name for tag in image.tags.all()) == ["dos", "suivi"]
    body = text(page(doctor).get(url))
    assert "&lt;b&gt;Épaule" in body
    refused = page(doctor).post(url, {"tags": ",".join(map(str, range(11)))})
    assert refused.status_code == 200
    image.refresh_from_db()
    assert image.title == "<b>Épaule", "a refused form changes nothing"


def test_detail_of_a_failed_image_says_why_and_keeps_the_original(page, doctor):
    image = submit(doctor)
    queue.fail(queue.claim(), "nothing_found")
    body = text(page(doctor).get(f"/gallery/images/{image.pk}/"))
    image.refresh_from_db()
    assert str(image.failure) in body
    assert f"/gallery/images/{image.pk}/retry/" in body
    assert f"/gallery/images/{image.pk}/file/original/" in body
    answer = page(doctor).post(f"/gallery/images/{image.pk}/retry/", {"engine": "lesion"})
    assert answer["Location"] == f"/gallery/images/{image.pk}/"
    image.refresh_from_db()
    assert (image.status, image.engine_asked, image.error) == ("queued", "lesion", "")
    bad = page(doctor).post(f"/gallery/images/{image.pk}/retry/", {"engine": "x"})
    assert bad.status_code == 400


def test_detail_asks_until_it_is_ready_and_then_shows_it(page, doctor):
    image = submit(doctor)
    url = f"/gallery/images/{image.pk}/"
    waiting = page(doctor).get(url, {"turn": "0"}, headers=HTMX)
    assert "load delay:2s" in text(waiting)
    assert "compare" not in text(waiting)
    queue.work()
    ready = page(doctor).get(url, {"turn": "0"}, headers=HTMX)
    assert (ready["HX-Retarget"], ready["HX-Reswap"]) == ("#picture", "outerHTML")
    assert "data-compare" in text(ready)
    assert "load delay" not in text(ready)


def test_downloads_have_names_that_tell_them_apart(page, doctor):
    image = submit(doctor, title="Bras 3.5 mm", ready=True)
    browser = page(doctor)
    paths = browser.get(f"/gallery/images/{image.pk}/").context["downloads"]
    links = {part: browser.get(path)["Location"] for part, path in paths.items()}
    assert "Bras+3.5+mm_cut-out.png" in links["cutout"]
    assert "IMG_4821.JPG" in links["original"]
    assert "thumbnail.webp" in links["thumbnail"]


def test_neighbours_in_the_order_of_the_gallery(page, doctor):
    first, second, third = (submit(doctor) for _ in range(3))
    context = page(doctor).get(f"/gallery/images/{second.pk}/").context
    assert [i.pk for i in context["newer"]] == [third.pk]
    assert [i.pk for i in context["older"]] == [first.pk]


def bulk(browser, action, *images, **fields):
    body = {"action": action, "ids": [str(i.pk) for i in images], **fields}
    return browser.post("/gallery/selected/", body, follow=True)


def test_the_bar_without_a_script(page, doctor, other_doctor):
    """Everything the bar offers, for one's own images only."""
    one, two, theirs = submit(doctor), submit(doctor), submit(other_doctor)
    browser = page(doctor)
    bulk(browser, "favorite", one, theirs)
    assert [i.pk for i in UserImage.objects.filter(is_favorite=True)] == [one.pk]
    bulk(browser, "unfavorite", one)
    assert not UserImage.objects.filter(is_favorite=True).exists()
    bulk(browser, "tag", one, two, theirs, tags="suivi, dos")
    assert {i.pk for i in UserImage.objects.filter(tags__key="suivi")} == {one.pk, two.pk}
    bulk(browser, "untag", two, tags="SUIVI")
    assert {i.pk for i in UserImage.objects.filter(tags__key="suivi")} == {one.pk}
    deleted = bulk(browser, "delete", one, theirs)
    assert [i.pk for i in UserImage.objects.visible_to(doctor)] == [two.pk]
    assert UserImage.objects.visible_to(other_doctor).exists()
    assert 'value="restore"' in text(deleted), "the message brings them back"
    assert text(deleted).count(f'value="{one.pk}"') == 1
    bulk(browser, "restore", one, theirs)
    assert UserImage.objects.visible_to(doctor).count() == 2


def test_the_bar_with_nonsense(page, doctor):
    image = submit(doctor)
    for body in ({}, {"action": "x", "ids": str(image.pk)}, {"action": "delete", "ids": "x"}):
        assert page(doctor).post("/gallery/selected/", body).status_code == 302
    for action in ("tag", "untag"):
        assert page(doctor).post("/gallery/selected/", {"action": action, "ids": image.pk})
    assert page(doctor).get("/gallery/selected/").status_code == 405
    image.refresh_from_db()
    assert (image.deleted_at, image.tags.count()) == (None, 0)


def test_it_goes_back_to_the_page_it_came_from_and_nowhere_else(page, doctor):
    body = {"action": "favorite", "ids": str(submit(doctor).pk)}
    for referer, place in (
        ("http://testserver/gallery/?tag=a", "http://testserver/gallery/?tag=a"),
        ("https://evil.example/gallery/", "/gallery/"),
        ("", "/gallery/"),
    ):
        answer = page(doctor).post("/gallery/selected/", body, headers={"Referer": referer})
        assert answer["Location"] == place


def test_restoring_without_room_says_so(page, doctor):
    image = submit(doctor)
    bulk(page(doctor), "delete", image)
    StorageQuota.objects.update(image_limit=0)
    bulk(page(doctor), "restore", image)
    assert not UserImage.objects.visible_to(doctor).exists()


def test_delete_one_and_undo(page, doctor):
    image = submit(doctor)
    answer = page(doctor).post(f"/gallery/images/{image.pk}/delete/", follow=True)
    assert f'value="{image.pk}"' in text(answer)
    assert page(doctor).get(f"/gallery/images/{image.pk}/").status_code == 404
    assert page(doctor).get(f"/gallery/images/{image.pk}/delete/").status_code == 405


def test_zip_of_ones_own(page, doctor, other_doctor):
    mine, theirs = submit(doctor, ready=True), submit(other_doctor)
    answer = page(doctor).post("/gallery/download/", {"ids": [str(mine.pk), str(theirs.pk)]})
    names = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()
    assert len(names) == 3, "cut-out, original, manifest"
    assert page(doctor).post("/gallery/download/", {"ids": str(theirs.pk)}).status_code == 302
