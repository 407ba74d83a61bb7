from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.trail import Action, record_all
from core.admin import NeverAdded, ShownRows, VersionedAdmin
from core.search import FoldedSearch
from core.templatetags.units import file_size
from imaging.admin import StoredImageAdmin

from .models import Plan, Share, StorageQuota, Tag, UserImage
from .models.images import UserImageQuerySet
from .models.quotas import StorageQuotaQuerySet
from .models.shares import ShareQuerySet
from .services import shares
from .services.images import edit_images
from .services.processing import retry_image
from .services.trash import erase_images
from .staff_tasks import FULL


class ShareInline(ShownRows):
    model = Share
    fields = readonly_fields = ("created_at", "expires_at", "views", "view_limit", "revoked_at")
    show_change_link = True


@admin.register(UserImage)
class UserImageAdmin(VersionedAdmin, FoldedSearch, StoredImageAdmin):
    list_display = [
        "tile",
        "named",
        "owner",
        "status",
        "engine",
        "quality",
        "created_at",
        "deleted_at",
    ]
    list_filter = [
        "status",
        ("user", admin.RelatedOnlyFieldListFilter),
        "engine",
        "quality",
        "damaged",
        "mime_type",
    ]
    search_fields = ["id", "search_key", "title", "original_filename", "sha256", "user__search_key"]
    list_select_related = ["user"]
    actions = ["retry"]
    readonly_fields = [
        "owner",
        "cut_out",
        "status",
        "failure",
        "attempts",
        "processing_since",
        "engine_asked",
        "engine",
        "quality",
        "processing_time",
        "stored",
        "deleted_at",
    ]
    fields = ["title", "is_favorite", *readonly_fields, *StoredImageAdmin.file_facts]
    inlines = [ShareInline]

    @admin.display(description=_("title"), ordering="title")
    def named(self, image: UserImage) -> str:
        return image.title or str(_("Untitled image"))

    @admin.display(description=_("owner"), ordering="user")
    def owner(self, image: UserImage) -> SafeString:
        url = reverse("admin:accounts_user_change", args=[image.user_id])
        return format_html('<a href="{}">{}</a>', url, image.user)

    @admin.display(description=_("image"))
    def tile(self, image: UserImage) -> SafeString:
        url = image.shown_thumbnail.url
        return format_html('<img src="{}" alt="" height="60" loading="lazy">', url)

    @admin.display(description=_("cut-out"), empty_value="–")
    def cut_out(self, image: UserImage) -> SafeString | None:
        if not image.cutout:
            return None
        return format_html(
            '<a href="{}"><img src="{}" alt="" loading="lazy"></a>',
            image.cutout.url,
            image.cutout_thumbnail.url,
        )

    @admin.display(description=_("error"), empty_value="–")
    def failure(self, image: UserImage) -> str | Promise | None:
        return image.failure or None

    @admin.display(description=_("storage used"), ordering="stored_bytes")
    def stored(self, image: UserImage) -> str:
        return file_size(image.stored_bytes)

    @admin.action(permissions=["change"], description=_("Process the selected images again"))
    def retry(self, request: HttpRequest, queryset: UserImageQuerySet) -> None:
        count = 0
        for image in queryset.filter(deleted_at=None):
            retry_image(image)
            count += 1
        text = ngettext("%(count)d image is queued.", "%(count)d images are queued.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def save_model(self, request: HttpRequest, image: UserImage, form: Any, change: bool) -> None:
        parameters = {"title": "title", "is_favorite": "favorite"}
        changes = {parameters[name]: form.cleaned_data[name] for name in form.changed_data}
        edit_images(UserImage.objects.filter(pk=image.pk), **changes)

    # Unlike the owner's deletion this is immediate and final. The blobs follow after commit, and
    # the quota is given back.
    def delete_model(self, request: HttpRequest, image: UserImage) -> None:
        erase_images(UserImage.objects.filter(pk=image.pk))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        erase_images(queryset)


class UseFilter(admin.SimpleListFilter):
    title, parameter_name = _("use"), "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("full", _("almost full"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.at_level(FULL) if self.value() else queryset


# Created with the first image.
@admin.register(StorageQuota)
class StorageQuotaAdmin(NeverAdded, VersionedAdmin, FoldedSearch, admin.ModelAdmin):
    list_display = ["user", "plan", "used", "limit", "image_count", "image_limit", "full"]
    list_filter = ["plan", UseFilter]
    search_fields = ["user__email", "user__full_name", "user__search_key"]
    list_select_related = ["user"]
    readonly_fields = ["user", "used", "image_count", "full"]
    fields = ["user", "plan", "storage_limit", "used", "image_limit", "image_count", "full"]
    actions = [f"to_{plan}" for plan in Plan.values]

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False  # deleted with its owner

    @admin.display(description=_("storage used"), ordering="storage_used")
    def used(self, quota: StorageQuota) -> str:
        return file_size(quota.storage_used)

    @admin.display(description=_("storage limit"), ordering="storage_limit")
    def limit(self, quota: StorageQuota) -> str:
        return file_size(quota.storage_limit)

    @admin.display(description=_("full"))
    def full(self, quota: StorageQuota) -> str:
        return _("%(number)s%%") % {"number": quota.percent}

    def save_model(
        self, request: HttpRequest, quota: StorageQuota, form: Any, change: bool
    ) -> None:
        """A new plan sets its limits, except those that were typed in the same form."""
        if "plan" in form.changed_data:
            typed = {"storage_limit", "image_limit"} & set(form.changed_data)
            for name, limit in zip(
                ("storage_limit", "image_limit"), Plan(quota.plan).limits, strict=True
            ):
                if name not in typed:
                    setattr(quota, name, limit)
        quota.save(update_fields=["plan", "storage_limit", "image_limit"])

    def _change_plan(
        self, request: HttpRequest, queryset: StorageQuotaQuerySet, plan: Plan
    ) -> None:
        storage_limit, image_limit = plan.limits
        with transaction.atomic():
            quotas = list(queryset)
            count = queryset.update(plan=plan, storage_limit=storage_limit, image_limit=image_limit)
            record_all(Action.CHANGED, quotas, admin=True, plan=str(plan))
        text = ngettext(
            "%(count)d quota changed to “%(plan)s”.",
            "%(count)d quotas changed to “%(plan)s”.",
            count,
        )
        values = {"count": count, "plan": plan.label}
        self.message_user(request, text % values, messages.SUCCESS)

    @admin.action(permissions=["change"], description=_("Change the plan to Free"))
    def to_free(self, request: HttpRequest, queryset: StorageQuotaQuerySet) -> None:
        self._change_plan(request, queryset, Plan.FREE)

    @admin.action(permissions=["change"], description=_("Change the plan to Pro"))
    def to_pro(self, request: HttpRequest, queryset: StorageQuotaQuerySet) -> None:
        self._change_plan(request, queryset, Plan.PRO)

    @admin.action(permissions=["change"], description=_("Change the plan to Clinic"))
    def to_clinic(self, request: HttpRequest, queryset: StorageQuotaQuerySet) -> None:
        self._change_plan(request, queryset, Plan.CLINIC)


# Only the owner may be shown a link's token: the admin makes none.
@admin.register(Share)
class ShareAdmin(NeverAdded, FoldedSearch, admin.ModelAdmin):
    list_display = ["created_at", "image", "owner", "expires_at", "views", "revoked_at"]
    list_filter = [
        ("image__user", admin.RelatedOnlyFieldListFilter),
        ("revoked_at", admin.EmptyFieldListFilter),
    ]
    search_fields = ["id", "image__user__search_key"]
    date_hierarchy = "created_at"
    list_select_related = ["image__user"]
    fields = readonly_fields = (
        "image",
        "owner",
        "created_at",
        "expires_at",
        "views",
        "view_limit",
        "has_password",
        "with_original",
        "last_used_at",
        "revoked_at",
    )
    actions = ["revoke"]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        # ?password__startswith= would reveal the hash of a link's password letter by letter.
        hidden = lookup.startswith(("password", "token_hash"))
        return not hidden and super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("owner"), ordering="image__user")
    def owner(self, share: Share) -> User:
        return share.image.user

    @admin.display(description=_("password"), boolean=True)
    def has_password(self, share: Share) -> bool:
        return bool(share.password)

    @admin.action(permissions=["change"], description=_("Revoke the selected links"))
    def revoke(self, request: HttpRequest, queryset: ShareQuerySet) -> None:
        count = shares.revoke(queryset)
        text = ngettext("%(count)d link is revoked.", "%(count)d links are revoked.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(Tag)
class TagAdmin(NeverAdded, FoldedSearch, admin.ModelAdmin):
    list_display = ["name", "owner"]
    search_fields = ["key", "name", "user__search_key"]
    list_select_related = ["user"]
    fields = readonly_fields = ("name", "owner")

    @admin.display(description=_("owner"), ordering="user")
    def owner(self, tag: Tag) -> User:
        return tag.user
