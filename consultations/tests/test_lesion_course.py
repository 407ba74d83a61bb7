"""A lesion's size from visit to visit: its plot, how it grows, and who is told."""

import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import translation

from consultations import services
from consultations.measuring.course import course_of
from consultations.measuring.course_plot import growth_words, plot_of
from consultations.measuring.growth import Growth
from consultations.models import Consultation, ConsultationImage, Measurement, Scale
from core.plots import AXIS, TOP
from testing.cast import upload
from testing.processing_cache import cache_processing

VISITS = ((date(2026, 7, 2), 7.6), (date(2026, 3, 1), 6.0), (date(2026, 11, 3), 9.3))
PX_PER_MM = 10


@pytest.fixture
def image_on(doctor, consultation, lesion):
    """`image_on(day)`: an image of the lesion that shows this day."""
    seeds = iter(range(40, 80))

    def make(day, consultation=consultation):
        with cache_processing():
            made, _ = services.add_image(
                consultation=consultation,
                user=consultation.doctor,
                upload=upload(seed=next(seeds)),
                image_type="macro",
            )
        made.captured_on, made.lesion, made.laterality = day, lesion, "left"
        made.save(update_fields=["captured_on", "lesion", "laterality"])
        return made

    return make


def measure(image, millimetres, scaled=True):
    """A length in an image of ten pixels to a millimetre, exact to half a pixel."""
    scale = scaled and Scale.objects.create(
        image=image,
        method="ruler",
        x1=0,
        y1=0,
        x2=200,
        y2=0,
        millimetres=20,
        mm_per_px=1 / PX_PER_MM,
        uncertainty=0.004,
    )
    across = millimetres * PX_PER_MM
    figures = {"millimetres": millimetres, "margin": 0.2} if scaled else {}
    Measurement.objects.create(
        image=image,
        kind="length",
        points=[[5, 5], [5 + across, 5]],
        pointing=0.5,
        value=across,
        scale=scale or None,
        **figures,
    )
    return image


@pytest.fixture
def followed(image_on):
    """The lesion measured at three visits, entered out of order."""
    return [measure(image_on(day), size) for day, size in VISITS]


@pytest.fixture
def shown(page, doctor, lesion):
    """`shown(user, language)`: the text of the lesion's page."""

    def read(user=doctor, language="en"):
        url = reverse("lesion_detail", args=[lesion.pk])
        answer = page(user).get(url, headers={"Accept-Language": language})
        assert answer.status_code == 200
        return answer.content.decode().replace("\u00a0", " ")

    return read


def test_the_plot_has_each_visit_on_its_own_day(doctor, lesion, followed):
    course = course_of(lesion, doctor)
    assert [(one.day, one.millimetres) for one in course.sized] == sorted(
        (day, pytest.approx(size)) for day, size in VISITS
    )
    with translation.override("fr"):
        plot = plot_of(course)
    assert [row[0] for row in plot.rows] == ["01/03/2026", "02/07/2026", "03/11/2026"]
    first, middle, last = plot.dots
    assert [first.x, last.x] == ["18.00%", "86.00%"]
    days = [(one.day - date(2026, 3, 1)).days for one in course.sized]
    assert float(middle.x[:-1]) == pytest.approx(18 + 68 * days[1] / days[2], abs=0.01)
    assert first.y > middle.y > last.y, "a larger one stands higher"
    for dot in plot.dots:
        assert TOP <= dot.top < dot.y < dot.bottom <= AXIS
    assert "9,3" in last.title
    steps = {round(high - low) for low, high in zip(plot.lines[1:], plot.lines, strict=False)}
    assert max(steps) - min(steps) <= 1, "the scale is even"
    assert plot.words[0].text.endswith("\u00a0mm")


def test_the_line_of_growth_goes_through_the_sizes(doctor, lesion, followed):
    plot = plot_of(course_of(lesion, doctor))
    (line,) = plot.trends
    assert abs(line.y1 - plot.dots[0].y) < 6
    assert abs(line.y2 - plot.dots[-1].y) < 6
    assert plot.description.startswith(("Growth: +", "Croissance"))


def test_growth_is_told_with_its_margin_in_both_languages(shown, followed):
    assert re.search(r"<b>Growth: \+0\.4\d? mm per month ± 0\.\d+</b>", shown())
    assert re.search(r"<b>Croissance : \+0,4\d? mm par mois ± 0,\d+</b>", shown(language="fr"))


def test_each_image_of_the_line_in_time_says_its_size(shown, followed, image_on):
    image_on(date(2026, 8, 8))
    text = shown()
    sizes = re.findall(r'class="cap-size num">([\d.]+) mm ± [\d.]+<', text)
    assert [round(float(size), 1) for size in sizes] == [9.3, 7.6, 6.0], "the latest first"
    assert "style=" not in text


def test_a_margin_that_crosses_zero_is_no_change(shown, image_on):
    for day, size in ((date(2026, 3, 1), 6.0), (date(2026, 9, 1), 6.1)):
        measure(image_on(day), size)
    text = shown()
    assert "<b>Growth: no change that can be measured</b>" in text
    assert "mm per month" not in text
    assert "plot-trend" not in text
    assert text.count('class="plot-dot"') == 2
    assert "Croissance : aucun changement mesurable" in shown(language="fr")


def test_what_shrinks_has_a_minus_sign():
    with translation.override("fr"):
        words = growth_words(Growth(-0.31, 0.04, 6.0, 9.0))
    assert words.replace("\u00a0", " ") == "Croissance : −0,31 mm par mois ± 0,04"


def test_one_visit_tells_no_growth(shown, image_on):
    for size in (6.0, 6.2):
        measure(image_on(date(2026, 3, 1)), size)
    text = shown()
    assert "once a second visit is measured" in text
    assert 'class="plot"' not in text
    assert text.count("cap-size") == 2, "its sizes are told"


def test_images_of_one_day_stand_side_by_side(doctor, lesion, followed, image_on):
    measure(image_on(date(2026, 7, 2)), 7.7)
    _first, one, other, _last = plot_of(course_of(lesion, doctor)).dots
    assert one.x == other.x
    assert one.aside < other.aside


def test_without_a_scale_the_page_says_what_is_missing(shown, image_on):
    left_out = measure(image_on(date(2026, 3, 1)), 6.0, scaled=False)
    text = shown()
    assert "1 measured image has no scale and is left out" in text
    assert f'{reverse("image_detail", args=[left_out.pk])}#measurements">1 Mar 2026</a>' in text
    assert "cap-size" not in text


def test_sizes_are_for_the_doctor_who_may_change_the_image(
    shown, api, page, doctor, other_doctor, patient, record, lesion, followed
):
    Consultation.objects.create(doctor=other_doctor, patient=record)
    for user in (patient, other_doctor):
        text = shown(user)
        for word in ("cap-size", "plot-dot", "per month", "mm ±"):
            assert word not in text, (user, word)
        answer = api(user).get(f"/api/v1/lesions/{lesion.pk}").json()
        assert (answer["sizes"], answer["growth"]) == ([], None)


def test_the_api_tells_sizes_and_growth(api, doctor, lesion, followed):
    answer = api(doctor).get(f"/api/v1/lesions/{lesion.pk}").json()
    second, first, third = followed
    assert [(row["image"], row["day"]) for row in answer["sizes"]] == [
        (first.pk, "2026-03-01"),
        (second.pk, "2026-07-02"),
        (third.pk, "2026-11-03"),
    ]
    assert answer["sizes"][0]["millimetres"] == pytest.approx(6)
    assert 0 < answer["sizes"][0]["margin"] < 0.5
    grown = answer["growth"]
    assert grown["is_change"] is True
    assert grown["per_month"] == pytest.approx(3.3 / 8.1, rel=0.05)
    assert grown["months"] == pytest.approx(8.1, abs=0.1)
    ConsultationImage.objects.exclude(pk=first.pk).update(lesion=None)
    assert api(doctor).get(f"/api/v1/lesions/{lesion.pk}").json()["growth"] is None


def test_the_page_asks_no_more_for_more_sizes(shown, image_on, count_queries, followed):
    shown()  # the first one logs in
    few = count_queries(shown)
    for month in (4, 5, 6, 9):
        measure(image_on(date(2026, month, 20)), 7.0)
    assert count_queries(shown) == few
