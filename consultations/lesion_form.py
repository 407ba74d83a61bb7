"""The form of a lesion, with its point on the body map."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.periods import DateInput

from .bodymap.places import is_on_other_side
from .dates import EARLIEST_VISIT
from .forms import BodySiteSelect, RecordForm, ask_for_side, label_empty_choices
from .models import Lesion

POINT = ("map_view", "map_x", "map_y")
POINT_ON_OTHER_SIDE = _("The point on the body map is on the other side.")


class LesionForm(RecordForm):
    """A lesion as a clinician enters it; its point comes from the map."""

    linked_fields = (("body_site", "laterality", *POINT),)

    class Meta:
        model = Lesion
        fields = [
            "label",
            "body_site",
            "laterality",
            "status",
            "first_seen",
            "next_review",
            "notes",
            *POINT,
        ]
        widgets = {
            "body_site": BodySiteSelect,
            "laterality": forms.RadioSelect,
            "first_seen": DateInput(),
            "next_review": DateInput(),
            "notes": forms.Textarea(attrs={"rows": 3}),
            **dict.fromkeys(POINT, forms.HiddenInput),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_empty_choices(self)
        today, birth_date = timezone.localdate(), self.instance.patient.birth_date
        self.fields["first_seen"].widget.set_range(birth_date or EARLIEST_VISIT, today)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        ask_for_side(self, data)
        if all(data.get(name) not in (None, "") for name in POINT) and is_on_other_side(
            data["map_view"], data["map_x"], data["map_y"], data.get("laterality", "")
        ):
            self.add_error(
                None, forms.ValidationError(str(POINT_ON_OTHER_SIDE), code="point_on_other_side")
            )
        return data
