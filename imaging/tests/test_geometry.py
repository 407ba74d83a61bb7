"""Comparing and measuring, through its process: what is proposed is right, what is not is refused.

A wrong proposal that is accepted shows growth where there is none, or hides it.
"""

import io
import math
import os
import signal

import cv2
import numpy as np
import pytest
from PIL import Image

from imaging import geometry
from imaging.errors import GeometryUnavailable
from imaging.geometry.engine import comparers
from tools import phantoms
from tools.phantoms import places

SIZE = (800, 600)


pytestmark = pytest.mark.usefixtures("geometry_engine")


@pytest.fixture
def fresh_process():
    """A new process for this test, because limits are set when it starts."""
    geometry.close()
    yield
    geometry.close()


@pytest.fixture(scope="module")
def visits():
    """A close-up of a place with a ruler, at a first and a second visit, and one of another."""
    conditions = places.Conditions(kept=0.85, hair=1.0, stretch=0.01)
    place, mole = places.Place(3), phantoms.Lesion(3, "naevus", 5.0)
    poses = [places.Pose(), places.Pose((3.0, -2.0), 0.35, 1.15)]
    look = {"size": SIZE, "conditions": conditions, "ruler": True}
    first, second = (
        place.visit(seed, pose=pose, lesion=mole, **look) for seed, pose in enumerate(poses)
    )
    stranger = places.Place(8).visit(2, lesion=phantoms.Lesion(8, "melanoma", 5.0), **look)
    return first, second, stranger


def file_of(picture, **options):
    """The display rendition as a real file, as storage.fetch leaves it."""
    out = io.BytesIO()
    Image.fromarray(np.asarray(picture)).save(out, "JPEG", quality=94, subsampling=0, **options)
    return file_with(out.getvalue())


def file_with(data):
    file = os.fdopen(os.memfd_create("display"), "w+b")
    file.write(data)
    file.flush()
    return file


def picture_of(drawn, *, times=1, mm_per_px=None):
    """As of an original that is `times` as large as what is shown."""
    picture = getattr(drawn, "picture", drawn)
    width, height = Image.fromarray(np.asarray(picture)).size
    return geometry.Picture(file_of(picture), width * times, height * times, mm_per_px)


def error_of(proposal, truth, outline):
    """px: how far from where it is the proposal puts the surroundings of a lesion, at most."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    reach = (high - low).max()
    middle = (low + high) / 2
    corners = [middle + reach * np.array(way) for way in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return max(
        math.dist(proposal.transform.apply(*corner), truth[:, :2] @ corner + truth[:, 2])
        for corner in corners
    )


def refused(find, *what):
    """The code with which it refuses."""
    with pytest.raises(geometry.Refused) as refusal:
        find(*what)
    return refusal.value.code


class TestAlignment:
    def test_visits_of_one_place_are_aligned(self, visits):
        """Other hair, light, camera; the ruler has moved and must not be what is aligned."""
        first, second, _stranger = visits
        proposal = geometry.propose_alignment(picture_of(first), picture_of(second))
        assert proposal.basis == "skin"
        assert proposal.belief > 0.5
        assert error_of(proposal, places.between(first, second), first.outline) < 3
        assert proposal.transform.turn == pytest.approx(math.degrees(0.35), abs=0.5)
        assert proposal.transform.scale == pytest.approx(1.15, rel=0.01)

    def test_answer_is_in_pixels_of_the_originals(self, visits):
        """The two may have other sizes, and both are shown reduced."""
        first, second, _stranger = visits
        proposal = geometry.propose_alignment(
            picture_of(first, times=2), picture_of(second, times=5)
        )
        truth = places.between(first, second)
        truth = np.column_stack((truth[:, :2] * 5 / 2, truth[:, 2] * 5))
        assert error_of(proposal, truth, first.outline * 2) < 3 * 5

    def test_other_skin_is_refused(self, visits):
        """Both have the same ruler, and a mole in the middle."""
        first, _second, stranger = visits
        pictures = picture_of(first), picture_of(stranger)
        assert refused(geometry.propose_alignment, *pictures) in ("not_believed", "no_match")

    def test_contradicting_scales_are_refused(self, visits):
        """One of the two is wrong: whoever accepts would measure a change that is none."""
        first, second, _stranger = visits
        scales = [1 / first.scale, 1.3 / second.scale]
        pictures = [picture_of(v, mm_per_px=s) for v, s in zip(visits, scales, strict=False)]
        assert refused(geometry.propose_alignment, *pictures) == "scale_differs"
        pictures = [picture_of(v, mm_per_px=1 / v.scale) for v in (first, second)]
        assert geometry.propose_alignment(*pictures).basis == "skin"

    def test_lesion_alone_needs_a_scale(self):
        """On skin that nothing is found again of, a lesion that has grown looks like one from
        nearer by."""
        place, mole = places.Place(10), phantoms.Lesion(10, "angioma", 5.0)
        look = {"size": SIZE, "conditions": places.Conditions(kept=0.0), "lesion": mole}
        first, second = (
            place.visit(seed, pose=places.Pose(turn=0.2 * seed), **look) for seed in (0, 1)
        )
        pictures = [picture_of(first), picture_of(second)]
        assert refused(geometry.propose_alignment, *pictures) == "lesion_only"
        pictures = [picture_of(v, mm_per_px=1 / v.scale) for v in (first, second)]
        proposal = geometry.propose_alignment(*pictures)
        assert proposal.basis == "lesion"
        assert error_of(proposal, places.between(first, second), first.outline) < 4

    def test_pictures_without_texture_are_refused(self):
        """A round spot on level colour, with a sensor's noise: at every turn it is the same."""
        pictures = []
        for seed, at in enumerate(((400, 300), (430, 280))):
            level = np.full((600, 800, 3), (210, 170, 150), np.uint8)
            cv2.circle(level, at, 60, (90, 60, 50), -1)
            noise = np.random.default_rng(seed).normal(0, 3, level.shape)
            pictures.append(picture_of((level + noise).clip(0, 255).astype(np.uint8), mm_per_px=1))
        assert refused(geometry.propose_alignment, *pictures)


class TestRuler:
    def test_ticks_are_found_along_a_sloppy_line(self, visits):
        """People do not follow a ruler to the pixel, and a display is smaller than its original."""
        first, *_others = visits
        start, end = 3 * first.ruler + ((0, 8), (0, -8))
        line = tuple(start), tuple(end)
        found = geometry.find_ticks(picture_of(first, times=3), *line)
        assert found.period == pytest.approx(3 * first.scale, rel=0.01)
        assert found.count > 25
        assert 0 < found.uncertainty < 0.01 * found.period

    def test_skin_has_no_ticks(self, visits):
        first, *_others = visits
        line = (60, 100), (740, 130)
        assert refused(geometry.find_ticks, picture_of(first), *line) == "no_ticks"

    @pytest.mark.parametrize("end", [(60.2, 100), (900, 100), (60, -1), (math.nan, 100)])
    def test_impossible_line_is_an_error(self, visits, end):
        with pytest.raises(ValueError, match="not a line"):
            geometry.find_ticks(picture_of(visits[0]), (60, 100), end)


class TestOutline:
    def test_outline_of_a_mole(self, visits):
        first, *_others = visits
        found = geometry.find_outline(picture_of(first, times=2))
        assert len(found.points) <= 200
        assert found.area == pytest.approx(4 * first.area_mm2 * first.scale**2, rel=0.15)
        assert found.diameter == pytest.approx(2 * first.longest_mm * first.scale, rel=0.1)
        middle = np.mean(found.points, axis=0) / 2
        assert math.dist(middle, first.outline.mean(axis=0)) < 5

    def test_bare_skin_has_none(self):
        bare = picture_of(np.full((300, 400, 3), (210, 170, 150), np.uint8))
        assert refused(geometry.find_outline, bare) == "no_outline"


class TestField:
    @pytest.mark.parametrize(("cut", "times"), [(0, 1), (0, 3), (24, 2)])
    def test_round_field_is_found_closely(self, cut, times):
        """Whoever accepts it measures with it: its width is a device's millimetres."""
        drawn = phantoms.dermoscopy(3, size=(800, 600), lesion=phantoms.Lesion(3))
        shown = np.asarray(drawn)[cut : 600 - cut]  # a camera may cut it off above and below
        picture = geometry.Picture(file_of(shown), 800 * times, (600 - 2 * cut) * times)
        circle = geometry.find_field(picture)
        assert circle.radius == pytest.approx(0.485 * 600 * times, rel=0.002)
        assert (circle.x, circle.y) == pytest.approx((400 * times, (300 - cut) * times), abs=times)
        assert 0 < circle.edge < 0.01 * circle.radius

    def test_close_up_has_none(self, visits):
        assert refused(geometry.find_field, picture_of(visits[0])) == "no_field"


class TestProcess:
    @pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff no picture", b"GIF89a"])
    def test_what_is_no_rendition_is_unreadable(self, data, visits):
        broken = geometry.Picture(file_with(data or b" "), *SIZE)
        pictures = picture_of(visits[0]), broken
        assert refused(geometry.propose_alignment, *pictures) == "unreadable"

    def test_rendition_of_another_original_is_unreadable(self, visits):
        """Its answers would be in the pixels of neither."""
        wrong = geometry.Picture(file_of(visits[0].picture), 600, 600)
        assert refused(geometry.propose_alignment, wrong, wrong) == "unreadable"

    def test_processor_time_is_limited(self, visits, settings):
        settings.GEOMETRY_SECONDS = 0.02
        pictures = [picture_of(visit) for visit in visits[:2]]
        assert refused(geometry.propose_alignment, *pictures) == "too_heavy"

    def test_memory_is_limited_and_the_process_survives(self, settings, fresh_process):
        settings.GEOMETRY_MEMORY = 180_000_000
        large = geometry.Picture(file_of(np.full((4000, 4900, 3), 200, np.uint8)), 4900, 4000)
        assert refused(geometry.find_ticks, large, (10, 10), (4000, 10)) == "too_heavy"
        assert comparers().idle[0].process.poll() is None

    def test_no_process_is_unavailable(self, settings, visits, fresh_process):
        settings.GEOMETRY_MEMORY = 1_000_000
        with pytest.raises(GeometryUnavailable):
            geometry.find_outline(picture_of(visits[0]))

    def test_killed_process_refuses_one_request(self, visits):
        with pytest.raises(geometry.Refused):
            geometry.find_outline(picture_of(np.zeros((300, 400, 3), np.uint8)))
        victim = comparers().idle[0].process
        os.kill(victim.pid, signal.SIGSTOP)
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait()
        assert geometry.find_outline(picture_of(visits[0])).area > 0

    @pytest.mark.parametrize(
        "wrong",
        [
            {"transform": geometry.Similarity(math.inf, 0, 0, 0)},
            {"basis": "magic"},
            {"belief": 2.0},
            {"inliers": -1},
        ],
    )
    def test_impossible_reply_is_an_error(self, wrong):
        """A process that was taken over may send anything."""
        lying = geometry.Similarity(1, 0, 0, 0)
        facts = {"basis": "skin", "belief": 0.9, "inliers": 40, "windows": 9, "residual": 0.5}
        facts["transform"] = lying
        assert geometry.Proposal(**facts).transform == lying
        with pytest.raises(ValueError, match="impossible"):
            geometry.Proposal(**facts | wrong)

    def test_unknown_refusal_is_an_error(self):
        with pytest.raises(ValueError, match="no such"):
            geometry.Refused("nonsense")

    @pytest.mark.parametrize("radius", [0.0, -1.0, math.nan, math.inf, "9", True])
    def test_impossible_field_is_an_error(self, radius):
        with pytest.raises(ValueError, match="impossible"):
            geometry.Circle(9.0, 9.0, radius, 1.0)
