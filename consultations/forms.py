from django import forms
from django.utils.translation import gettext_lazy as _

from .models import ConsultationImage
from .vocabulary import BODY_SITES, ImageType


class BodySiteSelect(forms.Select):
    """The grouped menu of sites; a paired one says so, for the form to ask the side."""

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        site = BODY_SITES.get(str(value))
        if site and site.paired:
            option["attrs"]["data-paired"] = "true"
        return option


class ImageMetadataForm(forms.ModelForm):
    """What a clinician says about a photograph: in the upload modal and on its own page."""

    class Meta:
        model = ConsultationImage
        fields = [
            "image_type",
            "dermoscopic_type",
            "body_site",
            "laterality",
            "body_location",
            "description",
            "is_primary",
        ]
        widgets = {
            "body_site": BodySiteSelect,
            "laterality": forms.RadioSelect,
            "description": forms.Textarea(attrs={"rows": 3}),
        }

    def clean(self):
        data = super().clean()
        if data.get("image_type") != ImageType.DERMOSCOPY:
            data["dermoscopic_type"] = ""  # the hidden menu's leftover
        site = BODY_SITES.get(data.get("body_site"))
        if site and site.paired and not data.get("laterality"):
            self.add_error("laterality", forms.ValidationError(_("Which side?"), code="required"))
        return data
