"""The file that comes out: the picture's own pixels where the subject is, and nothing elsewhere."""

import io
import json
import struct

import numpy as np
import pytest
from PIL import Image

from imaging import renditions
from imaging.background import compose, field, lesion, matte
from imaging.tests import profiles
from imaging.tests.test_background import cut, encoded, ended_at_last, failure  # noqa: F401
from tools import phantoms
from tools.bench import composites, cutouts


def chunks(data):
    at, found = 8, []
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        found.append(kind)
        at += 12 + length
    return found


@pytest.fixture(scope="module")
def figure():
    """(picture, α) of a drawn subject."""
    return composites.composite(2)


@pytest.fixture(scope="module")
def mark():
    """(picture, mask) of a drawn lesion: without the network a cut-out costs a tenth."""
    return cutouts.dermoscopy(8, size=(512, 384))


@pytest.fixture(scope="module")
def cut_figure(figure, tmp_path_factory):
    """(Cutout, pixels of the PNG, its bytes)."""
    folder = tmp_path_factory.mktemp("cut")
    found, picture = cut(folder, encoded(figure[0]))
    return found, np.asarray(picture), (folder / "out.png").read_bytes()


def test_subject_stays_and_background_goes(figure, cut_figure):
    _found, pixels, _data = cut_figure
    assert composites.soft_dice(pixels[..., 3] / 255, figure[1]) > 0.97
    assert (pixels[..., 3][figure[1] == 1] == 255).mean() > 0.99, "solid, not half there"
    assert (pixels[..., 3][figure[1] == 0] == 0).mean() > 0.99


def test_nothing_of_the_background_is_in_the_file(cut_figure):
    """Alpha hides it from the eye only: whoever takes alpha away would see the room."""
    _found, pixels, _data = cut_figure
    assert not pixels[pixels[..., 3] == 0].any()


def test_the_subjects_own_pixels_are_the_originals(figure, cut_figure):
    """They are what a clinician looks at: not recoloured, not resampled."""
    _found, pixels, _data = cut_figure
    whole = pixels[..., 3] == 255
    assert (pixels[..., :3][whole] == figure[0][whole]).all()


def test_no_halo_of_the_old_background(figure, cut_figure):
    """On another background, the edge must not glow in the colour of the room."""
    picture, alpha = figure
    _found, pixels, _data = cut_figure
    edge = (pixels[..., 3] > 20) & (pixels[..., 3] < 235)
    inside = picture[alpha == 1].astype(float).mean(axis=0)
    away = np.linalg.norm(pixels[..., :3][edge] - inside, axis=1).mean()
    before = np.linalg.norm(picture[edge] - inside, axis=1).mean()
    assert edge.sum() > 300
    assert away < 0.7 * before


def test_the_png_holds_pixels_and_nothing_else(tmp_path):
    """A GPS position in the "processed" file would be shared with the public link."""
    data = phantoms.encode(
        Image.fromarray(composites.composite(2)[0]), "JPEG", gps=(48.85, 2.35), model="iPhone 15"
    )
    cut(tmp_path, data)
    written = (tmp_path / "out.png").read_bytes()
    assert set(chunks(written)) == {b"IHDR", b"sRGB", b"IDAT", b"IEND"}


def test_the_thumbnail_has_alpha_and_its_size(cut_figure):
    found, pixels, _data = cut_figure
    small = Image.open(io.BytesIO(found.thumbnail))
    assert (small.format, small.mode) == ("WEBP", "RGBA")
    assert small.size == renditions.thumbnail_size(found.width, found.height) == (300, 225)
    alpha = np.asarray(small)[..., 3]
    expected = Image.fromarray(np.ascontiguousarray(pixels[..., 3])).resize(small.size)
    assert np.abs(alpha.astype(int) - np.asarray(expected)).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(mark, tmp_path, orientation):
    """Nothing in a PNG says which way is up: it must be in the pixels."""
    drawn, truth = mark
    data = phantoms.encode(Image.fromarray(drawn), orientation=orientation)
    found, made = cut(tmp_path, data, engine="lesion")
    assert (found.width, found.height) == made.size == truth.shape[::-1]
    assert lesion.dice(np.asarray(made)[..., 3] > 127, truth) > 0.9


@pytest.mark.parametrize("format", ["WEBP", "HEIF"])
def test_other_formats_lie_upright_too(mark, tmp_path, format):
    drawn, truth = mark
    data = phantoms.encode(Image.fromarray(drawn), format, orientation=6)
    _found, made = cut(tmp_path, data, engine="lesion")
    assert lesion.dice(np.asarray(made)[..., 3] > 127, truth) > 0.9


def test_colour_profile_is_honoured(figure, tmp_path):
    """Colour is evidence: a picture in Display P3 shown as sRGB is paler than the skin was."""
    with_profile = encoded(figure[0], icc_profile=profiles.rgb("display-p3"))
    _found, made = cut(tmp_path, with_profile)
    pixels = np.asarray(made)
    expected = renditions.upright_srgb(Image.fromarray(figure[0]), 1, profiles.rgb("display-p3"))
    whole = pixels[..., 3] == 255
    assert (pixels[..., :3][whole] == np.asarray(expected)[..., :3][whole]).all()
    assert (pixels[..., :3][whole] != figure[0][whole]).any()


@pytest.mark.parametrize("mode", ["L", "I;16", "P", "CMYK", "RGBA", "LA"])
def test_pictures_of_every_kind(figure, tmp_path, mode):
    picture = Image.fromarray(figure[0])
    if mode == "I;16":
        grey = np.asarray(picture.convert("L")).astype(np.uint16) * 257
        picture = Image.fromarray(grey)
    else:
        picture = picture.convert("RGB" if mode == "P" else mode)
        picture = picture.quantize(64) if mode == "P" else picture
    out = io.BytesIO()
    picture.save(out, "JPEG" if mode == "CMYK" else "PNG")
    _found, made = cut(tmp_path, out.getvalue())
    assert made.mode == "RGBA"
    assert composites.soft_dice(np.asarray(made)[..., 3] / 255, figure[1]) > 0.9


def test_what_was_transparent_stays_so(figure, tmp_path):
    """Half of the subject was cut away before: it must not come back as black."""
    alpha = np.full(figure[1].shape, 255, np.uint8)
    alpha[:, :320] = 0
    _found, made = cut(tmp_path, encoded(np.dstack((figure[0], alpha))))
    pixels = np.asarray(made)
    assert not pixels[:, :320].any()
    assert pixels[..., 3].any()


def test_a_lesion_is_isolated(mark, tmp_path):
    """`auto` sees the dermoscope's round field; a general model finds a lesion badly."""
    picture, truth = mark
    found, made = cut(tmp_path, encoded(picture))
    assert found.engine == "lesion"
    assert lesion.dice(np.asarray(made)[..., 3] > 127, truth) > 0.9
    assert {"agreement", "leaning", "contrast"} <= set(found.measures)


@pytest.mark.parametrize(
    ("dermoscopic", "engine"), [(True, "lesion"), (False, "general"), (None, "general")]
)
def test_auto_believes_the_image_type(mark, tmp_path, dermoscopic, engine):
    """Most archives crop the round field away: then only the type tells."""
    picture, _truth = mark
    data = encoded(cutouts.cropped(picture))
    assert cut(tmp_path, data, dermoscopic=dermoscopic)[0].engine == engine


def test_plain_skin_has_no_lesion(tmp_path):
    picture, _truth = cutouts.dermoscopy(25, size=(512, 384), lesion=False)
    assert failure(tmp_path, encoded(picture), engine="lesion") == ("nothing_found", False)


def test_drawn_lesions_are_found_and_doubt_is_told():
    """The bound is a little under what docs/background.md shows for drawings as drawn."""
    shots = []
    for seed in range(900, 906):
        picture, truth = cutouts.dermoscopy(seed, size=(512, 384))
        coarse = cutouts.coarse(picture)
        found = lesion.find(coarse, field.find(coarse))
        shots.append((lesion.dice(found.mask, cutouts.coarse(truth)), found.confidence))
    assert np.mean([dice for dice, _confidence in shots]) > 0.85
    sure = [dice for dice, confidence in shots if confidence > 0.95]
    assert min(sure) > 0.7


def test_no_round_field_in_ordinary_photographs():
    """A false alarm would cut a mole's shape out of somebody's portrait."""
    pictures = [phantoms.macro(seed, size=(480, 360)) for seed in range(3)]
    pictures += [phantoms.overview(seed, size=(480, 360)) for seed in range(3)]
    planes = [np.asarray(picture) for picture in pictures]
    planes += [composites.composite(seed, **o)[0] for seed, (_, o) in enumerate(composites.STEPS)]
    dark = np.zeros((360, 480, 3), np.uint8)  # night, with something square and lit in it
    dark[80:280, 120:360] = (190, 150, 130)
    assert not any(field.find(cutouts.coarse(plane)) for plane in [*planes, dark])


def test_matting_finds_the_edge_that_the_network_missed():
    """The network's outline is off by pixels of its own, each of a dozen at full size."""
    y, x = np.mgrid[:200, :200]
    truth = (np.hypot(x - 100, y - 100) < 60).astype(np.float32)
    picture = np.dstack([truth * 0.6 + 0.2, truth * 0.1 + 0.4, truth * -0.3 + 0.6])
    sure = (np.hypot(x - 100, y - 104) < 55).astype(np.float32)
    inside, unknown = matte.trimap(sure, 10)
    alpha = matte.ramp(matte.solve_alpha(picture.astype(np.float32), sure, inside, unknown))
    assert np.abs(alpha - truth).mean() < 0.3 * np.abs(sure - truth).mean()


def test_tiles_meet_without_a_seam():
    """A picture is composed in tiles: whatever the reduction, none may show."""
    height, width, step = 1237, 1111, 2
    pixels = np.full((height, width, 4), 255, np.uint8)
    y, x = np.mgrid[: -(-height // step), : -(-width // step)].astype(np.float32)
    plane = ((x + y) / 200 - 2).clip(0, 1)
    unknown = (plane > 0) & (plane < 1)
    colours = np.full((*plane.shape, 6), 1, np.float32)
    compose.compose(
        pixels, step, plane > 0.5, unknown, plane[..., None], lambda p, _c: p[..., 0], colours
    )
    steps = np.abs(np.diff(pixels[..., 3].astype(int), axis=1))
    assert steps.max() <= 3


def test_measures_are_numbers(cut_figure):
    found, _pixels, _data = cut_figure
    assert set(found.measures) == {"certainty", "share", "pieces", "touching", "edge"}
    assert json.dumps(found.measures)
    assert found.quality in ("excellent", "good")
