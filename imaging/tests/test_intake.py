"""What intake accepts, and what it refuses with which code.

Otherwise a clinician's photograph is lost, or a file gets in that no decoder can handle.
"""

import hashlib
import io
import struct
import zlib
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from imaging import intake
from imaging.decoding import jpeg
from imaging.errors import ImageRefused
from testing.cast import photograph
from tools import phantoms

PARIS = ZoneInfo("Europe/Paris")


def read(data, name="x.jpg"):
    return intake.read(SimpleUploadedFile(name, data))


def display_picture(photo):
    """The display rendition's pixels."""
    return Image.open(io.BytesIO(photo.found.display))


def refusal(data, name="x.jpg"):
    with pytest.raises(ImageRefused) as error:
        read(data, name)
    assert str(error.value.detail), "a refusal has a message"
    return error.value.code


def encode(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("format", "mime_type", "extension"),
    [
        ("JPEG", "image/jpeg", "jpg"),
        ("PNG", "image/png", "png"),
        ("WEBP", "image/webp", "webp"),
        ("HEIF", "image/heic", "heic"),
    ],
)
@pytest.mark.parametrize("name", ["photo", "photo.JPG", "photo.exe"])
def test_type_is_determined_by_the_bytes(format, mime_type, extension, name):
    data = photograph(format)
    photo = read(data, name)
    decoded = photo.found
    assert (decoded.mime_type, decoded.extension) == (mime_type, extension)
    assert (decoded.width, decoded.height) == display_picture(photo).size == (320, 240)
    assert (photo.original.read(), photo.size) == (data, len(data))
    assert photo.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_display_is_upright_for_every_orientation(format, orientation):
    photo = read(photograph(format, orientation=orientation))
    upright = phantoms.macro(1, size=(320, 240), lesion=phantoms.Lesion(1))
    assert (photo.found.width, photo.found.height) == display_picture(photo).size == upright.size
    difference = np.asarray(display_picture(photo), float) - np.asarray(upright, float)
    assert np.abs(difference).mean() < 8, "the pixels are rotated, not only the dimensions"


def test_exif_is_read_in_every_format():
    for format in ("JPEG", "PNG", "WEBP", "HEIF"):
        photo = read(
            photograph(
                format,
                taken_at=datetime(2026, 11, 14, 9, 42, 7),
                offset="+05:45",
                make="Canon",
                model="Canon EOS R5",
                gps=(48.85, 2.35),
            )
        )
        assert photo.found.captured_at.isoformat() == "2026-11-14T09:42:07+05:45", format
        assert photo.found.camera_model == "Canon EOS R5", format


def test_date_without_offset_is_in_the_practices_time_zone():
    photo = read(photograph(taken_at=datetime(2026, 7, 1, 9, 0)))
    assert photo.found.captured_at == datetime(2026, 7, 1, 9, 0, tzinfo=PARIS)


def test_broken_exif_never_fails_an_upload():
    data = photograph(taken_at=datetime(2026, 7, 1, 9, 0), model="X", orientation=6)
    offset = data.index(b"Exif\0\0") + 6
    for end in range(offset + 2, offset + 60, 3):
        broken = data[:offset] + b"\xff" * (end - offset) + data[end:]
        assert read(broken).sha256 == hashlib.sha256(broken).hexdigest()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_file_is_refused(format, share):
    data = photograph(format)
    assert refusal(data[: int(len(data) * share)]) == "corrupt_image"


def test_missing_and_empty_files_are_refused():
    with pytest.raises(ImageRefused) as error:
        intake.read(None)
    assert error.value.code == "missing_file"
    assert refusal(b"") == "empty_file"


def test_size_limit_is_exact(settings):
    data = photograph()
    settings.MAX_UPLOAD_SIZE = len(data)
    assert read(data).found.width == 320
    settings.MAX_UPLOAD_SIZE = len(data) - 1
    assert refusal(data) == "file_too_large"


def test_declared_size_is_not_trusted(settings):
    file = SimpleUploadedFile("x.jpg", photograph())
    file.size = 10
    settings.MAX_UPLOAD_SIZE = 100
    with pytest.raises(ImageRefused) as error:
        intake.read(file)
    assert error.value.code == "file_too_large"


def png_header(width, height):
    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def test_too_many_pixels_is_refused(settings):
    assert refusal(png_header(60_000, 60_000)) == "too_many_pixels"
    settings.MAX_IMAGE_PIXELS = 320 * 240 - 1
    assert refusal(photograph()) == "too_many_pixels"
    settings.MAX_IMAGE_PIXELS = 320 * 240
    assert read(photograph()).found.width == 320


def test_sides_shorter_than_four_pixels_are_refused():
    assert read(encode(Image.new("RGB", (4, 9)), "PNG")).found.width == 4
    assert refusal(encode(Image.new("RGB", (3, 900)), "PNG")) == "corrupt_image"


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
        b"<!DOCTYPE html><html><body>no picture</body></html>",
        encode(Image.new("RGB", (40, 30)), "GIF"),
        encode(Image.new("RGB", (40, 30)), "TIFF"),
        encode(Image.new("RGB", (40, 30)), "BMP"),
        b"PK\x03\x04" + b"\0" * 60,
        b"just text",
    ],
    ids=["svg", "pdf", "html", "gif", "tiff", "bmp", "zip", "text"],
)
def test_other_types_are_refused_whatever_their_extension(data):
    assert refusal(data, "photo.jpg") == "unsupported_type"


def test_data_after_the_picture_is_kept_and_not_counted_as_scans():
    """A phone's motion photo has megabytes of video after the picture."""
    data = photograph() + b"\xff\xda\x00\x08" * 500
    assert read(data).original.read() == data


def test_progressive_bomb_is_refused_before_decoding():
    data = photograph()
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x00"
    assert jpeg.count_scans(data) == (1, len(data) - 2)
    bomb = data[:-2] + scan * 200 + data[-2:]
    assert jpeg.count_scans(bomb)[0] > jpeg.MAX_SCANS
    assert refusal(bomb) == "corrupt_image"


def test_first_frame_of_an_animation_is_the_picture():
    frames = [Image.new("RGB", (40, 30), c) for c in ("red", "blue")]
    for format in ("PNG", "WEBP"):
        photo = read(encode(frames[0], format, save_all=True, append_images=frames[1:]))
        assert display_picture(photo).getpixel((20, 15))[0] > 200


@pytest.mark.parametrize("size", [(5000, 4), (4, 5000), (1921, 1080), (3839, 100), (3840, 100)])
def test_display_keeps_a_long_edge_of_1920_to_3840_pixels(size):
    """Between 1920 and 3840 px where the picture has them; less would be soft in the viewer."""
    for format in ("JPEG", "PNG"):
        picture = display_picture(read(encode(Image.new("RGB", size, "tan"), format)))
        assert 1920 <= max(picture.size) <= 3840


def test_alpha_is_flattened_on_white():
    transparent = Image.new("RGBA", (40, 30), (200, 10, 10, 0))
    for image, options in ((transparent, {}), (transparent.convert("LA"), {})):
        assert display_picture(read(encode(image, "PNG", **options))).getpixel((5, 5)) == (
            255,
            255,
            255,
        )


def test_sixteen_bits_are_scaled_not_clipped():
    ramp = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    picture = np.asarray(display_picture(read(encode(Image.fromarray(ramp), "PNG"))))
    assert picture[0, 0, 0] == 0
    assert abs(int(picture[32, 0, 0]) - 128) <= 2
    assert picture[-1, -1, 0] == 255


def wide_gamut_profile():
    """A matrix profile whose primaries are far outside sRGB's (an Adobe-RGB-like one), made by
    swapping the colorants of LittleCMS's own sRGB profile: red and green change places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack(">I", profile[128:132])[0]
    tags = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def test_embedded_profile_is_applied():
    """Without this profile, a red lesion would be shown green."""
    red = Image.new("RGB", (64, 48), (200, 30, 40))
    for format in ("JPEG", "PNG", "WEBP"):
        data = encode(red, format, icc_profile=wide_gamut_profile(), quality=95)
        pixel = display_picture(read(data)).getpixel((30, 20))
        assert pixel[1] > 150, (format, pixel)
        assert pixel[0] < 90, (format, pixel)


def test_unreadable_profile_is_ignored():
    data = encode(Image.new("RGB", (64, 48), (200, 30, 40)), "JPEG", icc_profile=b"nonsense" * 40)
    assert display_picture(read(data)).getpixel((30, 20))[0] > 180


def test_cmyk_picture_keeps_its_colours():
    cmyk = Image.new("CMYK", (64, 48), (0, 255, 255, 0))
    pixel = display_picture(read(encode(cmyk, "JPEG"))).getpixel((30, 20))
    assert pixel[0] > 200
    assert pixel[1] < 60
