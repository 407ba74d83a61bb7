"""Sharpness and exposure: a wrong "poor" costs a retake and the clinician's trust, a wrong "good"
is noticed when the patient has left.

The scenes are not those from which the thresholds were derived (`tools/bench/quality.py`).
"""

import re

import numpy as np
import pytest
from django.conf import settings
from PIL import Image, ImageFilter

from imaging import quality
from imaging.tests.test_colour import renditions_of
from tools import phantoms
from tools.bench import degrade
from tools.bench.quality import CAMERAS, scene

HELD_OUT = (0, 1, 2, 7, 15)  # three views; the last two without a lesion
GOOD_CAMERA = CAMERAS[0][1]


@pytest.fixture(scope="module")
def scenes():
    return [scene(number, first_seed=900)[1] for number in HELD_OUT]


@pytest.fixture(scope="module")
def close_up(scenes):
    return scenes[0]


@pytest.fixture(scope="module")
def dermoscopy(scenes):
    return scenes[1]


def verdict_for(linear, **camera):
    picture = degrade.picture(linear, **(camera or GOOD_CAMERA))
    return quality.Verdict.of(*quality.measure(picture))


def skin_scene(phototype, **options):
    return degrade.light(phantoms.macro(950, size=(960, 720), phototype=phototype, **options))


@pytest.mark.parametrize("camera", [camera for _, camera in CAMERAS], ids=lambda c: str(c))
def test_focus_decides_between_good_and_poor(scenes, camera):
    for linear in scenes:
        for kernel in (None, degrade.gaussian(0.5)):
            result = verdict_for(degrade.blurred(linear, kernel), **camera)
            assert not {"blurred", "soft"} & set(result.codes)
        for kernel in (degrade.gaussian(3), degrade.disc(6)):
            result = verdict_for(degrade.blurred(linear, kernel), **camera)
            assert result.level == "poor"
            assert result.codes[0] == "blurred"
            assert all(map(str, result.reasons))


def test_more_blur_gives_lower_sharpness(scenes):
    for linear in scenes:
        figures = [
            quality.measure(degrade.picture(degrade.blurred(linear, kernel), **GOOD_CAMERA))[0]
            for kernel in (None, *map(degrade.gaussian, (0.8, 1.5, 3)))
        ]
        assert figures == sorted(figures, reverse=True)


def test_increasing_blur_goes_from_good_through_acceptable_to_poor(close_up):
    """Slight blur has its own level: the clinician decides whether the picture will do."""
    verdicts = [
        verdict_for(degrade.blurred(close_up, degrade.gaussian(sigma)))
        for sigma in np.arange(1.0, 2.2, 0.15)
    ]
    levels = [verdict.level for verdict in verdicts]
    assert levels == sorted(levels, key=("good", "acceptable", "poor").index)
    assert set(levels) == {"good", "acceptable", "poor"}
    assert {verdict.codes for verdict in verdicts} == {(), ("soft",), ("blurred",)}


@pytest.mark.parametrize("contrast", [0.6, 0.3])
def test_plain_skin_in_focus_is_good(scenes, contrast):
    """Skin texture is faint: a measure of contrast would refuse every picture of plain skin."""
    for linear in scenes[3:]:
        faint = linear.mean(axis=(0, 1)) * (1 - contrast) + linear * np.float32(contrast)
        assert verdict_for(faint).level == "good"


def test_sharp_lesion_in_soft_surroundings_is_good(scenes):
    """Close-ups have little depth of field: a mean over the frame would call them blurred."""
    for linear in scenes[:3]:
        assert verdict_for(degrade.lesion_alone(linear, degrade.gaussian(4), 0.25)).level == "good"


@pytest.mark.parametrize(
    "camera", [{"noise": 8.0}, {"noise": 3.0, "jpeg": 40}, {"noise": 0.0, "jpeg": 25}], ids=str
)
def test_noise_and_compression_do_not_count_as_detail(scenes, camera):
    """Otherwise noise in dim light or compression blocks make a blurred picture pass."""
    for linear in scenes:
        degraded = degrade.blurred(linear, degrade.gaussian(3))
        assert "blurred" in verdict_for(degraded, **camera).codes


@pytest.mark.parametrize("degrees", [0, 45, 90, 135])
def test_motion_blur_in_one_direction_is_detected(scenes, degrees):
    """Across the motion everything is sharp, so a mean over directions would say good. (Not in
    every close-up: hair along the motion hides some of it, see docs/quality.md.)"""
    for linear in scenes[1:4]:
        degraded = degrade.blurred(linear, degrade.shake(12, degrees))
        assert verdict_for(degraded).codes == ("blurred",)


def test_sharpness_does_not_depend_on_size():
    """A display rendition, its reductions and intake's own sizes must get the same verdict."""
    overview = phantoms.overview(951, size=(1920, 1440))
    for large in (overview, overview.filter(ImageFilter.GaussianBlur(3))):
        pictures = [large.resize(size) for size in ((960, 720), (1199, 899), (1900, 1425))]
        figures = [quality.measure(picture)[0] for picture in (large, *pictures)]
        assert max(figures) < 1.2 * min(figures)


def test_small_pictures_are_judged_by_their_own_pixels(close_up):
    small = Image.fromarray(np.asarray(degrade.picture(close_up))).reduce(3)
    assert quality.Verdict.of(*quality.measure(small)).level == "good"
    blurred = degrade.picture(degrade.blurred(close_up, degrade.gaussian(9))).reduce(3)
    assert quality.Verdict.of(*quality.measure(blurred)).level == "poor"


@pytest.mark.parametrize("phototype", range(1, 7))
def test_every_phototype_is_well_exposed(phototype):
    """Dark skin is not an underexposed picture."""
    result = verdict_for(
        skin_scene(phototype, lesion=phantoms.Lesion(950, "melanoma", 10), ruler=True)
    )
    assert not {"overexposed", "underexposed"} & set(result.codes)


@pytest.mark.parametrize("phototype", range(1, 7))
def test_dark_picture_is_underexposed(phototype):
    result = verdict_for(skin_scene(phototype) / np.float32(2**6.5))
    assert result.level == "poor"
    assert "underexposed" in result.codes


@pytest.mark.parametrize(("phototype", "stops"), [(1, 1.5), (2, 2), (3, 2.5), (6, 4)])
def test_blown_picture_is_overexposed(phototype, stops):
    result = verdict_for(skin_scene(phototype) * np.float32(2**stops))
    assert result.level == "poor"
    assert "overexposed" in result.codes


def test_black_surround_of_a_dermoscope_is_not_underexposure(dermoscopy):
    height, width = dermoscopy.shape[:2]
    y, x = np.mgrid[:height, :width]
    distance = np.hypot(x - width / 2, y - height / 2)
    for radius in (1.0, 0.45, 0.32):  # of the height: a phone adapter shows a small disc
        result = verdict_for(
            dermoscopy * (distance < radius * height)[..., None].astype(np.float32)
        )
        assert result.level == "good"


def test_edge_of_the_surround_does_not_count_as_detail(dermoscopy):
    """An aperture or a program cuts it, and it stays sharp in an unfocused picture."""
    height, width = dermoscopy.shape[:2]
    y, x = np.mgrid[:height, :width]
    disc = (np.hypot(x - width / 2, y - height / 2) < 0.3 * height)[..., None]
    degraded = degrade.blurred(dermoscopy, degrade.gaussian(4)) * disc.astype(np.float32)
    assert verdict_for(degraded).codes == ("blurred",)


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
def test_gauze_is_not_overexposure(close_up, share):
    assert verdict_for(degrade.gauze(close_up, share)).level == "good"


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2])
def test_gloss_alone_is_not_poor(close_up, share):
    assert verdict_for(degrade.glare(close_up, share)).level != "poor"


def test_levels_change_at_the_thresholds():
    verdict_of = quality.Verdict.of
    assert verdict_of(quality.SOFT, quality.CLIPPED_ACCEPTABLE).level == "good"
    assert verdict_of(quality.SOFT - 0.01, 0.0).codes == ("soft",)
    assert verdict_of(quality.BLURRED - 0.01, 0.0).level == "poor"
    assert verdict_of(1.0, quality.CLIPPED_ACCEPTABLE + 0.01).level == "acceptable"
    both_faults = verdict_of(quality.SOFT - 0.01, -quality.CLIPPED_POOR - 0.01)
    assert (both_faults.level, both_faults.codes) == ("poor", ("underexposed", "soft"))


def test_unmeasured_picture_has_no_verdict():
    assert quality.Verdict.of(None, None) is None


@pytest.mark.parametrize("size", [(1, 1), (4, 4), (4, 4000), (59, 800), (97, 61), (3001, 61)])
def test_tiny_and_flat_pictures_measure_zero(size):
    sharpness, exposure = quality.measure(Image.new("RGB", size, "tan"))
    assert (sharpness, exposure) == (0.0, 0.0)


def test_documented_thresholds_match_the_code():
    """docs/quality.md is generated by the benchmark that derives them."""
    rows = re.findall(
        r"^\| ([A-Z_]+) \| ([\d.]+) \| ([\d.]+) \|$",
        (settings.BASE_DIR / "docs" / "quality.md").read_text(),
        re.MULTILINE,
    )
    assert len(rows) == 4
    for name, derived, documented in rows:
        assert float(derived) == float(documented) == getattr(quality, name), name


CORPORA = settings.BASE_DIR.parent / "shared" / "corpora"


@pytest.mark.corpus
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not on this machine")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_photographs_of_real_cameras_are_judged_rightly():
    """Drawn skin might favour the measure, so real camera files, in focus and then blurred."""
    paths = sorted((CORPORA / "bench").iterdir())
    assert paths
    for path in paths:
        display, _thumbnail = renditions_of(path.read_bytes())
        picture = display.reduce(max(1, max(display.size) // 960))
        assert quality.Verdict.of(*quality.measure(picture)).level == "good", path.name
        blurred = degrade.blurred(degrade.light(picture), degrade.gaussian(3.5))
        assert "blurred" in verdict_for(blurred).codes, path.name


def test_fine_pattern_has_the_maximum_sharpness():
    """Found by script/fuzz: fine detail without anything coarser measured a sharpness of forty."""
    down, across = np.mgrid[:480, :480]
    chequers = ((across // 3 + down // 3) % 2 * 140 + 60).astype(np.uint8)
    assert quality.measure(Image.fromarray(chequers).convert("RGB"))[0] == quality.MAX_SHARPNESS
