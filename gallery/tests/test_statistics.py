"""What the plots say is what the gallery holds."""

import re
from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from gallery import statistics
from gallery.models import StorageQuota, UserImage
from gallery.statistics import plots
from imaging import storage

pytestmark = pytest.mark.django_db
NOW = datetime.fromisoformat("2026-03-31T23:30:00+02:00")


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def image(submit, doctor):
    """`image(created_at, **fields)`: rows are what is counted; one upload is copied."""
    first = submit(doctor)
    UserImage.objects.filter(pk=first.pk).delete()

    def make(created_at, user=doctor, **fields):
        row = UserImage.objects.model.from_db(
            None, [f.attname for f in UserImage._meta.concrete_fields], _values(first)
        )
        row.pk = storage.new_id()
        row._state.adding = True
        row.user = user
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        UserImage.objects.filter(pk=row.pk).update(created_at=created_at)
        return row

    return make


def _values(image):
    return [getattr(image, field.attname) for field in UserImage._meta.concrete_fields]


def local(text):
    return timezone.make_aware(datetime.fromisoformat(text))


def test_the_last_twelve_months_this_one_included(doctor):
    months = [month.first for month in statistics.collect(doctor).months]
    assert len(months) == 12
    assert (months[0], months[-1]) == (date(2025, 4, 1), date(2026, 3, 1))


def test_an_image_is_counted_in_the_month_of_the_practice(doctor, image):
    """At half past midnight on the 1st it is still last month in UTC."""
    image(local("2026-02-28 23:59:59"))
    image(local("2026-03-01 00:00:00"))
    image(local("2025-04-01 00:00:00"))
    image(local("2025-03-31 23:59:59"))
    found = statistics.collect(doctor)
    assert [month.images for month in found.months] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert found.images == 4, "the older one too"


def test_storage_adds_up_what_is_older_too(doctor, image):
    image(local("2020-01-01"), stored_bytes=1000)
    image(local("2025-12-05"), stored_bytes=200)
    image(local("2026-03-05"), stored_bytes=30)
    sums = [month.stored_bytes for month in statistics.collect(doctor).months]
    assert sums == [1000] * 8 + [1200] * 3 + [1230]


def test_qualities_and_engines(doctor, image):
    for quality, engine in (("good", "general"), ("good", "lesion"), ("fair", "lesion")):
        image(local("2026-03-05"), quality=quality, engine=engine)
    waiting = {"status": "queued", "due_at": timezone.now(), "quality": "", "engine": ""}
    image(local("2026-03-06"), **waiting)
    found = statistics.collect(doctor)
    assert found.months[-1].qualities == {"good": 2, "fair": 1}
    assert found.engines == {"general": 1, "lesion": 2}
    assert found.months[-1].images == 4


def test_only_one_s_own_and_what_is_there(doctor, other_doctor, image):
    image(local("2026-03-05"), user=other_doctor)
    image(local("2026-03-05"), deleted_at=timezone.now())
    assert statistics.collect(doctor).images == 0
    assert statistics.collect(other_doctor).images == 1


def test_the_sum_is_the_quota_s(doctor, submit):
    submit(doctor, seed=2)
    submit(doctor, seed=3)
    found = statistics.collect(doctor)
    assert found.months[-1].stored_bytes == StorageQuota.objects.get(user=doctor).storage_used


def test_it_asks_the_database_the_same_for_more_images(doctor, image, count_queries):
    StorageQuota.objects.of(doctor.pk)
    found = []
    for first in (0, 200):
        for days in range(first, first + 200, 40):
            image(NOW - timedelta(days=days))
        found.append(count_queries(lambda: statistics.collect(doctor)))
    assert found[0] == found[1]


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
def test_scales_have_round_numbers(most, unit, step):
    assert plots._step(most, unit) == step


def test_marks_stay_inside_and_say_what_they_are(doctor, image):
    for month, count in ((1, 1), (2, 17), (3, 4)):
        for _ in range(count):
            image(local(f"2026-{month:02}-05"), quality="good", engine="general")
    with translation.override("fr"):
        drawn = plots.draw(statistics.collect(doctor))
    assert [plot.name for plot in drawn] == ["images", "quality", "engines", "storage"]
    for plot in drawn:
        for mark in plot.marks:
            assert 0 <= float(mark.x[:-1]) <= 100
            assert float(mark.x[:-1]) + float(mark.width[:-1]) <= 100.01
            assert 0 < mark.y < mark.y + mark.height <= plot.height
            assert mark.title
    images = drawn[0]
    tallest = min(images.marks, key=lambda mark: mark.y)
    assert "février 2026" in tallest.title
    assert "17" in tallest.title
    assert len(images.rows) == 12


def test_the_page_tells_it_twice_without_inline_style(page, doctor, image):
    for days in range(0, 300, 7):
        image(NOW - timedelta(days=days), quality="excellent", engine="lesion")
    response = page(doctor).get("/gallery/statistics/", headers={"Accept-Language": "fr"})
    text = response.content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert text.count('role="img"') == text.count("<table") == 4
    for reference in re.findall(r'aria-labelledby="(plot-[^"]+)"', text):
        for key in reference.split():
            assert f'id="{key}"' in text
    for number in re.findall(r' (?:x|y|x1|x2|y1|y2|width|height)="([^"]*)"', text):
        assert re.fullmatch(r"\d+(\.\d+)?%?", number), "no decimal comma in a coordinate"


def test_an_empty_gallery_says_so(page, doctor):
    text = page(doctor).get("/gallery/statistics/").content.decode()
    assert "<table" not in text
    assert 'class="card empty"' in text
