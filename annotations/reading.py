"""What is written on an image, as pages show it: to whom, and what each reader may do with it."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.models import ConsultationImage
from core.versions import entity_tag

from . import w3c
from .models import Annotation, AnnotationVersion, Category
from .shapes import Kind


def etag_of(row: Annotation) -> str:
    return entity_tag({"annotation": row.pk, "version": row.version})


@dataclass(frozen=True, slots=True)
class State:
    """One state of an annotation in words: now, or once."""

    kind: str
    category: str
    text: str
    shared: bool
    who: str
    when: Any
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One annotation in a list. `own`: the reader wrote it, or nobody who is still there did."""

    row: Annotation
    number: int
    now: State
    own: bool
    former: list[State]  # the latest first; empty where the reader may not see them

    @property
    def document(self) -> str:
        """As the viewer reads it (static/js/components/viewer/annotating/w3c.js)."""
        document = {name: self.row.document[name] for name in ("body", "target")}
        return json.dumps(document | ({"audience": True} if self.row.is_shared else {}))

    @property
    def etag(self) -> str:
        return etag_of(self.row)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of one image that a reader may see, and those that are gone."""

    entries: list[Entry]
    deleted: list[Entry]
    editable: bool

    @property
    def authors(self) -> list[tuple[str, str]]:
        """(key, name) of those who wrote; "0" for whose account is gone."""
        return [*dict.fromkeys((_author_key(each.row), each.now.who) for each in self.entries)]

    @property
    def categories(self) -> list[tuple[str, str]]:
        """(code, name) of those that are about something, in the practice's order."""
        used = {each.row.category for each in self.entries if each.row.category}
        return [
            (one.code, str(one)) for one in sorted(used, key=lambda one: (one.position, one.pk))
        ]

    @property
    def offered(self) -> list[Category]:
        """The categories of new ones."""
        return [*Category.objects.filter(active=True)]


def sheet_of(image: ConsultationImage, user: User, *, former: bool = False) -> Sheet:
    """What `user` may see of what is written on `image`; with `former`, for its doctor what it was
    before and what was deleted."""
    editable = ConsultationImage.objects.editable_by(user).filter(pk=image.pk).exists()
    rows = Annotation.objects.visible_to(user).filter(image=image)
    shown = [*rows.select_related("author", "category", "image")]
    gone: list[Annotation] = []
    once: dict[int, list[State]] = {}
    if former and editable:
        deleted = Annotation.all_rows.filter(image=image).exclude(deleted_at=None)
        gone = [*deleted.select_related("author", "category", "image")]
        once = _former(image)
    entries = [
        Entry(row, number, _now(row), row.author_id in (None, user.pk), once.get(row.pk, []))
        for number, row in enumerate([*shown, *gone], start=1)
    ]
    return Sheet(entries[: len(shown)], entries[len(shown) :], editable)


def _author_key(row: Annotation) -> str:
    return str(row.author_id or 0)


def _name(person: User | None) -> str:
    return person.get_short_name() if person else _("account deleted")


def _now(row: Annotation) -> State:
    text = w3c.text_of(row.document)
    category = str(row.category or "")
    who, when = _name(row.author), row.created_at
    return State(row.get_kind_display(), category, text, row.is_shared, who, when)


def _former(image: ConsultationImage) -> dict[int, list[State]]:
    """{annotation's key: its states, the latest first}, of those that were changed."""
    names = {one.code: str(one) for one in Category.objects.all()}
    versions = AnnotationVersion.objects.filter(annotation__image=image)
    states: dict[int, list[State]] = {}
    for version in versions.select_related("changed_by").order_by("-number"):
        states.setdefault(version.annotation_id, []).append(_state(version, names))
    return {key: found for key, found in states.items() if len(found) > 1}


def _state(version: AnnotationVersion, names: dict[str, str]) -> State:
    who, when = _name(version.changed_by), version.created_at
    if version.document is None:
        return State("", "", "", False, who, when, deleted=True)
    content = w3c.read(version.document)
    kind = Kind(content.shape.kind).label
    category = names.get(content.category, content.category)
    return State(str(kind), category, content.text, content.shared, who, when)


def annotated(keys: Collection[int] | QuerySet[Any, Any], user: User) -> set[int]:
    """Those of these images (their keys, or a query of them) on which there is something that
    `user` may see."""
    rows = Annotation.objects.visible_to(user).filter(image__in=keys)
    return {*rows.order_by().values_list("image_id", flat=True)}
