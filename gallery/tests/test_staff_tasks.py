"""What the admin's first page says needs doing. Lost would be: images that nobody cuts out any
more, until a clinician complains."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from gallery.models import StorageQuota, UserImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(staff):
    staff.is_superuser = True
    staff.save()
    return staff


def said(page, user):
    answer = page(user).get("/admin/", headers={"accept-language": "en"})
    content = answer.content.decode()
    return content[content.index("staff-tasks-title") : content.index("</section>")]


def test_nothing_to_do_is_said(page, root, user_image):
    assert "Nothing to do right now." in said(page, root)


def test_images_that_failed_lead_to_their_list(page, root, user_image):
    UserImage.objects.update(status="failed", due_at=None)
    told = said(page, root)
    assert "The background of 1 image could not be removed." in told
    assert len(page(root).get(link_in(told)).context["cl"].result_list) == 1


def test_a_deleted_image_needs_nobody(page, root, user_image):
    now = timezone.now()
    UserImage.objects.update(status="failed", due_at=None, deleted_at=now)
    assert "Nothing to do right now." in said(page, root)


@pytest.mark.parametrize(("waited", "urgent"), [(16, True), (14, False)])
def test_a_queue_that_stands_still_is_urgent(page, root, user_image, settings, waited, urgent):
    settings.READY_QUEUE_AGE = 900
    UserImage.objects.update(due_at=timezone.now() - timedelta(minutes=waited))
    told = said(page, root)
    assert ("is-urgent" in told) is urgent
    assert ("waiting for 16 minutes" in told) is urgent


@pytest.mark.parametrize("fields", [{"image_count": 95}, {"storage_used": 2**30 - 1}])
def test_a_gallery_that_is_almost_full_leads_to_its_quota(page, root, user_image, fields):
    StorageQuota.objects.update(**fields)
    told = said(page, root)
    assert "1 gallery is almost full." in told
    assert len(page(root).get(link_in(told)).context["cl"].result_list) == 1


@pytest.mark.parametrize("allowed", [True, False])
def test_who_may_not_see_images_is_told_nothing_of_them(page, staff, user_image, allowed):
    UserImage.objects.update(status="failed", due_at=None)
    if allowed:
        staff.user_permissions.add(Permission.objects.get(codename="view_userimage"))
    assert ("could not be removed" in said(page, staff)) is allowed


def link_in(told):
    return told.split('href="')[1].split('"')[0]
