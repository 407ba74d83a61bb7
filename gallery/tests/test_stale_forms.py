"""The page of a gallery image, open twice. Lost would be tags or a title that were saved."""

import pytest
from django.urls import reverse

from gallery.models import UserImage
from gallery.services import tags
from gallery.services.images import edit_images

pytestmark = pytest.mark.django_db


@pytest.fixture
def edit(client, doctor, user_image):
    client.force_login(doctor)
    url = reverse("gallery_image", args=[user_image.pk])
    version = client.get(url).context["form"].version

    def save(**fields):
        return client.post(url, {"title": "", "tags": "", "version": version} | fields)

    return save


def test_tags_that_were_saved_meanwhile_stay(edit, user_image):
    edit_images(UserImage.objects.all(), tag_names=["back", "follow-up"])
    assert edit(title="Shoulder").status_code == 302
    user_image.refresh_from_db()
    assert user_image.title == "Shoulder"
    assert tags.names_by_image([user_image])[user_image.pk] == ["back", "follow-up"]


def test_of_one_title_both_are_shown(edit, user_image):
    edit_images(UserImage.objects.all(), title="Theirs")
    response = edit(title="Mine", tags="x")
    assert response.status_code == 409
    assert {"Theirs", "Mine"} == {
        text
        for conflict in response.context["form"].conflicts
        for text in (conflict.stored, conflict.mine)
    }
    user_image.refresh_from_db()
    assert user_image.title == "Theirs"
    assert not tags.names_by_image([user_image]).get(user_image.pk)
