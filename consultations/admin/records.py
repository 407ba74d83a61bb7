from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audit.trail import Action, record
from core.admin import ShownRows, VersionedAdmin
from core.search import FoldedSearch
from imaging.admin import StoredImageAdmin

from .. import bin, services
from ..models import Consultation, ConsultationImage, Patient
from .history import keep_former


def _superuser_only(
    form: type[forms.ModelForm],
    request: HttpRequest,
    text: str | Promise,
    **restrictions: Callable[[Any], bool],
) -> type[forms.ModelForm]:
    """`form`, in which only a superuser may newly choose what is restricted: `restrictions` is
    {field: whether a choice is restricted}. Anybody else is told `text`."""

    class Form(form):  # type: ignore[valid-type, misc]
        def clean(self) -> dict[str, Any]:
            data = super().clean()
            for field, is_restricted in restrictions.items():
                chosen = self.cleaned_data.get(field)
                former = getattr(self.instance, f"{field}_id")
                if chosen and chosen.pk != former and is_restricted(chosen):
                    self.add_error(field, ValidationError(str(text)))
            return data

    return form if request.user.is_superuser else Form


@admin.register(Patient)
class PatientAdmin(VersionedAdmin, FoldedSearch, admin.ModelAdmin):
    """Only a superuser links a record to a staff account: that login sees the whole record, so
    somebody who may edit records could otherwise read every patient's images."""

    list_display = ["full_name", "birth_date", "number", "created_by", "created_at"]
    list_filter = [("created_by", admin.RelatedOnlyFieldListFilter), "sex", "phototype"]
    search_fields = ["search_key", "full_name", "file_number", "email"]
    date_hierarchy = "created_at"
    autocomplete_fields = ["user", "created_by"]
    list_select_related = ["created_by"]

    @admin.display(description=_("file number"), ordering="file_number")
    def number(self, patient: Patient) -> str:
        return patient.number

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm]:
        form = super().get_form(request, *args, **kwargs)
        text = _("Only a superuser can link a staff account.")
        return _superuser_only(form, request, text, user=lambda account: account.is_staff)

    def save_model(self, request: HttpRequest, patient: Patient, form: Any, change: bool) -> None:
        super().save_model(request, patient, form, change)
        keep_former(request, form, change)


class ImageInline(ShownRows):
    model = ConsultationImage
    fields = readonly_fields = ("link", "image_type", "body_site", "is_primary", "created_at")

    @admin.display(description=_("image"))
    def link(self, image: ConsultationImage) -> SafeString:
        return format_html(
            '<a href="{}"><img src="{}" alt="{}" height="60" loading="lazy"></a>',
            reverse("admin:consultations_consultationimage_change", args=[image.pk]),
            image.thumbnail.url,
            image,
        )


@admin.register(Consultation)
class ConsultationAdmin(VersionedAdmin, FoldedSearch, admin.ModelAdmin):
    """Only superusers may become a consultation's doctor or patient here: these see its images."""

    list_display = ["__str__", "date", "doctor", "status", "images_taken"]
    list_filter = ["status", "images_taken", ("doctor", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["patient__search_key", "patient__file_number", "reason", "diagnosis"]
    date_hierarchy = "date"
    autocomplete_fields = ["patient", "doctor"]
    list_select_related = ["patient", "doctor"]
    readonly_fields = ["images_taken", "created_at", "updated_at"]
    inlines = [ImageInline]

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> type[forms.ModelForm]:
        form, internal_key = super().get_form(request, *args, **kwargs), request.user.pk
        return _superuser_only(
            form,
            request,
            _("Only a superuser can make you its doctor or its patient."),
            doctor=lambda doctor: doctor.pk == internal_key,
            patient=lambda patient: patient.user_id == internal_key,
        )

    def save_model(
        self, request: HttpRequest, consultation: Consultation, form: Any, change: bool
    ) -> None:
        super().save_model(request, consultation, form, change)
        keep_former(request, form, change)

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().change_view(request, object_id, *args, **kwargs)
        if response.status_code == 200 and (shown := self.get_object(request, object_id)):
            record(Action.LISTED, shown, images=shown.images.count(), admin=True)
        return response


@admin.register(ConsultationImage)
class ConsultationImageAdmin(VersionedAdmin, FoldedSearch, StoredImageAdmin):
    list_display = [
        "tile",
        "named",
        "consultation_link",
        "verdict",
        "is_primary",
        "created_at",
    ]
    list_filter = [
        "image_type",
        ("doctor", admin.RelatedOnlyFieldListFilter),
        "is_primary",
        "damaged",
        "laterality",
    ]
    search_fields = [
        "original_filename",
        "sha256",
        "consultation__patient__search_key",
        "consultation__patient__file_number",
    ]
    list_select_related = ["consultation__patient"]
    autocomplete_fields = ["lesion"]
    readonly_fields = ["consultation_link", "uploaded_by", "other_chosen"]
    fields = [
        "consultation_link",
        "image_type",
        "other_chosen",
        "dermoscopic_type",
        "body_site",
        "laterality",
        "body_location",
        "lesion",
        "mirrored",
        "captured_on",
        "description",
        "is_primary",
        *StoredImageAdmin.file_facts,
        "uploaded_by",
    ]

    @admin.display(description=_("type"), ordering="image_type")
    def named(self, image: ConsultationImage) -> str:
        return image.label

    @admin.display(description=_("consultation"), ordering="consultation")
    def consultation_link(self, image: ConsultationImage) -> SafeString:
        url = reverse("admin:consultations_consultation_change", args=[image.consultation_id])
        return format_html('<a href="{}">{}</a>', url, image.consultation)

    def save_model(
        self, request: HttpRequest, image: ConsultationImage, form: Any, change: bool
    ) -> None:
        services.update_image(image, user=request.user, **form.changes)

    # Unlike its doctor's deletion this is final.
    def delete_model(self, request: HttpRequest, image: ConsultationImage) -> None:
        bin.erase_images(ConsultationImage.objects.filter(pk=image.pk))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        bin.erase_images(queryset)
