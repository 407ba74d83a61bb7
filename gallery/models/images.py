"""Gallery images and their tags."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.models import Kind
from audit.subjects import audited
from consultations.models.access import Viewer
from core.search import matching_words, search_key
from core.versions import entity_tag
from imaging import background, storage
from imaging.models import FILE_CONSTRAINTS, IN_BIN, LIVE, StoredImage, processed, thumbnails
from imaging.storage.zip import file_name
from jobs.models import JOB_CONSTRAINTS, Job, JobQuerySet

from ..failures import FAILURES

TITLE_LENGTH, TAG_LENGTH = 200, 40  # characters
MAX_TAGS = 10  # of an image
SEARCH_KEY_BYTES = 2400  # bytes: PostgreSQL refuses a row of an index longer than 2704
MAX_IMAGES = 1000  # images of one request


class UserImageQuerySet(JobQuerySet):
    IN_ORDER = ("created_at", "pk")
    # After `with_tag`: the same order, from the tag's own index.
    BY_TAG = ("tagged_at", "tagged_id")

    def visible_to(self, user: Viewer) -> Self:
        """The user's own images, except deleted ones."""
        return self.filter(LIVE, user_id=user.pk) if user.is_active else self.none()

    editable_by = visible_to

    def deleted_by(self, user: Viewer) -> Self:
        """The user's own images in the bin, which can still be restored."""
        return self.filter(IN_BIN, user_id=user.pk) if user.is_active else self.none()

    def search(self, words: str) -> Self:
        """Images with every word in title or tags, in any order, ignoring accents and case."""
        return matching_words(self, words)

    def with_tag(self, tag: "Tag") -> Self:
        """Images with this tag. Ordered by BY_TAG, a page reads only as many rows as it shows."""
        return self.filter(tagged__tag=tag).annotate(
            tagged_at=models.F("tagged__image_created_at"), tagged_id=models.F("tagged__image_id")
        )

    def due(self) -> Self:
        """Jobs that are due, except images in the bin."""
        return super().due().filter(LIVE)


class UserImage(Job, StoredImage):
    """One image: the upload and its cut-out. Its status is its place in the queue
    (services/processing.py)."""

    class Quality(models.TextChoices):
        """How certain the cut-out's edge is, which is no judgement of where the edge runs."""

        EXCELLENT = "excellent", pgettext_lazy("certainty", "High")
        GOOD = "good", pgettext_lazy("certainty", "Medium")
        FAIR = "fair", pgettext_lazy("certainty", "Low")
        BY_HAND = background.BY_HAND, _("Not judged: corrected by hand")

    class Engine(models.TextChoices):
        AUTO = "auto", _("Automatic")
        GENERAL = "general", _("General (any image)")
        LESION = "lesion", _("Lesion (dermoscopy)")

    BLOB_FIELDS = (
        *StoredImage.BLOB_FIELDS,
        *("cutout", "cutout_thumbnail", "machine_cutout", "machine_thumbnail"),
    )

    id = models.UUIDField(primary_key=True, default=storage.new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="gallery",
        verbose_name=_("owner"),
        db_index=False,
        editable=False,
    )
    uploaded_by = None  # type: ignore[assignment]  # the owner
    title = models.CharField(_("title"), max_length=TITLE_LENGTH, blank=True)
    tags: models.ManyToManyField = models.ManyToManyField(
        "Tag", through="ImageTag", verbose_name=_("tags")
    )
    is_favorite = models.BooleanField(_("favorite"), default=False)
    search_key = models.CharField(max_length=SEARCH_KEY_BYTES, blank=True, editable=False)

    cutout = models.FileField(
        _("cut-out"), storage=processed, max_length=255, blank=True, editable=False
    )
    cutout_thumbnail = models.FileField(
        _("thumbnail of the cut-out"),
        storage=thumbnails,
        max_length=255,
        blank=True,
        editable=False,
    )
    # While the cut-out follows an outline of a person: the engine's, to go back to. Nullable:
    # SQLite adds such a column in place.
    machine_cutout = models.FileField(
        storage=processed, max_length=255, null=True, blank=True, editable=False
    )
    machine_thumbnail = models.FileField(
        storage=thumbnails, max_length=255, null=True, blank=True, editable=False
    )
    # What counts against the quota: original, cut-outs and their thumbnails.
    stored_bytes = models.PositiveBigIntegerField(_("storage used (bytes)"), editable=False)
    source_bytes = models.PositiveBigIntegerField(editable=False)  # without cut-outs

    engine_asked = models.CharField(
        _("requested engine"), max_length=10, choices=Engine, default=Engine.AUTO, editable=False
    )
    dermoscopic = models.BooleanField(_("dermoscopy"), null=True, editable=False)
    engine = models.CharField(
        _("engine"), max_length=10, choices=Engine, blank=True, editable=False
    )
    quality = models.CharField(
        _("edge certainty"), max_length=10, choices=Quality, blank=True, editable=False
    )
    processing_time = models.PositiveIntegerField(
        _("processing time (ms)"), null=True, editable=False
    )
    run = models.PositiveSmallIntegerField(default=1, editable=False)  # 2: after a retry

    # Not columns: what a page or the API shows besides them, set on the rows of one request.
    tag_names: list[str]
    is_public: bool  # a shared link would open it now
    took: float | None  # seconds of processing
    seconds: int | None  # since processing began
    tile: dict[str, str]  # of the grid (views/tiles.py)

    objects = UserImageQuerySet.as_manager()
    audited = audited(Kind.GALLERY_IMAGE, owner_id="user_id")

    class Meta(StoredImage.Meta):
        verbose_name = _("gallery image")
        verbose_name_plural = _("gallery images")
        ordering = ["-created_at", "-pk"]
        indexes = [
            # With search_key the search reads only the index, not a hundred thousand rows.
            models.Index(
                fields=["user", "-created_at", "-id", "search_key"],
                condition=LIVE,
                name="userimage_in_order",
            ),
            models.Index(
                fields=["user", "-created_at", "-id"],
                condition=LIVE & Q(is_favorite=True),
                name="userimage_favorites",
            ),
            models.Index(
                fields=["user", "status", "-created_at", "-id"],
                condition=LIVE,
                name="userimage_by_status",
            ),
            models.Index(
                fields=["due_at"], condition=Q(due_at__isnull=False), name="userimage_due"
            ),
            models.Index(fields=["deleted_at"], condition=~LIVE, name="userimage_deleted"),
        ]
        constraints = [
            *FILE_CONSTRAINTS,
            *JOB_CONSTRAINTS,
            models.UniqueConstraint(
                fields=["user", "idempotency_key"], name="%(class)s_one_per_idempotency_key"
            ),
            models.CheckConstraint(
                condition=~Q(status="ready") | ~Q(cutout=""), name="%(class)s_ready_has_a_result"
            ),
            models.CheckConstraint(
                condition=Q(stored_bytes__gt=0), name="%(class)s_stored_bytes_positive"
            ),
        ]

    @property
    def shown_title(self) -> str:
        """The title, or a placeholder."""
        return self.title or str(_("Untitled image"))

    @property
    def failure(self) -> str | Promise:
        """Why processing failed, for a person to read; "" if it did not."""
        return FAILURES.get(self.error, FAILURES["gave_up"]) if self.error else ""

    @property
    def shown_thumbnail(self) -> FieldFile:
        """The cut-out's thumbnail, or the original's until there is one."""
        return self.cutout_thumbnail or self.thumbnail

    def entity_tag(self, tag_names: list[str]) -> str:
        """The ETag of the fields that its owner can edit; `tag_names` in alphabetical order."""
        edited = {"title": self.title, "tags": tag_names, "is_favorite": self.is_favorite}
        return entity_tag(edited)

    def file_name(self, suffix: str) -> str:
        """The name under which one of its files is downloaded: its title, or the uploaded name."""
        return file_name(self.title or self.original_filename, suffix)

    @property
    def has_result(self) -> bool:
        """Whether there is a cut-out, maybe of an earlier run (jobs.queue)."""
        return bool(self.cutout)

    @property
    def processed_url(self) -> str | None:
        """The signed URL of the cut-out, or None."""
        return self.cutout.url if self.cutout else None

    def update_search_key(self, tags: Iterable[str]) -> None:
        """Set `search_key` from the title and the names of its tags; the caller saves it."""
        key = search_key(self.title, *tags).encode()[:SEARCH_KEY_BYTES]
        self.search_key = key.decode(errors="ignore")


def tag_key(name: str) -> str:
    """The form in which "Suivi" and "suivi" are the same tag. Cut to the column, because a ligature
    of a whole phrase is written out."""
    return search_key(name)[: 4 * TAG_LENGTH]


class Tag(models.Model):
    """A word that belongs to one user; nobody else is offered it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=TAG_LENGTH)
    key = models.CharField(max_length=4 * TAG_LENGTH, editable=False)  # "Suivi" and "suivi" are one

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="tag_one_per_user_and_word")
        ]

    def __str__(self) -> str:
        return self.name


class ImageTag(models.Model):
    """A tag of an image, with a copy of the image's date for the index; that date never changes."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="+", db_index=False)
    image = models.ForeignKey(UserImage, models.CASCADE, related_name="tagged")
    image_created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["tag", "-image_created_at", "-image"], name="imagetag_in_order")
        ]
        constraints = [
            models.UniqueConstraint(fields=["image", "tag"], name="imagetag_once"),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} {self.image_id}"
