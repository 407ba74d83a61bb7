"""The demo's scales and sizes, so that a lesion's page has a plot from the beginning."""

from consultations.measuring.measurements import add_measurement
from consultations.measuring.scales import set_scale
from consultations.models import Device

from . import marks


def make(pictures, doctor):
    """Give each image of `pictures`, [(image, marks.Marks)], the scale that it shows, and measure
    its lesion. A close-up without a ruler stays in pixels."""
    device = Device.objects.create(name="medicam 1000", field_mm=round(marks.FIELD_MM, 2))
    for image, placed in pictures:
        known = {"image": image.pk, "user": doctor}
        if placed.ruler:
            set_scale(method="ruler", points=placed.ruler, millimetres=marks.RULER_MM, **known)
        if placed.field:
            set_scale(method="field", points=placed.field, device=device, **known)
        if placed.lesion:
            add_measurement(kind="length", points=placed.lesion, **known)
