"""Lists of the API by cursor: what stands through a walk is met once, whatever comes and goes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gallery.models import Share
from gallery.services import shares

from .lists import ROWS, images, links, rows, sized, walk


def test_a_walk_of_what_does_not_change_is_the_list(world, some):
    path, make = some
    for n in range(ROWS):
        make(world, n)
    whole = rows(world.client.get(sized(path, 100)).json())
    assert len(whole) >= ROWS // 2
    assert walk(world.client, path) == whole


def test_who_stands_through_a_walk_is_met_once(world, some):
    """Page numbers skip a row for each that is deleted before them: an integrator's copy of the
    record lacks patients, and nobody hears of it."""
    path, make = some
    made = [make(world, n) for n in range(ROWS)]
    keys = {str(row.pk): row for row in made}
    gone, added = set(), []

    def between(seen):
        unseen = [key for key in keys if key not in seen and key not in gone]
        shown = [key for key in seen if key in keys and key not in gone]
        # The row that the cursor stands on, one shown before, and one still to come.
        for key in {*shown[-1:], *shown[:1], *unseen[-1:]} if len(gone) < 6 else ():
            gone.add(key)
            keys[key].delete()
        if len(added) < 4:
            added.append(str(make(world, len(added) * 3).pk))

    before = set(rows(world.client.get(sized(path, 100)).json()))
    seen = walk(world.client, path, between)
    assert len(gone) >= 6, "something was deleted"
    stood = before - gone
    assert len(stood) >= 3, "something stood"
    assert {key: seen.count(key) for key in stood} == dict.fromkeys(stood, 1)
    assert len(seen) == len(set(seen)), "nor is anything new or gone told twice"


def test_another_primary_image_moves_nobody_else(world):
    """It goes to the head of the list, behind whoever walks; the former one comes back into it."""
    made = [images(world, n) for n in range(9)]
    visit = world.consultation.images
    visit.filter(pk=made[0].pk).update(is_primary=True)

    def between(seen):
        visit.filter(is_primary=True).update(is_primary=False)
        unseen = list(visit.as_added().values_list("pk", flat=True))
        last = [key for key in unseen if str(key) not in seen][-1:]
        visit.filter(pk__in=last).update(is_primary=True)

    path = f"/api/v1/consultations/{world.consultation.pk}/images"
    seen = walk(world.client, path, between)
    assert sorted(seen) == sorted(str(key) for key in visit.values_list("pk", flat=True))
    assert seen[0] == str(made[0].pk)


@pytest.mark.parametrize("start", [1, 2])
@pytest.mark.parametrize("size", [1, 3])
def test_a_walk_remembers_the_primary_image_it_began_with(world, size, start):
    """One image a page, the first cursor stands on the primary; from a later page it is unseen."""
    made = [images(world, n) for n in range(5)]
    visit = world.consultation.images
    visit.filter(pk=made[3].pk).update(is_primary=True)
    whole = [str(key) for key in visit.as_added().values_list("pk", flat=True)]
    path = f"/api/v1/consultations/{world.consultation.pk}/images"
    seen, url = [], f"{path}?page_size={size}&page={start}"
    while url:
        body = world.client.get(url).json()
        seen += rows(body)
        url = body["next"]
        visit.filter(is_primary=True).update(is_primary=False)
    assert seen == whole[(start - 1) * size :]


def test_a_link_that_dies_meanwhile_is_told_once(world):
    """Revoked, run out or used up, it goes behind the open ones, where the walk still has to go."""
    made = [links(world, n) for n in range(8)]
    made[7].revoked_at = timezone.now()
    made[7].save(update_fields=["revoked_at"])

    def between(seen):
        first = Share.objects.filter(pk=seen[0])
        first.update(view_limit=1, views=1, last_used_at=timezone.now())
        shares.revoke(Share.objects.filter(pk=seen[1]))

    whole = rows(world.client.get(sized("/api/v1/shares", 100)).json())
    assert walk(world.client, "/api/v1/shares", between) == whole
    assert rows(world.client.get(sized("/api/v1/shares", 100)).json()) != whole


def test_what_is_open_now_was_open_now(world):
    """The list of a moment goes by the same rules as a link that is opened."""
    made = [links(world, n) for n in range(4)]
    now = timezone.now()
    day = timedelta(days=1)
    Share.objects.filter(pk=made[0].pk).update(view_limit=1, views=1, last_used_at=now - day)
    Share.objects.filter(pk=made[1].pk).update(revoked_at=now - day)
    Share.objects.filter(pk=made[2].pk).update(created_at=now - 2 * day, expires_at=now - day)
    living = shares.list_shares(world.doctor).filter(living=True)
    assert list(living) == [made[3]] == list(Share.objects.alive())
    ago = shares.list_shares(world.doctor, now - 1.5 * day).filter(living=True)
    assert {share.pk for share in ago} == {share.pk for share in made}
