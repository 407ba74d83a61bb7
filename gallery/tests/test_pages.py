"""The gallery's pages: their contents, forms, paging and cost."""

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
    image, _created = submit_image(user=user, upload=upload(), **options)
    if ready:
        assert queue.work()
        image.refresh_from_db()
    return image


def text(response):
    return response.content.decode()


def ids_shown(response):
    return [image.pk for image in response.context["images"]]


def test_gallery_shows_only_the_users_images(page, doctor, other_doctor):
    own_image = submit(doctor, title="Nævus du dos", tag_names=["suivi"])
    submit(other_doctor, title="Someone else's")
    body = text(page(doctor).get("/gallery/"))
    assert f"tile-{own_image.pk}" in body
    assert "Nævus du dos" in body
    assert "suivi" in body
    assert "Someone else" not in body


def test_empty_gallery_and_empty_search_have_their_own_texts(page, doctor):
    assert "data-open-upload" in text(page(doctor).get("/gallery/"))
    submit(doctor)
    body = text(page(doctor).get("/gallery/", {"q": "nowhere"}))
    assert "No matching images" in body or "Aucune image" in body


def test_gallery_filters_ignore_invalid_values(page, doctor):
    old = submit(doctor, title="Épaule", tag_names=["Suivi"])
    new = submit(doctor, title="dos")
    edit_images(UserImage.objects.filter(pk=new.pk), favorite=True)
    UserImage.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=60))
    day = timezone.localdate().isoformat()
    for query, expected in (
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
        # invalid values are ignored
        ({"status": "x", "date_from": "x", "ordering": "x", "before": "x"}, [new, old]),
        ({"q": "\0"}, [new, old]),
        ({"date_from": "0001-01-01", "date_to": "9999-12-31"}, [new, old]),
        ({"date_from": "9999-12-31"}, []),
        ({"date_to": "0001-01-01"}, []),
    ):
        assert ids_shown(page(doctor).get("/gallery/", query)) == [i.pk for i in expected], query


def test_paging_shows_every_image_once_in_both_orders(page, doctor, monkeypatch):
    """With and without a filter."""
    monkeypatch.setattr("gallery.views.grid.IMAGES", 2)
    created = [submit(doctor, tag_names=["all", "too"]).pk for _ in range(5)]
    for query, expected in (
        ({}, created[::-1]),
        ({"ordering": "created_at"}, created),
        ({"tag": "all"}, created[::-1]),
    ):
        ids, cursor = [], ""
        for _ in range(3):
            response = page(doctor).get("/gallery/", query | {"before": cursor}, headers=HTMX)
            ids += ids_shown(response)
            cursor = ids[-1]
        assert ids == expected, query
        assert "data-next" not in text(response)


def test_paging_continues_after_an_image_that_left_the_filter(page, doctor, monkeypatch):
    """The last image of a page loses its star meanwhile; the next page still follows it."""
    monkeypatch.setattr("gallery.views.grid.IMAGES", 1)
    first, second = submit(doctor), submit(doctor)
    edit_images(UserImage.objects.all(), favorite=True)
    edit_images(UserImage.objects.filter(pk=second.pk), favorite=False)
    query = {"favorite": "true", "before": str(second.pk)}
    assert ids_shown(page(doctor).get("/gallery/", query)) == [first.pk]


def test_refreshed_grid_keeps_its_number_of_tiles(page, doctor, monkeypatch):
    monkeypatch.setattr("gallery.views.grid.IMAGES", 2)
    for _ in range(5):
        submit(doctor)
    for tiles_shown, tiles in (("", 2), ("3", 4), ("5", 5), ("x", 2)):
        body = text(page(doctor).get("/gallery/", {"shown": tiles_shown}, headers=HTMX))
        assert body.count('class="tile"') == tiles
        assert "shown=" not in body
        assert "<html" not in body
        assert 'id="quota"' in body, "the quota bar is refreshed too"


def test_page_polls_only_while_images_are_processing(page, doctor):
    submit(doctor)
    assert "/gallery/progress/" in text(page(doctor).get("/gallery/"))
    queue.work()
    assert "/gallery/progress/" not in text(page(doctor).get("/gallery/"))


def test_progress_returns_changed_tiles_and_removes_deleted_ones(page, doctor, other_doctor):
    """Tiles of finished images, status lines of waiting ones, and polling while any is waiting."""
    finished, waiting, other_image = (
        submit(doctor, ready=True),
        submit(doctor),
        submit(other_doctor),
    )
    deleted = submit(doctor)
    delete_images(UserImage.objects.filter(pk=deleted.pk))
    ids = [str(i.pk) for i in (finished, waiting, other_image, deleted)]
    body = text(page(doctor).get("/gallery/progress/", {"ids": [*ids, "x"]}, headers=HTMX))
    assert f'id="tile-{finished.pk}"' in body
    assert f'id="state-{waiting.pk}"' in body
    assert f'id="tile-{waiting.pk}"' not in body, "its picture is not replaced at every poll"
    for absent in (other_image, deleted):
        assert f'<li id="tile-{absent.pk}" hx-swap-oob="delete">' in body
    assert "load delay:" in body
    last_answer = text(page(doctor).get("/gallery/progress/", {"ids": ids[0]}, headers=HTMX))
    assert "load delay:" not in last_answer
    assert 'id="progress"' in last_answer


def test_polling_interval_grows_while_nothing_changes(page, doctor):
    image, pauses = submit(doctor), []
    for turn in ("", "0", "1", "2", "3", "99", "x"):
        body = text(page(doctor).get("/gallery/progress/", {"ids": str(image.pk), "turn": turn}))
        pauses.append(body.split("load delay:")[1].split("s")[0])
    assert pauses == ["1", "2", "3", "5", "5", "5", "1"]


def test_later_page_with_waiting_images_starts_polling(page, doctor, monkeypatch):
    monkeypatch.setattr("gallery.views.grid.IMAGES", 1)
    submit(doctor)
    last = submit(doctor)
    UserImage.objects.filter(pk=last.pk).update(status="failed", due_at=None)
    assert "load delay:" not in text(page(doctor).get("/gallery/"))
    body = text(page(doctor).get("/gallery/", {"before": str(last.pk)}, headers=HTMX))
    assert 'id="progress" data-progress hx-swap-oob="true"' in body


def test_pages_show_how_long_an_image_is_being_processed(page, doctor):
    image = submit(doctor)
    queue.claim()
    UserImage.objects.update(processing_since=timezone.now() - timedelta(seconds=12))
    for path in ("/gallery/", f"/gallery/images/{image.pk}/"):
        assert "12" in text(page(doctor).get(path, headers={"Accept-Language": "en"})), path


def test_polling_cost_does_not_grow_with_waiting_images(page, doctor, count_queries):
    image, browser = submit(doctor), page(doctor)

    def query_counts(ids):
        return [
            count_queries(lambda: browser.get("/gallery/")),
            count_queries(lambda: browser.get("/gallery/progress/", {"ids": ids})),
        ]

    browser.get("/gallery/")  # fills what is cached per process
    counts_for_one = query_counts([str(image.pk)])
    StorageQuota.objects.update(image_limit=1000)
    rows = []
    for number in range(200):
        copy = UserImage.objects.get(pk=image.pk)
        copy.pk = type(image.pk)(int=number + 1)
        rows.append(copy)
    UserImage.objects.bulk_create(rows)
    ids = [str(row.pk) for row in rows]
    assert query_counts(ids) == counts_for_one
    body = text(browser.get("/gallery/progress/", {"ids": ids}))
    assert body.count('id="state-') == 40, "a poll covers at most forty images"


@pytest.mark.parametrize("path", ["/gallery/", "/gallery/?tag=a", "/gallery/images/{pk}/"])
def test_page_query_count_does_not_grow(path, page, doctor, count_queries):
    """With twice as many images as before."""
    browser, counts = page(doctor), []
    for _length in (3, 6):
        images = [submit(doctor, tag_names=["a", "b"], ready=True) for _ in range(3)]
        url = path.format(pk=images[1].pk)
        browser.get(url)  # fills what is cached per process
        counts.append(count_queries(lambda url=url: browser.get(url)))
    assert counts[0] == counts[1]


def test_pages_do_not_access_the_storage(page, doctor, monkeypatch):
    image = submit(doctor, ready=True)

    def fail(*args, **kwargs):
        raise AssertionError("a round trip to the storage while a page renders")

    for container in ("originals", "processed", "thumbnails"):
        for method in ("open", "exists", "size"):
            monkeypatch.setattr(storages[container], method, fail)
    for path in ("/gallery/", f"/gallery/images/{image.pk}/"):
        assert page(doctor).get(path).status_code == 200


@pytest.mark.parametrize(("count", "level"), [(7, "0"), (8, "80"), (19, "95")])
def test_quota_bar_warns_at_80_and_95_percent(page, doctor, count, level):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=20 if count == 19 else 10, image_count=count)
    body = text(page(doctor).get("/gallery/"))
    assert f'data-level="{level}"' in body
    assert ("quota-word" in body) == (level != "0")


def test_detail_form_saves_valid_input_only(page, doctor):
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


def test_detail_of_a_failed_image_shows_the_reason_and_offers_a_retry(page, doctor):
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
    refused = page(doctor).post(f"/gallery/images/{image.pk}/retry/", {"engine": "x"})
    assert refused.status_code == 400


def test_detail_polls_until_the_image_is_ready(page, doctor):
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


def test_downloads_have_distinct_file_names(page, doctor):
    image = submit(doctor, title="Bras 3.5 mm", ready=True)
    browser = page(doctor)
    paths = browser.get(f"/gallery/images/{image.pk}/").context["downloads"]
    links = {part: browser.get(path)["Location"] for part, path in paths.items()}
    assert "Bras+3.5+mm_cut-out.png" in links["cutout"]
    assert "IMG_4821.JPG" in links["original"]
    assert "thumbnail.webp" in links["thumbnail"]


def test_detail_links_to_the_neighbouring_images(page, doctor):
    first, second, third = (submit(doctor) for _ in range(3))
    context = page(doctor).get(f"/gallery/images/{second.pk}/").context
    assert [i.pk for i in context["newer"]] == [third.pk]
    assert [i.pk for i in context["older"]] == [first.pk]


def bulk(browser, action, *images, **fields):
    body = {"action": action, "ids": [str(i.pk) for i in images], **fields}
    return browser.post("/gallery/selected/", body, follow=True)


def test_bulk_actions_by_form_affect_only_own_images(page, doctor, other_doctor):
    """Every bulk action, without JavaScript."""
    first, second, other_image = submit(doctor), submit(doctor), submit(other_doctor)
    browser = page(doctor)
    bulk(browser, "favorite", first, other_image)
    assert [i.pk for i in UserImage.objects.filter(is_favorite=True)] == [first.pk]
    bulk(browser, "unfavorite", first)
    assert not UserImage.objects.filter(is_favorite=True).exists()
    bulk(browser, "tag", first, second, other_image, tags="suivi, dos")
    assert {i.pk for i in UserImage.objects.filter(tags__key="suivi")} == {first.pk, second.pk}
    bulk(browser, "untag", second, tags="SUIVI")
    assert {i.pk for i in UserImage.objects.filter(tags__key="suivi")} == {first.pk}
    deleted = bulk(browser, "delete", first, other_image)
    assert [i.pk for i in UserImage.objects.visible_to(doctor)] == [second.pk]
    assert UserImage.objects.visible_to(other_doctor).exists()
    assert 'value="restore"' in text(deleted), "the message offers to restore them"
    assert text(deleted).count(f'value="{first.pk}"') == 1
    bulk(browser, "restore", first, other_image)
    assert UserImage.objects.visible_to(doctor).count() == 2


def test_invalid_bulk_actions_change_nothing(page, doctor):
    image = submit(doctor)
    for body in ({}, {"action": "x", "ids": str(image.pk)}, {"action": "delete", "ids": "x"}):
        assert page(doctor).post("/gallery/selected/", body).status_code == 302
    for action in ("tag", "untag"):
        assert page(doctor).post("/gallery/selected/", {"action": action, "ids": image.pk})
    assert page(doctor).get("/gallery/selected/").status_code == 405
    image.refresh_from_db()
    assert (image.deleted_at, image.tags.count()) == (None, 0)


def test_bulk_action_redirects_to_a_local_referer_only(page, doctor):
    body = {"action": "favorite", "ids": str(submit(doctor).pk)}
    for referer, location in (
        ("http://testserver/gallery/?tag=a", "http://testserver/gallery/?tag=a"),
        ("https://evil.example/gallery/", "/gallery/"),
        ("", "/gallery/"),
    ):
        answer = page(doctor).post("/gallery/selected/", body, headers={"Referer": referer})
        assert answer["Location"] == location


def test_restore_over_the_quota_restores_nothing(page, doctor):
    image = submit(doctor)
    bulk(page(doctor), "delete", image)
    StorageQuota.objects.update(image_limit=0)
    bulk(page(doctor), "restore", image)
    assert not UserImage.objects.visible_to(doctor).exists()


def test_deleted_image_can_be_restored_from_the_message(page, doctor):
    image = submit(doctor)
    answer = page(doctor).post(f"/gallery/images/{image.pk}/delete/", follow=True)
    assert f'value="{image.pk}"' in text(answer)
    assert page(doctor).get(f"/gallery/images/{image.pk}/").status_code == 404
    assert page(doctor).get(f"/gallery/images/{image.pk}/delete/").status_code == 405


def test_zip_contains_only_own_images(page, doctor, other_doctor):
    own_image, other_image = submit(doctor, ready=True), submit(other_doctor)
    answer = page(doctor).post(
        "/gallery/download/", {"ids": [str(own_image.pk), str(other_image.pk)]}
    )
    names = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()
    assert len(names) == 3, "cut-out, original, manifest"
    assert page(doctor).post("/gallery/download/", {"ids": str(other_image.pk)}).status_code == 302
