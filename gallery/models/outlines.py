"""The outline of a cut-out: the engine's, and what a person made of it."""

from django.db import models

from core.versions import entity_tag
from imaging.background import Rings

from .images import UserImage


class Outline(models.Model):
    """Closed lines of [x, y], px of the upright original; one inside another is a hole.

    In a table of its own, because no grid and no list shows it.
    """

    image = models.OneToOneField(
        UserImage, models.CASCADE, related_name="outline", primary_key=True, editable=False
    )
    machine = models.JSONField(null=True, editable=False)  # of the engine; null: not traced yet
    drawn = models.JSONField(null=True, editable=False)  # by a person
    # The next run of the queue cuts along `drawn`, instead of looking for the subject.
    is_asked = models.BooleanField(default=False, editable=False)
    # Of the engine's cut-out, while the image has another.
    machine_quality = models.CharField(max_length=10, blank=True, editable=False)
    machine_bytes = models.PositiveBigIntegerField(default=0, editable=False)

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"

    @property
    def rings(self) -> Rings | None:
        """What the cut-out follows, or will after the run that is waiting."""
        rings: Rings | None = self.machine if self.drawn is None else self.drawn
        return rings


def outline_tag(image: UserImage) -> str:
    """The ETag of an image's outline."""
    outline = Outline.objects.filter(pk=image.pk).first()
    drawn = outline.drawn if outline else None
    return entity_tag({"run": image.run, "drawn": drawn and str(drawn)})
