"""The gallery in the admin: failed images, plans, links, and who may act on them."""

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


def run_action(admin, model, action, *keys):
    return admin.post(
        f"{ROOT}/{model}/", {"action": action, "_selected_action": [str(key) for key in keys]}
    )


def test_every_gallery_admin_page_opens(admin, user_image):
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


def test_retry_action_queues_a_failed_image(admin, user_image):
    UserImage.objects.update(status="failed", error="gave_up", due_at=None)
    run_action(admin, "userimage", "retry", user_image.pk)
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("queued", "")


def test_plan_action_sets_the_limits(admin, user_image):
    run_action(admin, "storagequota", "to_pro", user_image.user_id)
    quota = StorageQuota.objects.get()
    assert (quota.plan, quota.image_limit) == ("pro", 10_000)
    change = {"plan": "clinic", "storage_limit": 7, "image_limit": quota.image_limit}
    admin.post(f"{ROOT}/storagequota/{quota.pk}/change/", change)
    quota.refresh_from_db()
    assert (quota.plan, quota.storage_limit, quota.image_limit) == ("clinic", 7, 1_000_000)
    assert quota.image_count == 1, "usage is counted and cannot be edited"


def test_revoke_action_revokes_links(admin, user_image):
    expires = user_image.created_at.replace(year=2099)
    share = Share.objects.create(image=user_image, token_hash="0" * 64, expires_at=expires)
    run_action(admin, "share", "revoke", share.pk)
    share.refresh_from_db()
    assert share.revoked_at


def test_deleting_an_image_frees_its_blobs_and_quota(
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


def test_title_changed_in_the_admin_is_searchable(admin, user_image, doctor):
    body = {"title": "Épaule", "shares-TOTAL_FORMS": 0, "shares-INITIAL_FORMS": 0}
    answer = admin.post(f"{ROOT}/userimage/{user_image.pk}/change/", body)
    assert answer.status_code == 302
    assert UserImage.objects.visible_to(doctor).search("epaule").exists()


def test_actions_require_the_change_permission(page, staff, user_image):
    """Without the change permission, a receptionist cannot change anybody's plan."""
    staff.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    viewer = page(staff)
    UserImage.objects.update(status="failed", error="gave_up", due_at=None)
    expires = user_image.created_at.replace(year=2099)
    share = Share.objects.create(image=user_image, token_hash="0" * 64, expires_at=expires)
    run_action(viewer, "userimage", "retry", user_image.pk)
    run_action(viewer, "share", "revoke", share.pk)
    for plan in ("free", "pro", "clinic"):
        run_action(viewer, "storagequota", f"to_{plan}", user_image.user_id)
    share.refresh_from_db()
    assert UserImage.objects.get().status == "failed"
    assert share.revoked_at is None
    assert StorageQuota.objects.get().plan == "free"


def test_share_secrets_cannot_be_filtered_by(admin, user_image):
    """A prefix filter on a hash would reveal it character by character."""
    for name in ("password", "token_hash"):
        assert admin.get(f"{ROOT}/share/?{name}__startswith=a").status_code == 400
