"""The page of a gallery image, open twice: a saved title or tags must not be overwritten."""

import pytest
from django.urls import reverse

from gallery.models import UserImage
from gallery.services import tags
from gallery.services.images import edit_images

pytestmark = pytest.mark.django_db


@pytest.fixture
def save_stale_form(client, doctor, user_image):
    client.force_login(doctor)
    url = reverse("gallery_image", args=[user_image.pk])
    version = client.get(url).context["form"].version

    def save(**fields):
        return client.post(url, {"title": "", "tags": "", "version": version} | fields)

    return save


def test_tags_saved_meanwhile_are_kept(save_stale_form, user_image):
    edit_images(UserImage.objects.all(), tag_names=["back", "follow-up"])
    assert save_stale_form(title="Shoulder").status_code == 302
    user_image.refresh_from_db()
    assert user_image.title == "Shoulder"
    assert tags.names_by_image([user_image])[user_image.pk] == ["back", "follow-up"]


def test_conflict_shows_both_titles(save_stale_form, user_image):
    edit_images(UserImage.objects.all(), title="Theirs")
    response = save_stale_form(title="Mine", tags="x")
    assert response.status_code == 409
    assert {"Theirs", "Mine"} == {
        text
        for conflict in response.context["form"].conflicts
        for text in (conflict.stored, conflict.mine)
    }
    user_image.refresh_from_db()
    assert user_image.title == "Theirs"
    assert not tags.names_by_image([user_image]).get(user_image.pk)
