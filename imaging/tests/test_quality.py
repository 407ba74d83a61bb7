import pytest
from PIL import Image, ImageFilter

from imaging import phantoms, quality

PICTURE = phantoms.macro(3, size=(1600, 1200), lesion=phantoms.Lesion(3))


def verdict(picture):
    return quality.Verdict.of(*quality.measure(picture))


def test_sharp_and_well_exposed_is_good():
    assert verdict(PICTURE).level == "good"


def test_blur_is_ordered_and_named():
    sharpness = [
        quality.measure(PICTURE.filter(ImageFilter.GaussianBlur(radius)))[0]
        for radius in (0, 1, 2, 4, 8)
    ]
    assert sharpness == sorted(sharpness, reverse=True)
    poor = verdict(PICTURE.filter(ImageFilter.GaussianBlur(8)))
    assert (poor.level, poor.codes) == ("poor", ("blurred",))
    assert all(map(str, poor.reasons))


def test_exposure():
    assert "overexposed" in verdict(PICTURE.point(lambda v: min(255, v * 3))).codes
    assert "underexposed" in verdict(PICTURE.point(lambda v: v // 40)).codes


def test_black_surround_of_a_dermoscope_is_not_darkness():
    picture = phantoms.dermoscopy(3, size=(1600, 1200), lesion=phantoms.Lesion(3))
    assert "underexposed" not in verdict(picture).codes


def test_unmeasured_has_no_verdict():
    assert quality.Verdict.of(None, None) is None


@pytest.mark.parametrize("size", [(4, 4), (4, 4000)])
def test_smallest_pictures(size):
    quality.measure(Image.new("RGB", size))
