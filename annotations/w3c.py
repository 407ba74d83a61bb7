"""Annotations as W3C Web Annotation JSON (https://www.w3.org/TR/annotation-model/).

Of the model, what is said about one region of one picture: a text (`TextualBody` with the purpose
`commenting`), a category (`classifying`, by its code), a shape as the target's selector, and the
patient as its `audience` where it is shared with them. Written alone it is what is stored; pages
and the API add who, when and of which picture.
"""

from dataclasses import dataclass
from typing import Any

from .shapes import Shape, read_selector, write_selector

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
PATIENT = "schema:Patient"  # of schema.org, a prefix that the context declares
COMMENTING, CLASSIFYING = "commenting", "classifying"
MOST_TEXT = 2000  # characters


@dataclass(frozen=True, slots=True)
class Content:
    """What somebody says and where; `category` is a code, or ""."""

    shape: Shape
    text: str = ""
    category: str = ""
    shared: bool = False


def write(content: Content) -> dict[str, Any]:
    """The document that is stored."""
    bodies = []
    if content.text:
        text = {"purpose": COMMENTING, "format": "text/plain", "value": content.text}
        bodies.append({"type": "TextualBody", **text})
    if content.category:
        bodies.append({"type": "TextualBody", "purpose": CLASSIFYING, "value": content.category})
    document: dict[str, Any] = {
        "@context": CONTEXT,
        "type": "Annotation",
        "motivation": COMMENTING,
        "body": bodies,
        "target": {"selector": write_selector(content.shape)},
    }
    return document | ({"audience": {"type": PATIENT}} if content.shared else {})


def read(document: dict[str, Any]) -> Content:
    """What a stored document says."""
    texts = {body["purpose"]: body["value"] for body in document["body"]}
    return Content(
        shape=read_selector(document["target"]["selector"]),
        text=texts.get(COMMENTING, ""),
        category=texts.get(CLASSIFYING, ""),
        shared="audience" in document,
    )


def text_of(document: dict[str, Any]) -> str:
    """What a stored document says in words."""
    texts = (body["value"] for body in document["body"] if body["purpose"] == COMMENTING)
    return next(texts, "")


def page(items: list[dict[str, Any]], address: str) -> dict[str, Any]:
    """All annotations of one picture, as an AnnotationPage; `address` is its IRI."""
    collection = {"id": address, "type": "AnnotationCollection", "total": len(items)}
    return {
        "@context": CONTEXT,
        "id": f"{address}?page=1",
        "type": "AnnotationPage",
        "partOf": collection,
        "startIndex": 0,
        "items": items,
    }
