"""What was seen, written on a photograph: shapes and words beside its pixels, never in them.

The W3C Web Annotation Data Model is the only format, in storage and in the API (w3c.py). Places are
pixels of the original as it stands upright, so that they hold at any zoom, rotation and rendition.
"""
