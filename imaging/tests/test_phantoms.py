"""The drawn pictures: reproducible, of the requested size, in files like those of cameras."""

import io
from datetime import datetime, timedelta, timezone

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageOps

from tools import phantoms
from tools.phantoms import LESION_KINDS, Lesion

SMALL = (320, 240)
EXIF_IFD, GPS_IFD = 0x8769, 0x8825
TAKEN = datetime(2024, 3, 9, 14, 5, 6)


def pixels(picture):
    return np.asarray(picture).astype(float)


def draw(view, seed=1, **options):
    return getattr(phantoms, view)(seed, **{"size": SMALL, **options})


def arrow():
    """Four different corners, so that every wrong rotation or mirroring is detected."""
    image = np.zeros((48, 80, 3), np.uint8)
    image[:24, :40], image[:24, 40:] = (220, 30, 30), (30, 200, 30)
    image[24:, :40], image[24:, 40:] = (30, 30, 220), (230, 230, 230)
    return Image.fromarray(image)


def open_picture(data):
    """The opened file; HEIF without registering an opener for other tests."""
    if pillow_heif.is_supported(data):
        return pillow_heif.open_heif(data).to_pillow()
    return Image.open(io.BytesIO(data))


def exif_of(image):
    exif = image.getexif()
    if not exif and image.info.get("exif"):
        exif.load(image.info["exif"])
    return exif


@pytest.mark.parametrize("view", ["macro", "dermoscopy", "overview"])
class TestEveryView:
    def test_same_arguments_give_the_same_pixels(self, view):
        assert draw(view).tobytes() == draw(view).tobytes()

    def test_other_seeds_give_other_pictures(self, view):
        assert np.abs(pixels(draw(view, 1)) - pixels(draw(view, 2))).mean() > 3

    @pytest.mark.parametrize("size", [(320, 240), (150, 211), (64, 64)])
    def test_picture_has_the_requested_size_and_mode(self, view, size):
        picture = draw(view, size=size)
        assert (picture.size, picture.mode) == (size, "RGB")

    def test_higher_phototypes_are_darker(self, view):
        middle = np.s_[40:80, 55:105]
        levels = [
            pixels(draw(view, size=(160, 120), phototype=p))[middle].mean() for p in range(1, 7)
        ]
        assert levels == sorted(levels, reverse=True)
        assert levels[0] - levels[-1] > 70

    def test_skin_is_red_before_green_before_blue(self, view):
        red, green, blue = pixels(draw(view))[80:160, 110:210].mean((0, 1))
        assert red > green > blue

    @pytest.mark.parametrize(
        "invalid",
        [
            {"size": (0, 10)},
            {"size": (100.5, 100)},
            {"size": 5},
            {"size": (20000, 100)},
            {"phototype": 0},
            {"phototype": 7},
            {"seed": -1},
            {"seed": "a"},
        ],
    )
    def test_invalid_arguments_raise_value_error(self, view, invalid):
        with pytest.raises(ValueError, match=[*invalid][-1]):
            draw(view, **invalid)


class TestLesion:
    @pytest.mark.parametrize("kind", LESION_KINDS)
    @pytest.mark.parametrize("view", ["macro", "dermoscopy"])
    def test_every_kind_of_lesion_is_visible(self, view, kind):
        without_lesion, with_lesion = (
            draw(view, size=(200, 150), lesion=i) for i in (None, Lesion(4, kind))
        )
        assert (np.abs(pixels(without_lesion) - pixels(with_lesion)).max(2) > 25).mean() > 0.005

    def test_kinds_of_lesion_differ(self):
        pictures = {
            draw("dermoscopy", size=(96, 72), lesion=Lesion(4, kind)).tobytes()
            for kind in LESION_KINDS
        }
        assert len(pictures) == len(LESION_KINDS)

    @pytest.mark.parametrize("view", ["macro", "dermoscopy"])
    @pytest.mark.parametrize("kind", ["naevus", "melanoma"])
    def test_growth_enlarges_the_dark_area(self, view, kind):
        without_lesion = pixels(draw(view)).sum(2)
        areas = [
            (
                without_lesion - pixels(draw(view, lesion=Lesion(4, kind, 4.0, growth))).sum(2) > 75
            ).sum()
            for growth in (0, 0.5, 1)
        ]
        assert areas[0] * 1.15 < areas[1] < areas[2] / 1.15

    def test_diameter_is_to_scale(self):
        """In a macro of 40 mm, 8 mm are a fifth of the width."""
        without_lesion, with_lesion = draw("macro"), draw("macro", lesion=Lesion(4, "angioma", 8.0))
        changed = np.abs(pixels(without_lesion) - pixels(with_lesion)).max(2) > 60
        width = np.ptp(np.flatnonzero(changed.any(0))) / SMALL[0] * phantoms.MACRO_MM
        assert 6.4 < width < 9.6

    def test_lesion_keeps_its_outline_at_the_next_visit(self):
        """Another visit moves and relights it, but its outline is the same."""

        def outline(visit, lesion_seed):
            without_lesion, with_it = (
                pixels(draw("dermoscopy", visit, lesion=lesion)).sum(2)
                for lesion in (None, Lesion(lesion_seed, "melanoma", 4.5))
            )
            mask = without_lesion - with_it > 60
            row, column = (int(i.mean().round()) for i in np.nonzero(mask))
            return np.roll(mask, (120 - row, 160 - column), (0, 1))

        def overlap(a, b):
            return (a & b).sum() / (a | b).sum()

        first_outline = outline(1, 4)
        assert overlap(first_outline, outline(2, 4)) > 0.8 > overlap(first_outline, outline(2, 7))

    def test_adding_a_lesion_keeps_the_others_in_place(self):
        """The earlier lesions stay where they were."""
        one = draw("overview", lesions=[Lesion(1, "melanoma", 12.0)])
        two = draw("overview", lesions=[Lesion(1, "melanoma", 12.0), Lesion(2, "angioma", 12.0)])
        without_lesion = pixels(draw("overview"))
        first_outline = np.abs(pixels(one) - without_lesion).max(2) > 60
        assert first_outline.sum() > 40
        both = np.abs(pixels(two) - without_lesion).max(2) > 60
        assert both[first_outline].mean() > 0.9
        assert both.sum() > first_outline.sum() + 40

    @pytest.mark.parametrize(
        "invalid",
        [
            {"seed": -1},
            {"seed": 1.5},
            {"kind": "wart"},
            {"diameter_mm": 0},
            {"diameter_mm": 99},
            {"growth": -0.1},
            {"growth": float("nan")},
        ],
    )
    def test_invalid_lesion_arguments_raise_value_error(self, invalid):
        with pytest.raises(ValueError, match=[*invalid][-1]):
            Lesion(**{"seed": 1, **invalid})

    def test_only_lesion_objects_are_accepted(self):
        with pytest.raises(ValueError, match="lesion must be"):
            draw("macro", lesion="naevus")
        with pytest.raises(ValueError, match="lesions must hold"):
            draw("overview", lesions=[None])


class TestFurniture:
    def test_dermoscopy_has_a_round_field(self):
        picture = pixels(draw("dermoscopy"))
        assert picture[:12, :12].mean() < 20
        assert picture[110:130, 150:170].mean() > 100

    def test_polarization_changes_the_picture(self):
        assert draw("dermoscopy").tobytes() != draw("dermoscopy", polarized=False).tobytes()

    def test_ruler_ticks_are_a_millimetre_apart(self):
        picture = draw("macro", size=(640, 480), ruler=True).convert("L")
        rows = np.asarray(picture).astype(float)[360:]
        assert rows.mean(1).max() > 170  # white paper
        # 640 pixels for 40 mm: forty ticks in the width, somewhere on the paper.
        rhythm = np.abs(np.fft.rfft(rows - rows.mean(1, keepdims=True)))[:, 20:80]
        assert rhythm.max(0).argmax() + 20 == 40


@pytest.mark.parametrize("format", phantoms.FORMATS)
class TestEncode:
    def test_metadata_is_written_and_read_back(self, format):
        profile = b"a colour profile of some length" * 8
        data = phantoms.encode(
            arrow(),
            format,
            taken_at=TAKEN,
            offset="+01:00",
            make="Hasel",
            model="D 200",
            gps=(-47.3769, 8.5417),
            icc_profile=profile,
        )
        image = open_picture(data)
        exif = exif_of(image)
        detail, gps = exif.get_ifd(EXIF_IFD), exif.get_ifd(GPS_IFD)
        assert exif[0x0132] == detail[0x9003] == "2024:03:09 14:05:06"
        assert detail[0x9011] == "+01:00"
        assert (exif[0x010F], exif[0x0110]) == ("Hasel", "D 200")
        assert (gps[1], gps[3]) == ("S", "E")
        degrees = [sum(float(v) / 60**i for i, v in enumerate(gps[tag])) for tag in (2, 4)]
        assert degrees == pytest.approx([47.3769, 8.5417], abs=1e-7)
        assert image.info["icc_profile"] == profile

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_applying_the_orientation_gives_the_upright_picture(self, format, orientation):
        data = phantoms.encode(arrow(), format, orientation=orientation, taken_at=TAKEN)
        image = open_picture(data)
        if format != "HEIF":  # there the container turns the picture, and the tag says 1
            assert image.getexif().get(0x0112, 1) == orientation
            assert image.size == ((48, 80) if orientation > 4 else (80, 48))
        upright = ImageOps.exif_transpose(image).convert("RGB")
        assert upright.size == (80, 48)
        for x, y in ((10, 10), (70, 10), (10, 38), (70, 38)):
            assert upright.getpixel((x, y)) == pytest.approx(arrow().getpixel((x, y)), abs=30)

    def test_no_date_is_written_by_default(self, format):
        assert not exif_of(open_picture(phantoms.encode(arrow(), format))).get(0x0132)

    def test_offset_of_an_aware_time_is_written(self, format):
        aware = TAKEN.replace(tzinfo=timezone(timedelta(hours=-3, minutes=-30)))
        exif = exif_of(open_picture(phantoms.encode(arrow(), format, taken_at=aware)))
        assert exif.get_ifd(EXIF_IFD)[0x9011] == "-03:30"

    @pytest.mark.parametrize(
        "invalid",
        [
            {"orientation": 0},
            {"orientation": 9},
            {"quality": 0},
            {"quality": 101},
            {"taken_at": "2024-03-09"},
            {"offset": "+01:00"},
            {"taken_at": TAKEN, "offset": "1h"},
            {"gps": (91, 0)},
            {"gps": (0, 181)},
            {"gps": 4},
            {"make": 3},
            {"model": "Gerät"},
        ],
    )
    def test_invalid_arguments_raise_value_error(self, format, invalid):
        with pytest.raises(ValueError, match=[*invalid][-1]):
            phantoms.encode(arrow(), format, **invalid)


def test_encode_refuses_other_formats_and_modes():
    with pytest.raises(ValueError, match="format must be"):
        phantoms.encode(arrow(), "GIF")
    with pytest.raises(ValueError, match="must be RGB or L"):
        phantoms.encode(arrow().convert("CMYK"))


def test_heif_orientation_is_in_the_container():
    """As documented by `encode`: irot, the tag repeated, and nothing left to apply."""
    data = phantoms.encode(arrow(), "HEIF", orientation=6, taken_at=TAKEN)
    assert b"irot" in data
    stored = Image.Exif()
    stored.load(data[data.find(b"MM\x00*") :][:400])
    assert stored.get(0x0112) == 6
    assert exif_of(open_picture(data)).get(0x0112, 1) == 1
