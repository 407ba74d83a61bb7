"""The cut-out file: the original's pixels where the subject is, and nothing elsewhere."""

import io
import json
import struct

import numpy as np
import pytest
from PIL import Image

from imaging import renditions
from imaging.background import compose, field, lesion, matte
from imaging.tests import profiles
from imaging.tests.test_background import close_processes, cut_out, encode, failure  # noqa: F401
from tools import phantoms
from tools.bench import composites, cutouts


def chunk_types(data):
    offset, types = 8, []
    while offset < len(data):
        length, kind = struct.unpack(">I4s", data[offset : offset + 8])
        types.append(kind)
        offset += 12 + length
    return types


@pytest.fixture(scope="module")
def subject():
    """(picture, α) of a drawn subject."""
    return composites.composite(2)


@pytest.fixture(scope="module")
def lesion_picture():
    """(picture, mask) of a drawn lesion: without the network it is ten times cheaper."""
    return cutouts.dermoscopy(8, size=(512, 384))


@pytest.fixture(scope="module")
def cut_out_subject(subject, tmp_path_factory):
    """(Cutout, pixels of the PNG, its bytes)."""
    folder = tmp_path_factory.mktemp("cut")
    cutout, picture = cut_out(folder, encode(subject[0]))
    return cutout, np.asarray(picture), (folder / "out.png").read_bytes()


def test_cutout_keeps_the_subject_and_drops_the_background(subject, cut_out_subject):
    _cutout, pixels, _data = cut_out_subject
    assert composites.soft_dice(pixels[..., 3] / 255, subject[1]) > 0.97
    assert (pixels[..., 3][subject[1] == 1] == 255).mean() > 0.99, "opaque, not translucent"
    assert (pixels[..., 3][subject[1] == 0] == 0).mean() > 0.99


def test_transparent_pixels_are_empty(cut_out_subject):
    """Otherwise removing the alpha channel would reveal the room."""
    _cutout, pixels, _data = cut_out_subject
    assert not pixels[pixels[..., 3] == 0].any()


def test_opaque_pixels_equal_the_original(subject, cut_out_subject):
    """Clinicians judge these pixels: they must not be recoloured or resampled."""
    _cutout, pixels, _data = cut_out_subject
    opaque = pixels[..., 3] == 255
    assert (pixels[..., :3][opaque] == subject[0][opaque]).all()


def test_edge_has_no_halo_of_the_background(subject, cut_out_subject):
    """On another background, the edge must not show the colour of the room."""
    picture, alpha = subject
    _cutout, pixels, _data = cut_out_subject
    edge = (pixels[..., 3] > 20) & (pixels[..., 3] < 235)
    inside = picture[alpha == 1].astype(float).mean(axis=0)
    distance = np.linalg.norm(pixels[..., :3][edge] - inside, axis=1).mean()
    distance_before = np.linalg.norm(picture[edge] - inside, axis=1).mean()
    assert edge.sum() > 300
    assert distance < 0.7 * distance_before


def test_png_has_no_metadata(tmp_path):
    """Otherwise a GPS position would be shared with the public link."""
    data = phantoms.encode(
        Image.fromarray(composites.composite(2)[0]), "JPEG", gps=(48.85, 2.35), model="iPhone 15"
    )
    cut_out(tmp_path, data)
    written = (tmp_path / "out.png").read_bytes()
    assert set(chunk_types(written)) == {b"IHDR", b"sRGB", b"IDAT", b"IEND"}


def test_thumbnail_has_alpha_and_the_right_size(cut_out_subject):
    cutout, pixels, _data = cut_out_subject
    thumbnail = Image.open(io.BytesIO(cutout.thumbnail))
    assert (thumbnail.format, thumbnail.mode) == ("WEBP", "RGBA")
    assert thumbnail.size == renditions.thumbnail_size(cutout.width, cutout.height) == (300, 225)
    alpha = np.asarray(thumbnail)[..., 3]
    expected = Image.fromarray(np.ascontiguousarray(pixels[..., 3])).resize(thumbnail.size)
    assert np.abs(alpha.astype(int) - np.asarray(expected)).mean() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(lesion_picture, tmp_path, orientation):
    """The PNG has no orientation tag, so the pixels must be upright."""
    picture, truth = lesion_picture
    data = phantoms.encode(Image.fromarray(picture), orientation=orientation)
    cutout, result = cut_out(tmp_path, data, engine="lesion")
    assert (cutout.width, cutout.height) == result.size == truth.shape[::-1]
    assert lesion.dice(np.asarray(result)[..., 3] > 127, truth) > 0.9


@pytest.mark.parametrize("format", ["WEBP", "HEIF"])
def test_orientation_is_applied_in_other_formats(lesion_picture, tmp_path, format):
    picture, truth = lesion_picture
    data = phantoms.encode(Image.fromarray(picture), format, orientation=6)
    _cutout, result = cut_out(tmp_path, data, engine="lesion")
    assert lesion.dice(np.asarray(result)[..., 3] > 127, truth) > 0.9


def test_colour_profile_is_converted_to_srgb(subject, tmp_path):
    """Colour is evidence: a Display P3 picture shown as sRGB is paler than the skin was."""
    with_profile = encode(subject[0], icc_profile=profiles.rgb("display-p3"))
    _cutout, result = cut_out(tmp_path, with_profile)
    pixels = np.asarray(result)
    expected = renditions.upright_srgb(Image.fromarray(subject[0]), 1, profiles.rgb("display-p3"))
    opaque = pixels[..., 3] == 255
    assert (pixels[..., :3][opaque] == np.asarray(expected)[..., :3][opaque]).all()
    assert (pixels[..., :3][opaque] != subject[0][opaque]).any()


@pytest.mark.parametrize("mode", ["L", "I;16", "P", "CMYK", "RGBA", "LA"])
def test_every_pixel_mode_is_cut_out(subject, tmp_path, mode):
    picture = Image.fromarray(subject[0])
    if mode == "I;16":
        grey = np.asarray(picture.convert("L")).astype(np.uint16) * 257
        picture = Image.fromarray(grey)
    else:
        picture = picture.convert("RGB" if mode == "P" else mode)
        picture = picture.quantize(64) if mode == "P" else picture
    out = io.BytesIO()
    picture.save(out, "JPEG" if mode == "CMYK" else "PNG")
    _cutout, result = cut_out(tmp_path, out.getvalue())
    assert result.mode == "RGBA"
    assert composites.soft_dice(np.asarray(result)[..., 3] / 255, subject[1]) > 0.9


def test_transparent_input_stays_transparent(subject, tmp_path):
    """Half of the subject was already transparent: it must not come back as black."""
    alpha = np.full(subject[1].shape, 255, np.uint8)
    alpha[:, :320] = 0
    _cutout, result = cut_out(tmp_path, encode(np.dstack((subject[0], alpha))))
    pixels = np.asarray(result)
    assert not pixels[:, :320].any()
    assert pixels[..., 3].any()


def test_auto_isolates_a_lesion_in_a_dermoscopic_picture(lesion_picture, tmp_path):
    """`auto` recognizes the dermoscope's round field; a general model finds lesions badly."""
    picture, truth = lesion_picture
    cutout, result = cut_out(tmp_path, encode(picture))
    assert cutout.engine == "lesion"
    assert lesion.dice(np.asarray(result)[..., 3] > 127, truth) > 0.9
    assert {"agreement", "leaning", "contrast"} <= set(cutout.measures)


@pytest.mark.parametrize(
    ("dermoscopic", "engine"), [(True, "lesion"), (False, "general"), (None, "general")]
)
def test_auto_follows_the_dermoscopic_flag(lesion_picture, tmp_path, dermoscopic, engine):
    """Archives often crop the round field away; then only the flag decides."""
    picture, _truth = lesion_picture
    data = encode(cutouts.cropped(picture))
    assert cut_out(tmp_path, data, dermoscopic=dermoscopic)[0].engine == engine


def test_plain_skin_has_no_lesion(tmp_path):
    picture, _truth = cutouts.dermoscopy(25, size=(512, 384), lesion=False)
    assert failure(tmp_path, encode(picture), engine="lesion") == ("nothing_found", False)


def test_drawn_lesions_are_found_with_calibrated_confidence():
    """The bounds are slightly below the figures for drawings in docs/background.md."""
    results = []
    for seed in range(900, 906):
        picture, truth = cutouts.dermoscopy(seed, size=(512, 384))
        coarse = cutouts.coarse(picture)
        cutout = lesion.find(coarse, field.find(coarse))
        results.append((lesion.dice(cutout.mask, cutouts.coarse(truth)), cutout.confidence))
    assert np.mean([dice for dice, _confidence in results]) > 0.85
    confident = [dice for dice, confidence in results if confidence > 0.95]
    assert min(confident) > 0.7


def test_ordinary_photographs_have_no_round_field():
    """A false positive would cut a lesion's shape out of a portrait."""
    pictures = [phantoms.macro(seed, size=(480, 360)) for seed in range(3)]
    pictures += [phantoms.overview(seed, size=(480, 360)) for seed in range(3)]
    planes = [np.asarray(picture) for picture in pictures]
    planes += [composites.composite(seed, **o)[0] for seed, (_, o) in enumerate(composites.STEPS)]
    dark = np.zeros((360, 480, 3), np.uint8)  # a lit square in the dark
    dark[80:280, 120:360] = (190, 150, 130)
    assert not any(field.find(cutouts.coarse(plane)) for plane in [*planes, dark])


def test_matting_corrects_the_networks_edge():
    """The network's outline is off by a few of its pixels, each a dozen pixels at full size."""
    y, x = np.mgrid[:200, :200]
    truth = (np.hypot(x - 100, y - 100) < 60).astype(np.float32)
    picture = np.dstack([truth * 0.6 + 0.2, truth * 0.1 + 0.4, truth * -0.3 + 0.6])
    network_mask = (np.hypot(x - 100, y - 104) < 55).astype(np.float32)
    inside, unknown = matte.trimap(network_mask, 10)
    alpha = matte.ramp(matte.solve_alpha(picture.astype(np.float32), network_mask, inside, unknown))
    assert np.abs(alpha - truth).mean() < 0.3 * np.abs(network_mask - truth).mean()


def test_tiles_join_without_a_seam():
    """Pictures are composed in tiles, which must not be visible at any reduction."""
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


def test_measures_are_json_serializable(cut_out_subject):
    cutout, _pixels, _data = cut_out_subject
    assert {"certainty", "share", "pieces", "touching", "edge", "stable"} < set(cutout.measures)
    assert {"bay", "spur", "flat", "uneven"} < set(cutout.measures)
    assert json.dumps(cutout.measures)
    assert cutout.quality in ("excellent", "good")
