"""The base of the admin pages of both image tables."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.trail import Action, record, record_all
from core.admin import NeverAdded
from core.templatetags.dates import moment
from core.templatetags.units import file_size

from . import lifecycle
from .models import CapturedFrom, StoredImage


class StoredImageAdmin(NeverAdded, admin.ModelAdmin):
    """Thumbnails in lists, file facts read-only, no widget that would build an unsigned URL. The
    admin adds none: an image needs blobs, which only services store."""

    date_hierarchy = "created_at"
    actions = ["verify_originals"]
    file_facts = [
        "picture",
        "original_filename",
        "download",
        "mime_type",
        "size",
        "dimensions",
        "sha256",
        "captured",
        "camera_model",
        "verdict",
        "damaged",
        "created_at",
        "updated_at",
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [*super().get_readonly_fields(request, obj), *self.file_facts]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().changelist_view(request, *args, **kwargs)
        if changelist := getattr(response, "context_data", {}).get("cl"):
            record_all(Action.LISTED, changelist.result_list, admin=True)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().change_view(request, object_id, *args, **kwargs)
        # A form with an error in it shows the picture again, too.
        if response.status_code == 200 and (image := self.get_object(request, object_id)):
            record(Action.VIEWED, image, admin=True)
        return response

    @admin.display(description=_("image"))
    def tile(self, image: Any) -> SafeString:
        return format_html('<img src="{}" alt="" height="60" loading="lazy">', image.thumbnail.url)

    @admin.display(description=_("image"))
    def picture(self, image: StoredImage) -> SafeString:
        return format_html(
            '<a href="{}"><img src="{}" alt="" loading="lazy"></a>',
            image.display.url,
            image.thumbnail.url,
        )

    @admin.display(description=_("original"))
    def download(self, image: StoredImage) -> SafeString:
        return format_html('<a href="{}">{}</a>', image.download_url, _("Download"))

    @admin.display(description=_("file size"), ordering="file_size")
    def size(self, image: StoredImage) -> str:
        return file_size(image.file_size)

    @admin.display(description=_("captured"))
    def captured(self, image: StoredImage) -> str | None:
        if not image.captured_clock:
            return None
        clock = moment(image.captured_clock)
        return f"{clock} ({CapturedFrom(image.captured_source).label})"

    @admin.display(description=_("dimensions"))
    def dimensions(self, image: StoredImage) -> str:
        return f"{image.width} × {image.height} px"

    @admin.display(description=_("sharpness and exposure"), empty_value="–")
    def verdict(self, image: StoredImage) -> str | None:
        """The verdict, and behind it the figures that it comes from."""
        verdict = image.verdict
        if not verdict:
            return None
        words = ", ".join(str(reason) for reason in verdict.reasons) or str(_("Good"))
        if image.sharpness is None or image.exposure is None:
            return words
        return _("%(verdict)s (sharpness %(sharpness)s, clipped %(clipped)s%%)") % {
            "verdict": words,
            "sharpness": number_format(image.sharpness, 2),
            "clipped": number_format(100 * abs(image.exposure), 1),
        }

    @admin.action(description=_("Verify the originals of the selected images"))
    def verify_originals(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Hash the selected originals again and report those that are not as received."""
        problems = list(lifecycle.verify(queryset))
        for image, problem in problems:
            self.message_user(request, f"{image}: {problem}", messages.ERROR)
        if not problems:
            count = queryset.count()
            text = ngettext(
                "%(count)d original is as received.", "%(count)d originals are as received.", count
            )
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
