"""Walking a list by cursor: rows that stay are visited once, whatever else changes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.models import Share
from gallery.services import shares

from .lists import ROWS, images, links, rows, walk, with_page_size


def test_walk_of_an_unchanged_list_equals_the_list(world, list_and_make):
    path, make = list_and_make
    for n in range(ROWS):
        make(world, n)
    all_ids = rows(world.client.get(with_page_size(path, 100)).json())
    assert len(all_ids) >= ROWS // 2
    assert walk(world.client, path) == all_ids


def test_rows_that_stay_are_visited_exactly_once(world, list_and_make):
    """With page numbers, every deletion makes a walk skip a row: an integrator's copy would
    silently lack patients."""
    path, make = list_and_make
    created = [make(world, n) for n in range(ROWS)]
    keys = {str(row.pk): row for row in created}
    deleted, added = set(), []

    def between(ids):
        unseen = [key for key in keys if key not in ids and key not in deleted]
        visited = [key for key in ids if key in keys and key not in deleted]
        # The cursor's own row, an earlier one, and one still to come.
        for key in {*visited[-1:], *visited[:1], *unseen[-1:]} if len(deleted) < 6 else ():
            deleted.add(key)
            keys[key].delete()
        if len(added) < 4:
            added.append(str(make(world, len(added) * 3).pk))

    ids_before = set(rows(world.client.get(with_page_size(path, 100)).json()))
    ids = walk(world.client, path, between)
    assert len(deleted) >= 6, "rows were deleted during the walk"
    remaining = ids_before - deleted
    assert len(remaining) >= 3, "some rows stayed"
    assert {key: ids.count(key) for key in remaining} == dict.fromkeys(remaining, 1)
    assert len(ids) == len(set(ids)), "new and deleted rows are not repeated either"


def test_changing_the_primary_image_skips_and_repeats_nothing(world):
    """It moves to the start of the list, behind the cursor, and the old one moves back into it."""
    created = [images(world, n) for n in range(9)]
    visit_images = world.consultation.images
    visit_images.filter(pk=created[0].pk).update(is_primary=True)

    def between(ids):
        visit_images.filter(is_primary=True).update(is_primary=False)
        unseen = list(visit_images.as_added().values_list("pk", flat=True))
        last = [key for key in unseen if str(key) not in ids][-1:]
        visit_images.filter(pk__in=last).update(is_primary=True)

    path = f"/api/v1/consultations/{world.consultation.pk}/images"
    ids = walk(world.client, path, between)
    assert sorted(ids) == sorted(str(key) for key in visit_images.values_list("pk", flat=True))
    assert ids[0] == str(created[0].pk)


@pytest.mark.parametrize("start", [1, 2])
@pytest.mark.parametrize("size", [1, 3])
def test_walk_keeps_the_primary_image_it_started_with(world, size, start):
    """The first cursor may be on the primary image itself, or start after it."""
    created = [images(world, n) for n in range(5)]
    visit_images = world.consultation.images
    visit_images.filter(pk=created[3].pk).update(is_primary=True)
    expected = [str(key) for key in visit_images.as_added().values_list("pk", flat=True)]
    path = f"/api/v1/consultations/{world.consultation.pk}/images"
    ids, url = [], f"{path}?page_size={size}&page={start}"
    while url:
        body = world.client.get(url).json()
        ids += rows(body)
        url = body["next"]
        visit_images.filter(is_primary=True).update(is_primary=False)
    assert ids == expected[(start - 1) * size :]


def test_link_that_ends_during_a_walk_is_listed_once(world):
    """An ended link moves behind the open ones, which the walk has not reached yet."""
    created = [links(world, n) for n in range(8)]
    created[7].revoked_at = timezone.now()
    created[7].save(update_fields=["revoked_at"])

    def between(ids):
        first = Share.objects.filter(pk=ids[0])
        first.update(view_limit=1, views=1, last_used_at=timezone.now())
        shares.revoke(Share.objects.filter(pk=ids[1]))

    ids_before = rows(world.client.get(with_page_size("/api/v1/shares", 100)).json())
    assert walk(world.client, "/api/v1/shares", between) == ids_before
    assert rows(world.client.get(with_page_size("/api/v1/shares", 100)).json()) != ids_before


def test_open_links_at_a_moment_follow_the_rules_for_opening(world):
    """The list at a moment and opening a link apply the same rules."""
    created = [links(world, n) for n in range(4)]
    now = timezone.now()
    day = timedelta(days=1)
    Share.objects.filter(pk=created[0].pk).update(view_limit=1, views=1, last_used_at=now - day)
    Share.objects.filter(pk=created[1].pk).update(revoked_at=now - day)
    Share.objects.filter(pk=created[2].pk).update(created_at=now - 2 * day, expires_at=now - day)
    open_now = shares.list_shares(world.doctor).filter(living=True)
    assert list(open_now) == [created[3]] == list(Share.objects.alive())
    open_then = shares.list_shares(world.doctor, now - 1.5 * day).filter(living=True)
    assert {share.pk for share in open_then} == {share.pk for share in created}
