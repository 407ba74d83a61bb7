"""The body map's drawings: every site is somewhere, left is left, and nothing is there twice."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from django.utils.translation import override

from consultations.bodymap import places, svg
from consultations.bodymap.atlas import FIGURES, drawing, growth
from consultations.bodymap.drawing import AXIS
from consultations.vocabulary import BODY_SITES, BodyView, Laterality

pytestmark = pytest.mark.alike
# In the other views the face, the palms or the toes are towards the viewer.
FROM_BEHIND, ONE_SIDE = {"back"}, {"head_left", "head_right"}


@pytest.fixture(params=BodyView)
def view(request):
    return request.param


@cache
def covered(view):
    """(regions, [for each: at which points of a grid it is], those points)."""
    shown, step = drawing(view), 2.0
    xs, ys = np.meshgrid(np.arange(0.7, shown.width, step), np.arange(0.7, shown.height, step))

    def inside(outline):
        found = np.zeros(xs.shape, bool)
        for (ax, ay), (bx, by) in pairwise((*outline, outline[0])):
            if ay != by:
                crosses = ((ay > ys) != (by > ys)) & (xs < (bx - ax) * (ys - ay) / (by - ay) + ax)
                found ^= crosses
        return found

    masks = [np.any([inside(o) for o in region.outlines], axis=0) for region in shown.regions]
    return shown.regions, masks, (xs, ys)


def uppermost(masks):
    """The number of the region that is seen at each point, or -1."""
    seen = np.full(masks[0].shape, -1)
    for number, mask in enumerate(masks):
        seen[mask] = number
    return seen


def test_every_site_of_the_table_is_somewhere():
    """Of a site that the body has twice, each side."""
    drawn = {
        (code, region.side)
        for view in BodyView
        for region in drawing(view).regions
        for code in region.codes
    }
    wanted = {
        (site.code, side)
        for site in BODY_SITES.values()
        for side in (("left", "right") if site.paired else ("",))
    }
    assert drawn == wanted


def test_regions_do_not_overlap(view):
    """Only what is drawn upon another region, such as a nail, hides a part of that."""
    regions, masks, _points = covered(view)
    below = [mask for region, mask in zip(regions, masks, strict=True) if not region.upon]
    assert np.sum(below, axis=0).max() == 1
    # Upon what is upon something: nails, the mouth between the lips, the ear before what is behind.
    hiding = {"770809003", "770805009", "113277000", "1902009"}
    above = [m for r, m in zip(regions, masks, strict=True) if r.upon and r.code not in hiding]
    assert not above or np.sum(above, axis=0).max() <= 1


def test_every_region_is_seen(view):
    """Else nobody could point at it."""
    regions, masks, _points = covered(view)
    seen = {*np.unique(uppermost(masks))}
    assert not [region.code for number, region in enumerate(regions) if number not in seen]


def test_left_and_right_are_the_patients(view):
    """In the front view the patient's right is to the viewer's left; seen from behind it is not."""
    shown = drawing(view)
    if view in ONE_SIDE:
        assert {region.side for region in shown.regions} == {"", view.removeprefix("head_")}
        assert svg.sides(view) == ("", "")
        return
    on_viewers_left = "left" if view in FROM_BEHIND else "right"
    with override("en"):
        assert svg.sides(view)[0] == Laterality(on_viewers_left).label
    regions, masks, (xs, _ys) = covered(view)
    seen = uppermost(masks)
    for number, region in enumerate(regions):
        places_of = xs[seen == number]
        if region.side:
            where = on_viewers_left if places_of.mean() < AXIS else None
            assert region.side == (where or Laterality(on_viewers_left).opposite)
            twin = next(r for r in regions if r.code == region.code and r.side != region.side)
            mirrored = [(2 * AXIS - x, y) for x, y in region.outlines[0]]
            near = {(round(x), round(y)) for x, y in twin.outlines[0]}
            assert all(
                {(round(x + d), round(y + e)) for d in (-1, 0, 1) for e in (-1, 0, 1)} & near
                for x, y in mirrored
            )


def test_the_profiles_look_the_right_way():
    """Whoever looks at the patient's left side sees the nose to the left."""
    for view, before in (("head_left", True), ("head_right", False)):
        nose = next(r for r in drawing(BodyView(view)).regions if r.code == "113179006")
        assert all((x < AXIS) is before for x, _y in nose.outlines[0])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_region_has_a_title(view, language):
    with override(language):
        drawn = str(svg.inside(view, "adult"))
        titles = [svg.title_of(region) for region in drawing(view).regions]
    assert all(f"<title>{title.replace('&', '&amp;')}</title>" in drawn for title in titles)
    word = {"fr": "gauche", "en": "left"}[language]
    sided = [r for r in drawing(view).regions if r.side == "left"]
    assert drawn.count(word) >= len(sided)
    assert "style=" not in drawn, "the content security policy forbids it"


def test_a_child_is_drawn_in_a_childs_proportions():
    def heads(figure):
        curves = [curve.points() for curve in drawing(BodyView.FRONT, figure).outline]
        heights = [[y for _x, y in points] for points in curves]
        head = min(heights, key=min)
        tall = max(map(max, heights)) - min(head)
        return tall / (max(head) - min(head))

    assert [round(heads(figure) * 2) / 2 for figure in FIGURES] == [7.5, 5.5]


def test_a_point_is_the_same_place_on_both_figures(view):
    """A child's mole is where it was when they have grown up."""
    grown = growth(view)
    for region, childs in zip(drawing(view).regions, drawing(view, "child").regions, strict=True):
        assert (region.code, region.side) == (childs.code, childs.side)
        for x, y in region.outlines[0][::3]:
            assert grown.to_adult(*grown.to_child(x, y)) == pytest.approx((x, y), abs=0.6)
    view_of, x, y = places.middle_of("70559009", "left")
    there = places.shown_at(view_of, "child", x, y)
    assert drawing(view_of, "child").at(*there).code == "70559009"


def test_the_middle_of_a_site_lies_in_it():
    for site in BODY_SITES.values():
        for side in ("left", "right", "") if site.paired else ("",):
            view, x, y = places.middle_of(site.code, side)
            region = places.region_at(view, x, y)
            assert site.code in region.codes
            assert side in ("", region.side)
    assert places.middle_of("", "") is None


def test_a_point_on_the_other_side_is_noticed():
    view, x, y = places.middle_of("70559009", "left")
    assert places.is_on_other_side(view, x, y, "right")
    assert places.is_on_other_side(view, 1 - x, y, "left")
    assert not places.is_on_other_side(view, x, y, "left")
    assert not places.is_on_other_side(view, x, y, "bilateral")
    assert not places.is_on_other_side("front", 0.5, 0.3, "left"), "the chest is one site"
    assert not places.is_on_other_side("front", 0.01, 0.01, "left"), "beside the body"
