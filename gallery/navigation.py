from django.utils.translation import gettext_lazy as _

from core.navigation import Entry

ENTRIES = (
    Entry(
        _("Gallery"),
        "gallery",
        order=40,
        icon="scissors",
        current=lambda route, reader: "gallery" in route,
    ),
)
