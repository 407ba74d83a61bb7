"""Further actions on a consultation's photograph: buttons that apps above register.

This app does not know them. An action is a POST to a route that takes the image's key, offered to
everybody who may see the image; the route checks permissions itself.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Action:
    label: str | Promise  # lazy: shown in the reader's language
    icon: str  # its name in Lucide
    route: str
    api_route: str = ""  # the same in the API; "": not for several images at once
    short: str | Promise = ""  # under the icon, on a phone

    def url(self, key: int) -> str:
        """The path to POST to for the image with this key."""
        return reverse(self.route, args=[key])

    def api_url(self) -> str:
        """The API's path, in which 0 stands for the image's key."""
        return reverse(self.api_route, args=[0])


_registered: dict[str, Action] = {}


def register(action: Action) -> None:
    """Add a button; called from an app's ready(). Registering a route again replaces its button."""
    _registered[action.route] = action


def registered() -> list[Action]:
    """The actions in the order in which they were registered."""
    return list(_registered.values())
