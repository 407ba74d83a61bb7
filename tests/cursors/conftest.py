import pytest

from gallery.models import UserImage

from .lists import LISTS


@pytest.fixture
def world(doctor, record, consultation, image, user_image, api):
    """What a list is made of, and its doctor's client."""

    class World:
        pass

    UserImage.objects.filter(pk=user_image.pk).update(cutout="shown.png")
    for name, thing in locals().copy().items():
        setattr(World, name, thing)
    World.client = api(doctor)
    return World


@pytest.fixture(params=LISTS)
def some(request, world):
    """(the path of a list, what makes a row of it)."""
    make, path = LISTS[request.param]
    return path.format(**vars(world)), make
