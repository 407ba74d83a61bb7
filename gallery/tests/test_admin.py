"""Staff sees what is wrong with an image, sets it right, and changes plans."""

import pytest
from django.contrib.auth.models import Permission

from gallery.models import Share, StorageQuota, Tag, UserImage
from gallery.services.images import edit_images
from gallery.services.processing import queue
from testing.cast import blobs, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("cached_processing")]
ROOT = "/admin/gallery"


@pytest.fixture
def admin(page, db):
    user = make_user("admin@example.org", full_name="Admin", is_staff=True, is_superuser=True)
    return page(user)


def act(admin, model, action, *keys):
    return admin.post(
        f"{ROOT}/{model}/", {"action": action, "_selected_action": [str(key) for key in keys]}
    )


def test_every_page_opens(admin, user_image):
    queue.work()
    edit_images(UserImage.objects.all(), add=["x"])
    share = Share.objects.create(
        image=user_image, token_hash="0" * 64, expires_at=user_image.created_at.replace(year=2099)
    )
    keys = {
        "userimage": user_image.pk,
        "storagequota": user_image.user_id,
        "share": share.pk,
        "tag": Tag.objects.get().pk,
    }
    for model, key in keys.items():
        assert admin.get(f"{ROOT}/{model}/").status_code == 200, model
        assert admin.get(f"{ROOT}/{model}/?q=doctor").status_code == 200, model
        answer = admin.get(f"{ROOT}/{model}/{key}/change/")
        assert answer.status_code == 200, model
        assert b'type="file"' not in answer.content, "a file's widget would mint an unsigned URL"


def test_staff_puts_a_failed_image_back_into_the_queue(admin, user_image):
    UserImage.objects.update(status="failed", error="gave_up", due_at=None)
    act(admin, "userimage", "retry", user_image.pk)
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("queued", "")


def test_a_plan_brings_its_limits(admin, user_image):
    act(admin, "storagequota", "to_pro", user_image.user_id)
    quota = StorageQuota.objects.get()
    assert (quota.plan, quota.image_limit) == ("pro", 10_000)
    change = {"plan": "clinic", "storage_limit": 7, "image_limit": quota.image_limit}
    admin.post(f"{ROOT}/storagequota/{quota.pk}/change/", change)
    quota.refresh_from_db()
    assert (quota.plan, quota.storage_limit, quota.image_limit) == ("clinic", 7, 1_000_000)
    assert quota.image_count == 1, "what is used is counted, not typed"


def test_links_are_revoked(admin, user_image):
    expires = user_image.created_at.replace(year=2099)
    share = Share.objects.create(image=user_image, token_hash="0" * 64, expires_at=expires)
    act(admin, "share", "revoke", share.pk)
    share.refresh_from_db()
    assert share.revoked_at


def test_a_deleted_image_goes_with_its_blobs_and_its_room(
    admin, user_image, django_capture_on_commit_callbacks
):
    queue.work()
    with django_capture_on_commit_callbacks(execute=True):
        answer = admin.post(
            f"{ROOT}/userimage/",
            {"action": "delete_selected", "_selected_action": [str(user_image.pk)], "post": "yes"},
        )
    assert answer.status_code == 302
    assert not UserImage.objects.exists()
    assert not blobs()
    quota = StorageQuota.objects.get()
    assert (quota.storage_used, quota.image_count) == (0, 0)


def test_a_title_that_staff_changes_is_found(admin, user_image, doctor):
    body = {"title": "Épaule", "shares-TOTAL_FORMS": 0, "shares-INITIAL_FORMS": 0}
    answer = admin.post(f"{ROOT}/userimage/{user_image.pk}/change/", body)
    assert answer.status_code == 302
    assert UserImage.objects.visible_to(doctor).search("epaule").exists()


def test_who_may_only_look_changes_nothing(page, staff, user_image):
    """An action asks for the permission to change: a receptionist sets nobody's plan."""
    staff.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    looking = page(staff)
    UserImage.objects.update(status="failed", error="gave_up", due_at=None)
    expires = user_image.created_at.replace(year=2099)
    share = Share.objects.create(image=user_image, token_hash="0" * 64, expires_at=expires)
    act(looking, "userimage", "retry", user_image.pk)
    act(looking, "share", "revoke", share.pk)
    for plan in ("free", "pro", "clinic"):
        act(looking, "storagequota", f"to_{plan}", user_image.user_id)
    share.refresh_from_db()
    assert UserImage.objects.get().status == "failed"
    assert share.revoked_at is None
    assert StorageQuota.objects.get().plan == "free"


def test_a_links_secrets_are_not_looked_up(admin, user_image):
    """A filter on the beginning of a hash would tell it, letter by letter."""
    for name in ("password", "token_hash"):
        assert admin.get(f"{ROOT}/share/?{name}__startswith=a").status_code == 400
