"""Sizes in photographs: the scale of an image, what is measured in it, and how sure a figure is."""
