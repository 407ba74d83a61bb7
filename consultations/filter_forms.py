"""Forms that narrow down a list: nothing in them is saved."""

from collections.abc import Collection, Mapping
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from core.periods import PeriodForm

from .models import Consultation
from .models.consultation import ConsultationQuerySet
from .models.image import ConsultationImageQuerySet
from .vocabulary import BODY_SITES, ImageType

DUE = "due"  # consultations after which the patient is to be seen again


class ImageFilterForm(forms.Form):
    """Narrows down a patient's images by body site and type."""

    site = forms.ChoiceField(label=_("Body site"), required=False)
    type = forms.ChoiceField(label=_("Type"), required=False)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.set_sites(BODY_SITES)
        cast(forms.ChoiceField, self.fields["type"]).choices = [
            ("", _("All types")),
            *ImageType.choices,
        ]

    def set_sites(self, sites: Collection[str]) -> None:
        """Offer these sites, and the chosen one, which explains an empty page."""
        offered = {*sites, self.data.get("site")}
        cast(forms.ChoiceField, self.fields["site"]).choices = [
            ("", _("All sites")),
            *((code, site.label) for code, site in BODY_SITES.items() if code in offered),
        ]

    def filter(self, images: ConsultationImageQuerySet) -> ConsultationImageQuerySet:
        """The images that match the chosen site and type; all of them if the form is invalid."""
        criteria = self.cleaned_data if self.is_valid() else {}
        if criteria.get("site"):
            images = images.filter(body_site=criteria["site"])
        if criteria.get("type"):
            images = images.filter(image_type=criteria["type"])
        return images


class ConsultationFilterForm(PeriodForm):
    """Narrows down a doctor's consultations. What is not valid narrows nothing down."""

    q = forms.CharField(label=_("Reason, diagnosis or notes"), required=False, max_length=200)
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("All statuses")), (DUE, _("To follow up")), *Consultation.Status.choices],
    )

    def filter(self, rows: ConsultationQuerySet) -> ConsultationQuerySet:
        chosen, rows = self.chosen(), self.days_of(rows, "date")
        if chosen.get("status") == DUE:
            rows = rows.to_follow_up()
        elif "status" in chosen:
            rows = rows.filter(status=chosen["status"])
        return rows.search(chosen["q"]) if "q" in chosen else rows

    def query(self) -> str:
        """What is chosen, for the links to other pages."""
        return urlencode({name: self.data[name] for name in self.fields if self.data.get(name)})
