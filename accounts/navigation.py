from django.utils.translation import gettext_lazy as _

from core.navigation import Entry

ENTRIES = (
    Entry(
        _("Administration"),
        "admin:index",
        order=80,
        places=("top",),
        shown=lambda reader, place: reader.staff,
    ),
    Entry(
        _("Profile"),
        "profile",
        order=90,
        icon="user-round",
        places=("tabs",),
        current=lambda route, reader: route == "profile",
    ),
    Entry(_("Profile and language"), "profile", order=10, icon="settings", places=("menu",)),
    Entry(_("Security"), "security", order=20, icon="shield-check", places=("menu",)),
)
