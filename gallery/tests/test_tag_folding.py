"""Tags that became equal are one. Lost would be images filed under the one that nobody finds."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from gallery.models import ImageTag, Tag, UserImage
from gallery.services import tags
from gallery.services.images import edit_images, submit_image
from testing.cast import upload

pytestmark = pytest.mark.django_db
migration = import_module("gallery.migrations.0005_fold_search_keys")


def folded():
    schema_editor = SimpleNamespace(connection=connection)
    migration.fold_tags(apps, schema_editor)
    migration.fold_images(apps, schema_editor)


def test_tags_that_become_equal_are_joined(doctor, other_doctor):
    images = [submit_image(user=doctor, upload=upload(seed=n))[0] for n in (1, 2, 3)]
    before = [("suivi", "suivi"), ("l’œil", "l’oeil"), ("l'œil", "l'oeil"), ("L'oeil", "l'oeil ")]
    typed = [Tag(user=doctor, name=name, key=key) for name, key in before]
    typed += [Tag(user=other_doctor, name="ø", key="ø")]
    _plain, first, second, third, others = Tag.objects.bulk_create(typed)
    for tag, filed in ((first, images[:2]), (second, images[1:]), (third, images[2:])):
        for image in filed:
            ImageTag.objects.create(tag=tag, image=image, image_created_at=image.created_at)
    folded()
    assert list(Tag.objects.filter(user=doctor).values_list("pk", "key")) == [
        (first.pk, "loeil"),
        (typed[0].pk, "suivi"),
    ]
    assert set(tags.names_by_image(images)) == {image.pk for image in images}
    assert ImageTag.objects.count() == 3
    assert Tag.objects.get(pk=others.pk).key == "o"
    mine = UserImage.objects.visible_to(doctor)
    assert mine.search("l’oeil").count() == mine.search("l'œil").count() == 3
    folded()  # again is fine
    assert ImageTag.objects.count() == 3


def test_a_tag_whose_key_another_had_stays_its_own(doctor):
    """An acute accent typed for an apostrophe was a blank: its key is now that of "o-brien", which
    is another word."""
    before = [("o-brien", "o-brien"), ("O´Brien", "o brien")]
    Tag.objects.bulk_create([Tag(user=doctor, name=name, key=key) for name, key in before])
    folded()
    assert set(Tag.objects.values_list("name", "key")) == {
        ("O´Brien", "obrien"),
        ("o-brien", "o brien"),
    }


def test_titles_are_found_as_they_are_typed(doctor):
    image, _created = submit_image(user=doctor, upload=upload(), title="Łódź")
    UserImage.objects.update(search_key="łodz")
    folded()
    assert UserImage.objects.search("lodz").get() == image


def test_a_tag_of_ligatures_fits_its_column(doctor, user_image):
    edit_images(UserImage.objects.all(), tag_names=["\ufdfa" * 40])
    assert len(tags.names_by_image([user_image])[user_image.pk]) == 1
