from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.periods import DateInput
from core.versions import VersionedForm

from .dates import EARLIEST_BIRTH, visit_days
from .dating import EARLIEST
from .models import Consultation, ConsultationImage, Lesion, Patient
from .vocabulary import BODY_SITES, ImageType, Mirrored


class BodySiteSelect(forms.Select):
    """The grouped menu of sites. Paired ones are marked, so that the form asks for the side."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        site = BODY_SITES.get(str(value))
        if site and site.paired:
            option["attrs"]["data-paired"] = True
        return option


class RecordForm(VersionedForm, forms.ModelForm):
    """A form of a patient, a consultation or an image."""

    typed_first = ""  # the field in which a new record begins

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.typed_first and not self.is_bound and not self.instance.pk:
            self.fields[self.typed_first].widget.attrs["autofocus"] = True


def ask_for_side(form: forms.BaseForm, data: dict[str, Any]) -> None:
    """An error where the site of a form is one that the body has twice, and the side is missing."""
    site = BODY_SITES.get(data.get("body_site", ""))
    if site and site.paired and not data.get("laterality"):
        form.add_error("laterality", forms.ValidationError(_("Which side?"), code="required"))


class ImageMetadataForm(RecordForm):
    """A photograph's metadata as a clinician enters it, in the upload modal and on its page.
    "Other" is what somebody chose; a type that nobody has said is ""."""

    linked_fields = (("body_site", "laterality"), ("image_type", "dermoscopic_type"))
    alike: list[int] = []  # keys of other images that share its question: are they mirrored?

    class Meta:
        model = ConsultationImage
        fields = [
            "image_type",
            "dermoscopic_type",
            "body_site",
            "laterality",
            "lesion",
            "mirrored",
            "body_location",
            "captured_on",
            "description",
            "is_primary",
        ]
        widgets = {
            "body_site": BodySiteSelect,
            "laterality": forms.RadioSelect,
            "captured_on": DateInput(),
            "description": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        image = kwargs.get("instance")
        shown = {"image_type": image.type_said if image else ""}
        super().__init__(*args, **{**kwargs, "initial": shown | (kwargs.get("initial") or {})})
        said = cast(forms.ChoiceField, self.fields["image_type"])
        said.required, said.choices = False, [("", _("Not specified")), *ImageType.choices]
        label_empty_choices(self)
        if not self.instance.pk:  # what its file says is not known yet
            del self.fields["captured_on"], self.fields["lesion"], self.fields["mirrored"]
        else:
            patient = self.instance.consultation.patient_id
            lesion = cast(forms.ModelChoiceField, self.fields["lesion"])
            lesion.queryset = Lesion.objects.filter(patient=patient).order_by("pk")
            lesion.empty_label = _("None")
            if not lesion.queryset.exists():
                del self.fields["lesion"]
            if not self.instance.mirrored:  # not of a front camera
                del self.fields["mirrored"]
            self._offer_for_all()
            birth_date = self.instance.consultation.patient.birth_date
            self.fields["captured_on"].widget.set_range(
                birth_date or EARLIEST, timezone.localdate()
            )

    def _offer_for_all(self) -> None:
        self.alike = self.instance.equally_unknown()
        if count := len(self.alike):
            text = ngettext(
                "The same for %(count)s other image of this visit",
                "The same for %(count)s other images of this visit",
                count,
            )
            label = text % {"count": count}
            self.fields["mirrored_for_all"] = forms.BooleanField(label=label, required=False)
            self._stored["mirrored_for_all"] = False

    @property
    def changes(self) -> dict[str, Any]:
        """Of the image itself."""
        return {name: new for name, new in super().changes.items() if name != "mirrored_for_all"}

    @property
    def also_mirrored(self) -> list[int]:
        """The keys of other images of which this form says the same. Only after `is_valid`."""
        said = self.cleaned_data.get("mirrored") in (Mirrored.YES, Mirrored.NO)
        return self.alike if said and self.cleaned_data.get("mirrored_for_all") else []

    def clean_image_type(self) -> str:
        """May be empty, but not missing: a body that was cut off says nothing."""
        if self["image_type"].html_name not in self.data:
            text = self.fields["image_type"].error_messages["required"]
            raise forms.ValidationError(text, code="required")
        return self.cleaned_data["image_type"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("image_type") != ImageType.DERMOSCOPY:
            data["dermoscopic_type"] = ""  # the hidden menu's leftover
        ask_for_side(self, data)
        return data


def label_empty_choices(form: forms.BaseForm) -> None:
    """Replace Django's dashes for an empty choice by words."""
    for field in form.fields.values():
        if isinstance(field, forms.TypedChoiceField):
            first, *others = list(field.choices) or [None]  # type: ignore[arg-type]
            if first == ("", "---------"):
                field.choices = [("", _("Not specified")), *others]


class PatientForm(RecordForm):
    typed_first = "full_name"

    class Meta:
        model = Patient
        fields = [
            "full_name",
            "birth_date",
            "sex",
            "file_number",
            "phototype",
            "phone",
            "email",
        ]
        widgets = {
            "birth_date": DateInput(),
            "phone": forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_empty_choices(self)
        self.fields["birth_date"].widget.set_range(EARLIEST_BIRTH, timezone.localdate())


class ConsultationForm(RecordForm):
    typed_first = "reason"  # the date is today's

    class Meta:
        model = Consultation
        fields = [
            "date",
            "reason",
            "diagnosis",
            "diagnosis_released",
            "status",
            "review_on",
            "notes",
        ]
        widgets = {
            "date": DateInput(),
            "review_on": DateInput(),
            "notes": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        birth_date = self.instance.patient.birth_date if self.instance.patient_id else None
        self.fields["date"].widget.set_range(*visit_days(birth_date))
