import pytest

from gallery.models import UserImage

from .lists import LISTS


@pytest.fixture
def world(doctor, record, consultation, image, lesion, user_image, api):
    """The objects that lists refer to, and the doctor's API client."""

    class World:
        pass

    UserImage.objects.filter(pk=user_image.pk).update(cutout="shown.png")
    for name, value in locals().copy().items():
        setattr(World, name, value)
    World.client = api(doctor)
    return World


@pytest.fixture(params=LISTS)
def list_and_make(request, world):
    """(path of a list, function that creates a row of it)."""
    make, path = LISTS[request.param]
    return path.format(**vars(world)), make
