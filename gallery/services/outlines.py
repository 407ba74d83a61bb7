"""What a run of the queue does with an image's outline; what people do: `correction`."""

from imaging.background import Cutout, Rings

from ..models import Outline, UserImage

Blob = tuple[str, str]  # (container, name)


def rings_to_follow(image: UserImage) -> Rings | None:
    """The outline of a person that this run cuts along; None where the engine looks for one."""
    outline = Outline.objects.filter(pk=image.pk, is_asked=True).first()
    return outline.drawn if outline else None


def cutout_blobs(row: UserImage) -> list[Blob]:
    """The cut-out that is shown, and its thumbnail."""
    return _blobs(row.cutout, row.cutout_thumbnail)


def machine_blobs(row: UserImage) -> list[Blob]:
    """The engine's, while another is shown."""
    return _blobs(row.machine_cutout, row.machine_thumbnail)


def _blobs(cutout: object, thumbnail: object) -> list[Blob]:
    fields = (("processed", cutout), ("thumbnails", thumbnail))
    return [(container, str(field)) for container, field in fields if field]


def keep_machine(row: UserImage) -> list[Blob]:
    """A cut-out along a person's outline takes the place of the one shown: of the locked row, keep
    the engine's to go back to. Returns its blobs."""
    outline = row.outline
    if not row.machine_cutout:
        row.machine_cutout, row.machine_thumbnail = row.cutout.name, row.cutout_thumbnail.name
        outline.machine_quality = row.quality
        outline.machine_bytes = row.stored_bytes - row.source_bytes
    outline.is_asked = False
    outline.save(update_fields=["machine_quality", "machine_bytes", "is_asked"])
    return machine_blobs(row)


def forget_machine(row: UserImage, cutout: Cutout) -> None:
    """The engine's new cut-out takes the place of all others of the locked row."""
    row.engine, row.processing_time = cutout.engine, cutout.milliseconds
    row.machine_cutout = row.machine_thumbnail = None
    facts: dict[str, object] = {"machine": cutout.outline, "drawn": None, "is_asked": False}
    facts |= {"machine_quality": "", "machine_bytes": 0}
    row.outline, _created = Outline.objects.update_or_create(image=row, defaults=facts)
