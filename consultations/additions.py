"""What apps above add to a photograph: on its tile, in the viewer, on its page and in a ZIP.

This app does not know them, as it does not know further actions (actions.py). They are added in an
app's ready(), and ask for themselves what the reader may see.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any, Protocol

from django.utils.safestring import SafeString

from accounts.models import User
from accounts.requests import AuthenticatedRequest

from .models import ConsultationImage
from .models.image import ConsultationImageQuerySet


class Asked(Protocol):
    """A request of somebody who is signed in, of a page or the API."""

    user: User

    def build_absolute_uri(self, location: str) -> str: ...


# Attributes of tiles, as the viewer finds them (static/js/components/viewer/items.js): of a page's
# images, by key, those that have it for this user.
marks: dict[str, Callable[[Collection[int], User], Collection[int]]] = {}

# Buttons of tools in the viewer: names of templates.
tools: list[str] = []

# The same among those of a comparison of these images, by key; "" where there is none.
pane_tools: list[Callable[[Collection[int], User], str]] = []

# Parts of an image's own page, as HTML; "" where there is nothing to say.
parts: list[Callable[[AuthenticatedRequest, ConsultationImage], SafeString | str]] = []

# Files beside an image's original in a ZIP: (what follows the original's name, its bytes). The
# first call is for all images of the ZIP, the second for one; bytes are read as they are sent.
Beside = Callable[[Any], list[tuple[str, Iterator[bytes]]]]
files: list[Callable[[ConsultationImageQuerySet, Asked], Beside]] = []


def marked(keys: Collection[int], user: User) -> dict[int, str]:
    """{key: attributes} of the images that have some."""
    attributes: dict[int, str] = {}
    for name, find in marks.items():
        for key in find(keys, user):
            attributes[key] = f"{attributes.get(key, '')} data-{name}"
    return attributes


def pane_tools_for(keys: Collection[int], user: User) -> tuple[str, ...]:
    """Templates of further buttons over a comparison of these images."""
    return tuple(filter(None, (tool(keys, user) for tool in pane_tools)))


def beside(images: ConsultationImageQuerySet, request: Asked) -> Beside:
    """What lies beside each original, of all apps."""
    found = [of(images, request) for of in files]
    return lambda image: [file for each in found for file in each(image)]
