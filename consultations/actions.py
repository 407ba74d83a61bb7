"""What else can be done with a photograph of a consultation: buttons that apps above register.

This app does not know them. An action is a POST to a route that takes the image's key, for whoever
may see the image; the route itself decides.
"""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Action:
    label: str  # lazy: it is told in the reader's language
    icon: str  # lucide's name
    route: str

    def url(self, key):
        return reverse(self.route, args=[key])


_registered = {}


def register(action: Action):
    """From an app's ready(). The same route twice is one button."""
    _registered[action.route] = action


def registered():
    return list(_registered.values())
