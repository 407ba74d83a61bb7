"""Pictures and traps that the project did not make, where they are at hand."""

import json

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from imaging import intake
from imaging.errors import ImageRefused

CORPORA = settings.BASE_DIR.parent / "shared" / "corpora"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not CORPORA.is_dir(), reason="the corpora are not on this machine"),
    pytest.mark.filterwarnings("ignore::UserWarning"),  # decoders warn of what is odd
]


def lines(name):
    path = CORPORA / name
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def answer(entry):
    upload = ContentFile((CORPORA / entry["file"]).read_bytes(), name="x")
    try:
        return intake.read(upload)
    except ImageRefused:
        return None


def test_every_file_is_answered_as_the_manifest_says():
    wrong = []
    for entry in lines("manifest.jsonl"):
        photo = answer(entry)
        got = "accept" if photo else "reject"
        if entry["expected"] not in (got, "either"):
            wrong.append((entry["file"], got))
        if photo and entry.get("payload"):
            for data in (photo.found.display, photo.found.thumbnail):
                if any(text.encode() in data for text in entry["payload"]):
                    wrong.append((entry["file"], "payload survives"))
    assert not wrong


def test_date_size_and_camera_as_exiftool_reads_them():
    wrong = []
    for truth in lines("truth.jsonl"):
        photo = answer(truth)
        if photo is None or truth.get("ambiguous"):
            continue
        found = photo.found
        taken = found.captured_at and found.captured_at.replace(tzinfo=None).isoformat()
        if found.captured_from != "original":
            others = {str(truth.get(tag)) for tag in ("CreateDate", "ModifyDate")}
            if taken and taken.replace("-", ":").replace("T", " ") not in {t[:19] for t in others}:
                wrong.append((truth["file"], taken, others))
            taken = None
        expected = truth["capture_iso"]
        if expected and expected < "1912":
            expected = None  # a camera's empty clock
        if taken != expected:
            wrong.append((truth["file"], taken, expected))
        if (found.width, found.height) != (truth["width"], truth["height"]):
            wrong.append((truth["file"], found.width, found.height))
        if truth["Model"] and str(truth["Model"]).strip() not in found.camera_model:
            wrong.append((truth["file"], found.camera_model))
    assert not wrong
