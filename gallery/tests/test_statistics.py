"""The statistics match what the gallery holds, and the plots show them."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from core.plots import scale_step
from gallery import statistics
from gallery.models import StorageQuota, UserImage
from gallery.statistics import answers, plots
from imaging import storage

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-03-31T23:30:00+02:00")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def make_image(submit, doctor):
    """`make_image(created_at, **fields)`: a copy of one processed image, as a row only."""
    template = submit(doctor)
    UserImage.objects.filter(pk=template.pk).delete()

    def create(created_at, user=doctor, **fields):
        row = UserImage.objects.model.from_db(
            None, [f.attname for f in UserImage._meta.concrete_fields], _values(template)
        )
        row.pk = storage.new_id()
        row._state.adding = True
        row.user = user
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        UserImage.objects.filter(pk=row.pk).update(created_at=created_at)
        return row

    return create


def _values(make_image):
    return [getattr(make_image, field.attname) for field in UserImage._meta.concrete_fields]


def local(text):
    return timezone.make_aware(datetime.fromisoformat(text))


def test_statistics_cover_the_last_twelve_months(doctor):
    months = [month.first for month in statistics.collect(doctor).months]
    assert len(months) == 12
    assert (months[0], months[-1]) == (date(2025, 4, 1), date(2026, 3, 1))


def test_months_use_the_practices_time_zone(doctor, make_image):
    """At half past midnight on the 1st, it is still the previous month in UTC."""
    make_image(local("2026-02-28 23:59:59"))
    make_image(local("2026-03-01 00:00:00"))
    make_image(local("2025-04-01 00:00:00"))
    make_image(local("2025-03-31 23:59:59"))
    summary = statistics.collect(doctor)
    assert [month.images for month in summary.months] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert summary.images == 4, "including older ones"


def test_storage_totals_include_older_images(doctor, make_image):
    make_image(local("2020-01-01"), stored_bytes=1000)
    make_image(local("2025-12-05"), stored_bytes=200)
    make_image(local("2026-03-05"), stored_bytes=30)
    sums = [month.stored_bytes for month in statistics.collect(doctor).months]
    assert sums == [1000] * 8 + [1200] * 3 + [1230]


def test_failures_are_counted_by_reason_and_doubtful_edges_apart(doctor, make_image):
    failed = {"status": "failed", "due_at": None, "cutout": "", "quality": ""}
    for code in ("nothing_found", "nothing_found", "too_heavy"):
        make_image(local("2026-03-05"), error=code, **failed)
    make_image(local("2020-03-05"), quality="fair")
    make_image(local("2026-03-05"), quality="good")
    waiting = {"status": "queued", "due_at": timezone.now(), "quality": "fair"}
    make_image(local("2026-03-06"), **waiting)
    summary = statistics.collect(doctor)
    assert summary.failures == {"nothing_found": 2, "too_heavy": 1}
    assert (summary.waiting, summary.doubtful) == (1, 1)
    assert [count for _why, count in answers.reasons(summary)] == [2, 1]
    with translation.override("en"):
        assert answers.missing(summary) == (
            "3 images of 6 have no cut-out. 1 is still in progress. "
            "Check 1 cut-out whose edge is of low certainty before you use it."
        )


@pytest.mark.parametrize(
    ("added", "used", "months"),
    [
        ({}, 0, None),
        ({"2025-12-31": 600}, 0, None),
        ({"2026-01-01": 300, "2026-03-05": 300}, 600, 2),
        ({"2026-03-05": 600}, 1000, 0),
        ({"2026-03-05": 1}, 1, 297),
    ],
)
def test_room_lasts_as_the_last_three_months_say(doctor, make_image, added, used, months):
    for day, size in added.items():
        make_image(local(day), stored_bytes=size)
    StorageQuota.objects.of(doctor.pk)
    limits = {"storage_limit": 1000, "image_limit": 100, "storage_used": used}
    StorageQuota.objects.filter(pk=doctor.pk).update(image_count=len(added), **limits)
    summary = statistics.collect(doctor)
    assert summary.months_left == months
    assert answers.room(summary)


def test_largest_images_come_first(doctor, make_image):
    sizes = [100, 700, 300, 200, 600, 500, 400]
    for size in sizes:
        make_image(local("2026-03-05"), stored_bytes=size)
    summary = statistics.collect(doctor)
    assert [image.stored_bytes for image in summary.largest] == [700, 600, 500, 400, 300]
    assert answers.large(summary)[0].share == 25
    with translation.override("en"):
        assert "89%" in answers.largest(summary)


def test_other_users_and_deleted_images_are_not_counted(doctor, other_doctor, make_image):
    make_image(local("2026-03-05"), user=other_doctor)
    make_image(local("2026-03-05"), deleted_at=timezone.now())
    assert statistics.collect(doctor).images == 0
    assert statistics.collect(other_doctor).images == 1


def test_storage_total_equals_the_quota(doctor, submit):
    submit(doctor, seed=2)
    submit(doctor, seed=3)
    summary = statistics.collect(doctor)
    assert summary.months[-1].stored_bytes == StorageQuota.objects.get(user=doctor).storage_used


def test_statistics_query_count_does_not_grow(doctor, make_image, count_queries):
    StorageQuota.objects.of(doctor.pk)
    counts = []
    for template in (0, 200):
        for days in range(template, template + 200, 40):
            make_image(NOW - timedelta(days=days))
        counts.append(count_queries(lambda: statistics.collect(doctor)))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("most", "unit", "step"),
    [
        (0, 1, 1),
        (1, 1, 1),
        (7, 1, 5),
        (12, 1, 5),
        (100, 1, 50),
        (14_000, 1, 5000),
        (700, 1024, 500),
        (5 * 1024**2, 1024, 2 * 1024**2),
        (3 * 1024**3, 1024, 1024**3),
    ],
)
def test_scale_steps_are_round_numbers(most, unit, step):
    assert scale_step(most, unit) == step


def test_marks_are_inside_the_plot_and_labelled(doctor, make_image):
    for month, count in ((1, 1), (2, 17), (3, 4)):
        for _ in range(count):
            make_image(local(f"2026-{month:02}-05"), stored_bytes=1024)
    with translation.override("fr"):
        plot = plots.storage(statistics.collect(doctor).months)
    for mark in plot.marks:
        assert 0 <= float(mark.x[:-1]) <= 100
        assert float(mark.x[:-1]) + float(mark.width[:-1]) <= 100.01
        assert 0 < mark.y < mark.y + mark.height <= plot.height
        assert mark.title
    tallest = min(plot.marks, key=lambda mark: mark.y)
    assert "mars 2026" in tallest.title
    assert "22" in tallest.title
    assert len(plot.rows) == 12


def test_page_answers_questions_without_inline_styles(page, doctor, make_image):
    for days in range(0, 300, 7):
        make_image(NOW - timedelta(days=days), quality="excellent", engine="lesion")
    failed = {"status": "failed", "due_at": None, "cutout": "", "error": "nothing_found"}
    make_image(NOW, **failed)
    response = page(doctor).get("/gallery/statistics/", headers={"Accept-Language": "fr"})
    text = response.content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert text.count('role="img"') == text.count("<table") == 1
    assert "/gallery/?status=failed" in text
    for reference in re.findall(r'aria-labelledby="([^"]+-title|plot-[^"]+)"', text):
        for key in reference.split():
            assert f'id="{key}"' in text
    for number in re.findall(r' (?:x|y|x1|x2|y1|y2|width|height)="([^"]*)"', text):
        assert re.fullmatch(r"\d+(\.\d+)?%?", number), "no decimal comma in a coordinate"


def test_empty_gallery_has_no_plots(page, doctor):
    text = page(doctor).get("/gallery/statistics/").content.decode()
    assert "<table" not in text
    assert 'class="card empty"' in text
