"""A migration merges tags whose folded keys became equal; otherwise images are not found."""

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


def run_migration():
    schema_editor = SimpleNamespace(connection=connection)
    migration.fold_tags(apps, schema_editor)
    migration.fold_images(apps, schema_editor)


def test_tags_with_equal_keys_are_merged(doctor, other_doctor):
    images = [submit_image(user=doctor, upload=upload(seed=n))[0] for n in (1, 2, 3)]
    old_tags = [("suivi", "suivi"), ("l’œil", "l’oeil"), ("l'œil", "l'oeil"), ("L'oeil", "l'oeil ")]
    all_tags = [Tag(user=doctor, name=name, key=key) for name, key in old_tags]
    all_tags += [Tag(user=other_doctor, name="ø", key="ø")]
    _plain, first, second, third, other_doctors_tag = Tag.objects.bulk_create(all_tags)
    for tag, tagged in ((first, images[:2]), (second, images[1:]), (third, images[2:])):
        for image in tagged:
            ImageTag.objects.create(tag=tag, image=image, image_created_at=image.created_at)
    run_migration()
    assert list(Tag.objects.filter(user=doctor).values_list("pk", "key")) == [
        (first.pk, "loeil"),
        (all_tags[0].pk, "suivi"),
    ]
    assert set(tags.names_by_image(images)) == {image.pk for image in images}
    assert ImageTag.objects.count() == 3
    assert Tag.objects.get(pk=other_doctors_tag.pk).key == "o"
    images_visible = UserImage.objects.visible_to(doctor)
    assert images_visible.search("l’oeil").count() == images_visible.search("l'œil").count() == 3
    run_migration()  # can be repeated
    assert ImageTag.objects.count() == 3


def test_tags_with_different_new_keys_stay_apart(doctor):
    """An acute accent typed as an apostrophe used to become a space, like the hyphen of "o-brien",
    which is another tag."""
    old_tags = [("o-brien", "o-brien"), ("O´Brien", "o brien")]
    Tag.objects.bulk_create([Tag(user=doctor, name=name, key=key) for name, key in old_tags])
    run_migration()
    assert set(Tag.objects.values_list("name", "key")) == {
        ("O´Brien", "obrien"),
        ("o-brien", "o brien"),
    }


def test_migrated_titles_are_searchable(doctor):
    image, _created = submit_image(user=doctor, upload=upload(), title="Łódź")
    UserImage.objects.update(search_key="łodz")
    run_migration()
    assert UserImage.objects.search("lodz").get() == image


def test_expanded_tag_key_fits_its_column(doctor, user_image):
    edit_images(UserImage.objects.all(), tag_names=["\ufdfa" * 40])
    assert len(tags.names_by_image([user_image])[user_image.pk]) == 1
