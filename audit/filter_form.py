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
    """Narrows down who saw what, by what was done and by days. What is not valid narrows nothing
    down."""

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

    def filter(self, events: QuerySet[Event]) -> QuerySet[Event]:
        events = self.moments_of(events, "moment")
        if (did := self.chosen().get("did")) == "changed":
            return events.exclude(action__in=[*LOOKED, *TAKEN, *ACCOUNT])
        return events.filter(action__in=KINDS[did]) if did else events
