"""Fifty concurrent uploads into room for ten store exactly ten, on both databases.

Otherwise a user exceeds the quota, or an image is refused although there was room.
"""

import pytest

pytestmark = pytest.mark.long

ROOM, UPLOADS = 10, 50


@pytest.mark.parametrize("by_number", [True, False], ids=["images", "bytes"])
def test_concurrent_uploads_fill_the_quota_exactly(install, database, by_number):
    installation = install(DATABASE_URL=database)
    result = installation.program(
        "uploads.upload_into_limited_room", room=ROOM, uploads=UPLOADS, by_number=by_number
    )
    assert result["answers"] == {"stored": ROOM, "refused": UPLOADS - ROOM}
    assert (result["rows"], result["count"]) == (ROOM + 1, ROOM + 1)
    assert (result["drift"], result["reservations"], result["wrong"]) == (0, 0, 0)
    assert result["blobs"] == 3 * (ROOM + 1), "refused uploads left no blobs"


@pytest.mark.parametrize("keys", [1, 3])
def test_concurrent_repeats_of_an_upload_take_room_once(install, database, keys):
    """Otherwise a user with room for one more image is refused that very image while it is being
    stored."""
    result = install(DATABASE_URL=database).program("uploads.upload_repeats", keys=keys)
    assert result["answers"] == [[f"key {number}", 12 // keys] for number in range(keys)]
    assert (result["images"], result["created"], result["count"]) == (keys, keys, keys)
    assert (result["reservations"], result["wrong"], result["blobs"]) == (0, 0, 3 * keys)
