"""Fifty uploads at once into room for ten: exactly ten, on both databases, by real threads.

Lost would be: room that nobody paid for, or an image that was refused though there was room.
"""

import pytest

pytestmark = pytest.mark.long

ROOM, UPLOADS = 10, 50


@pytest.mark.parametrize("by_number", [True, False], ids=["images", "bytes"])
def test_exactly_as_many_as_there_is_room_for(install, database, by_number):
    here = install(DATABASE_URL=database)
    told = here.program("uploads.into_room", room=ROOM, uploads=UPLOADS, by_number=by_number)
    assert told["answers"] == {"stored": ROOM, "refused": UPLOADS - ROOM}
    assert (told["rows"], told["count"]) == (ROOM + 1, ROOM + 1)
    assert (told["drift"], told["reservations"], told["wrong"]) == (0, 0, 0)
    assert told["blobs"] == 3 * (ROOM + 1), "what was refused left nothing"


@pytest.mark.parametrize("keys", [1, 3])
def test_a_repeat_sent_at_once_needs_no_room_of_its_own(install, database, keys):
    """Whoever has room for one more would else hear that there is none, of the very image that is
    being stored."""
    told = install(DATABASE_URL=database).program("uploads.repeated", keys=keys)
    assert told["told"] == [[f"key {number}", 12 // keys] for number in range(keys)]
    assert (told["images"], told["created"], told["count"]) == (keys, keys, keys)
    assert (told["reservations"], told["wrong"], told["blobs"]) == (0, 0, 3 * keys)
