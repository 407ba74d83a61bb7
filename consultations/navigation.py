from django.utils.translation import gettext_lazy as _

from core.navigation import Entry, Search

ENTRIES = (
    Entry(
        _("Home"),
        "home",
        order=0,
        icon="house",
        current=lambda route, reader: route == "home",
    ),
    Entry(
        _("Patients"),
        "patient_list",
        order=10,
        icon="users-round",
        shown=lambda reader, place: reader.doctor,
        current=lambda route, reader: "patient" in route,
    ),
    Entry(
        _("Consultations"),
        "consultation_list",
        order=20,
        icon="clipboard-list",
        shown=lambda reader, place: reader.doctor,
        current=lambda route, reader: (
            "consultation" in route or route in ("image_detail", "image_delete")
        ),
    ),
    Entry(
        _("My images"),
        "patient_detail",
        order=30,
        icon="images",
        arguments=lambda reader: [reader.own],
        # A phone has no room for all that a doctor who is a patient, too, would have.
        shown=lambda reader, place: reader.own and not (place == "tabs" and reader.doctor),
        current=lambda route, reader: route == "patient_detail" and not reader.doctor,
    ),
    Entry(_("Who saw my images"), "audit", order=30, icon="eye", places=("menu",)),
)
SEARCH = Search(_("Find a patient"), "patient_list", "patient_suggestions")
