"""The body map: views of a body without sex or age, drawn here, whose regions are the table's sites.

`curves` are lines; `drawing` is what a view is made of; `front`, `back`, `face`, `profile`, `hands`
and `feet` draw them, by hand, as numbers; `child` stretches them; `atlas` has them all; `places`
finds sites and points; `svg` writes them. Left and right are always the patient's.
"""
