"""Real pictures and malicious files from outside the project, where they are available."""

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
    pytest.mark.filterwarnings("ignore::UserWarning"),  # decoders warn about unusual files
]


def lines(name):
    path = CORPORA / name
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def read_or_none(entry):
    upload = ContentFile((CORPORA / entry["file"]).read_bytes(), name="x")
    try:
        return intake.read(upload)
    except ImageRefused:
        return None


def test_corpus_files_are_accepted_or_refused_as_listed():
    mismatches = []
    for entry in lines("manifest.jsonl"):
        photo = read_or_none(entry)
        verdict = "accept" if photo else "reject"
        if entry["expected"] not in (verdict, "either"):
            mismatches.append((entry["file"], verdict))
        if photo and entry.get("payload"):
            for data in (photo.found.display, photo.found.thumbnail):
                if any(text.encode() in data for text in entry["payload"]):
                    mismatches.append((entry["file"], "payload survives"))
    assert not mismatches


def test_metadata_of_the_corpus_matches_exiftool():
    mismatches = []
    for truth in lines("truth.jsonl"):
        photo = read_or_none(truth)
        if photo is None or truth.get("ambiguous"):
            continue
        decoded = photo.found
        taken = decoded.captured_at and decoded.captured_at.replace(tzinfo=None).isoformat()
        if decoded.captured_from != "original":
            other_dates = {str(truth.get(tag)) for tag in ("CreateDate", "ModifyDate")}
            if taken and taken.replace("-", ":").replace("T", " ") not in {
                t[:19] for t in other_dates
            }:
                mismatches.append((truth["file"], taken, other_dates))
            taken = None
        expected = truth["capture_iso"]
        if expected and expected < "1912":
            expected = None  # a camera whose clock was never set
        if taken != expected:
            mismatches.append((truth["file"], taken, expected))
        if (decoded.width, decoded.height) != (truth["width"], truth["height"]):
            mismatches.append((truth["file"], decoded.width, decoded.height))
        if truth["Model"] and str(truth["Model"]).strip() not in decoded.camera_model:
            mismatches.append((truth["file"], decoded.camera_model))
    assert not mismatches
