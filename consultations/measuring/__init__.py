"""What a distance, an outline, a growth amounts to, and how far each figure may be off.

Pure functions of points in the pixels of an upright original (imaging.geometry says how they are
counted). Every figure has a margin: what lies within it is no difference. It is made of how exactly
a person points, how exactly an edge can be seen, and how exactly the scale is known. Perspective
is not corrected: a figure holds for the plane and the distance of what gave the scale.
"""

from .growth import Growth, growth
from .scale import MeasureRefused, Scale, check_inside
from .shapes import (
    POINTING,
    Ellipse,
    Measured,
    area,
    largest_diameter,
    length,
    perimeter,
    size_of_area,
)

__all__ = [
    "POINTING",
    "Ellipse",
    "Growth",
    "MeasureRefused",
    "Measured",
    "Scale",
    "area",
    "check_inside",
    "growth",
    "largest_diameter",
    "length",
    "perimeter",
    "size_of_area",
]
