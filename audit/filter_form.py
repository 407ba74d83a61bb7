from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.periods import PeriodForm

from .models import Action, Event

LOOKED = (Action.LISTED, Action.VIEWED, Action.OPENED)
TAKEN = (Action.DOWNLOADED, Action.ZIPPED, Action.COPIED, Action.SHARED, Action.ATTACHED)
ACCOUNT = (
    *(Action.LOGIN, Action.LOGIN_FAILED, Action.LOGOUT, Action.TOKEN, Action.REFRESHED),
    *(Action.PASSWORD, Action.FACTOR_ON, Action.FACTOR_OFF, Action.CODES_RENEWED),
    *(Action.CODE_USED, Action.CODE_FAILED, Action.WRONG_PASSWORD),
)
KINDS = {"looked": LOOKED, "taken": TAKEN, "account": ACCOUNT}


class EventFilterForm(PeriodForm):
    """Narrows down who saw what, by person, by what was done and by days. What is not valid narrows
    nothing down."""

    who = forms.ChoiceField(label=_("Person"), required=False)
    did = forms.ChoiceField(
        label=_("Action"),
        required=False,
        choices=[
            ("", _("Everything")),
            ("looked", _("Looked at")),
            ("taken", _("Downloaded, copied, shared")),
            ("changed", _("Added, changed, deleted")),
            ("account", _("Logins and passwords")),
        ],
    )

    def __init__(self, data: Any, *, people: list[Any], reader: Any) -> None:
        """`people`: who may be chosen, users."""
        super().__init__(data)
        self._reader = reader
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody")),
            ("others", _("Everybody but me")),
            *((str(one.pk), one.get_short_name()) for one in people if one.pk != reader.pk),
        ]

    def filter(self, events: QuerySet[Event]) -> QuerySet[Event]:
        events = self.moments_of(events, "moment")
        if who := self.chosen().get("who"):
            others = who == "others"
            events = (
                events.exclude(actor_id=self._reader.pk) if others else events.filter(actor_id=who)
            )
        if (did := self.chosen().get("did")) == "changed":
            return events.exclude(action__in=[*LOOKED, *TAKEN, *ACCOUNT])
        return events.filter(action__in=KINDS[did]) if did else events
