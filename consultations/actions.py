"""What else can be done with a photograph of a consultation: buttons that apps above register.

This app does not know them. An action is a POST to a route that takes the image's key, for whoever
may see the image; the route itself decides.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Action:
    label: str | Promise  # lazy: shown in the reader's language
    icon: str  # lucide's name
    route: str

    def url(self, key: int) -> str:
        return reverse(self.route, args=[key])


_registered: dict[str, Action] = {}


def register(action: Action) -> None:
    """From an app's ready(). The same route twice is one button."""
    _registered[action.route] = action


def registered() -> list[Action]:
    return list(_registered.values())
