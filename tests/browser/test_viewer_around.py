"""What stands around a picture: its day, its zoom, its name, and nothing over it."""

from datetime import date

import pytest
from playwright.sync_api import expect

from consultations import services
from consultations.models import Consultation
from testing.cast import photograph, upload

VISITS = (date(2025, 12, 3), date(2026, 3, 31), date(2026, 3, 31), date(2026, 7, 27))
WIDE, TALL = (960, 480), (480, 960)
SCREENS = {
    "desk": {"viewport": {"width": 1440, "height": 900}},
    "twice as large": {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2},
    "larger still": {"viewport": {"width": 640, "height": 360}, "device_scale_factor": 2},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    "phone across": {
        "viewport": {"width": 740, "height": 360},
        "has_touch": True,
        "is_mobile": True,
    },
}
OVERLAPS = """() => {
    const picture = document.querySelector("#viewer .viewer-canvas").getBoundingClientRect();
    const over = ({ left, right, top, bottom, width }) => width
        && left < picture.right && right > picture.left
        && top < picture.bottom && bottom > picture.top;
    return [...document.querySelectorAll("#viewer :is(button, a, aside, nav, p)")]
        .filter((one) => one.checkVisibility() && !one.closest(".visually-hidden"))
        .filter((one) => !one.matches(".visually-hidden") && over(one.getBoundingClientRect()))
        .map((one) => one.className);
}"""


@pytest.fixture
def years(record, doctor, cached_processing):
    """A patient whose lesion was photographed at three visits."""
    for place, day in enumerate(VISITS):
        visit, _made = Consultation.objects.get_or_create(
            doctor=doctor, patient=record, date=day, reason="Suivi"
        )
        image, _created = services.add_image(
            consultation=visit, user=doctor, upload=upload(seed=place), image_type="macro"
        )
        services.update_image(image, user=doctor, captured_on=day)
    return f"/patients/{record.pk}/"


def in_viewer(page, path):
    page.goto(path)
    page.locator("#images .tile a").first.click()
    viewer = page.locator("#viewer")
    expect(viewer.locator("[data-stage][data-staged]")).to_be_attached()
    return viewer


@pytest.mark.both
@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_each_picture_says_its_day_and_how_long_after_the_one_before(
    tab, doctor, years, violations, screen
):
    """A year between two pictures was not to be seen; on a phone it took a press on `i`."""
    viewer = in_viewer(tab(doctor, locale="fr-FR", **SCREENS[screen]), years)
    page, when = viewer.page, viewer.locator("[data-when]")
    told = [("27/07/2026", "+118 j"), *[("31/03/2026", "+118 j")] * 2, ("03/12/2025", "")]
    for day, gap in told:
        expect(when.locator("[data-day]")).to_have_text(day)
        expect(when.locator("[data-gap]")).to_have_text(gap)
        expect(when).to_be_in_viewport()
        page.keyboard.press("ArrowRight")
    frames = viewer.locator("[data-strip] button")
    assert [text.split() for text in frames.all_inner_texts()] == [
        " ".join(pair).split() for pair in told
    ]
    expect(frames.first).to_have_accessible_name(
        "Macro, 27/07/2026, 118 jours après l’image précédente"
    )
    assert not violations


def test_english_days_in_the_strip_cannot_be_misread(tab, doctor, years):
    """In American figures the 3rd of December would be read as the 12th of March."""
    viewer = in_viewer(tab(doctor, locale="en-GB"), years)
    frames = viewer.locator("[data-strip] button")
    expect(frames).to_have_count(4)
    assert "3 Dec 2025" in frames.last.inner_text()


def test_pictures_of_one_day_say_it_once(tab, doctor, image):
    viewer = in_viewer(tab(doctor), f"/consultations/{image.consultation_id}/")
    expect(viewer.locator("[data-day]")).not_to_be_empty()
    expect(viewer.locator("[data-gap]")).to_be_empty()
    expect(viewer.locator("[data-strip] button span")).to_have_count(0)


def test_a_percentage_says_of_what(tab, doctor, image):
    viewer = in_viewer(tab(doctor, **SCREENS["desk"]), f"/consultations/{image.consultation_id}/")
    fit = viewer.locator("[data-do=fit]")
    expect(fit).to_have_accessible_name("Fit to the screen, now at 100% of the frame")
    viewer.page.keyboard.press("+")
    expect(fit).to_contain_text("125%")
    shown = viewer.locator(".viewer-canvas").bounding_box()
    scale = 1.25 * min(shown["width"] / image.width, shown["height"] / image.height)
    title = fit.get_attribute("title")
    assert title.endswith(f"125% of the fitted picture, {round(100 * scale)}% of its own pixels.")


def test_the_picture_has_a_name_and_the_librarys_keys_do_nothing(tab, doctor, years, violations):
    """Its `f` flips a picture, its `r` turns it a second time, its arrows move it."""
    viewer = in_viewer(tab(doctor, reduced_motion="reduce"), years)
    picture = viewer.get_by_role("img", name="Macro, 27 Jul 2026")
    expect(picture).to_have_count(1)
    viewer.page.evaluate(
        """() => {
            window.done = [];
            const { prototype } = OpenSeadragon.Viewport;
            for (const name of ["setFlip", "setRotation", "panBy", "zoomBy", "goHome"]) {
                const original = prototype[name];
                prototype[name] = function (...values) {
                    window.done.push(name);
                    return original.apply(this, values);
                };
            }
        }"""
    )
    picture.click()
    expect(picture).to_be_focused()
    for key in ("f", "F", "j", "k", "w", "a", "s", "d", "ArrowUp", "0"):
        viewer.page.keyboard.press(key)
    viewer.page.wait_for_timeout(200)
    assert viewer.page.evaluate("window.done") == []
    viewer.page.keyboard.press("r")
    assert viewer.page.evaluate("window.done").count("setRotation") == 1
    assert not violations


def test_a_picture_is_seen_before_its_stage_and_the_viewer_is_gone_at_once(
    tab, doctor, years, violations
):
    """The stage took longer to come than the picture; the page took longer to wake up than a frame.
    What is pressed meanwhile must not be lost."""
    page, held = tab(doctor, reduced_motion="no-preference"), []
    page.route("**/openseadragon.min*.js", lambda route: held.append(route))
    page.goto(years)
    tiles, viewer = page.locator("#images .tile a"), page.locator("#viewer")
    tiles.first.click()
    seen = viewer.locator(".viewer-sight img")
    for _ in range(2):
        expect(seen).to_have_js_property("naturalWidth", 320)
        expect(viewer.locator("[data-loading]")).to_be_hidden()
        page.keyboard.press("ArrowRight")
    expect(viewer.locator("[data-position]")).to_have_text("3 / 4")
    page.keyboard.press("+")
    for route in held:
        route.continue_()
    expect(viewer.locator("[data-stage][data-staged]")).to_be_attached()
    expect(viewer.locator(".viewer-sight")).to_be_hidden()
    expect(viewer.locator("[data-do=fit]")).to_contain_text("125%")

    page.evaluate(
        """() => {
            const key = new KeyboardEvent("keydown", { key: "Escape", bubbles: true });
            const viewer = document.querySelector("#viewer");
            viewer.dispatchEvent(key);
            window.gone = !viewer.checkVisibility({ opacityProperty: true });
            document.querySelector("#images .tile a").click();
        }"""
    )
    assert page.evaluate("window.gone")
    expect(viewer.locator("[data-position]")).to_have_text("1 / 4")
    page.wait_for_timeout(300)
    assert viewer.evaluate(
        "viewer => viewer.open && viewer.checkVisibility({opacityProperty: true})"
    )
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(tiles.first).to_be_focused()
    assert not violations


def test_reduced_motion_is_heard_while_the_viewer_is_open(tab, doctor, image):
    """It was asked once, when the first picture came."""
    page = tab(doctor, reduced_motion="no-preference")
    viewer = in_viewer(page, f"/consultations/{image.consultation_id}/")
    page.evaluate(
        """() => {
            const { prototype } = OpenSeadragon.Viewport;
            const original = prototype.update;
            prototype.update = function () {
                const moved = original.apply(this);
                window.zooms?.push(this.getZoom(true).toFixed(6));
                return moved;
            };
        }"""
    )
    frames = "() => new Promise((done) => setTimeout(() => done(new Set(window.zooms).size), 500))"
    for motion, moves in (("no-preference", True), ("reduce", False)):
        page.emulate_media(reduced_motion=motion)
        page.evaluate("() => { window.zooms = []; }")
        box = viewer.locator(".viewer-canvas").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.wheel(0, -300)
        assert (page.evaluate(frames) > 2) == moves


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("size", [WIDE, TALL], ids=["wide", "tall"])
def test_nothing_covers_the_picture(tab, doctor, consultation, cached_processing, screen, size):
    """At 200 % and on a phone held across, the zoom lay over the ruler, or over the lesion."""
    file = upload(data=photograph(size=size))
    services.add_image(consultation=consultation, user=doctor, upload=file)
    page = tab(doctor, reduced_motion="reduce", **SCREENS[screen])
    viewer = in_viewer(page, f"/consultations/{consultation.pk}/")
    assert page.evaluate(OVERLAPS) == []
    for _ in range(3):
        page.keyboard.press("+")
    assert page.evaluate(OVERLAPS) == [], "nor when it is zoomed"
    box = viewer.locator(".viewer-canvas").bounding_box()
    high, wide = (SCREENS[screen]["viewport"][name] for name in ("height", "width"))
    assert box["height"] > 0.5 * high
    assert box["width"] > 0.5 * wide
    for name in ("in", "out", "rotate", "close", "info"):
        expect(viewer.locator(f".viewer-tools [data-do={name}]")).to_be_in_viewport()
    viewer.locator(".viewer-tools [data-do=info]").click()
    expect(viewer.locator("#viewer-side")).to_be_visible(visible=screen != "desk")
    assert page.evaluate(OVERLAPS) == [], "nor beside the information"


def test_controls_go_while_the_pointer_rests(tab, doctor, years):
    page = tab(doctor, reduced_motion="reduce")
    viewer = in_viewer(page, years)
    arrow = viewer.locator("[data-do=next]")
    box = viewer.locator(".viewer-canvas").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.move(*middle)
    expect(arrow).to_have_css("opacity", "1")
    expect(arrow).to_have_css("opacity", "0")
    page.mouse.move(middle[0] + 5, middle[1])
    expect(arrow).to_have_css("opacity", "1")
    expect(arrow).to_have_css("opacity", "0")
    page.keyboard.press("ArrowRight")
    expect(arrow).to_have_css("opacity", "1")
    arrow.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.wait_for_timeout(3000)
    expect(arrow).to_have_css("opacity", "1")  # never while it has the focus


def test_controls_go_while_a_finger_holds_the_picture(tab, doctor, years):
    page = tab(doctor, reduced_motion="reduce", **SCREENS["phone"])
    viewer = in_viewer(page, years)
    tools = viewer.locator(".viewer-tools.is-zoom")
    box = viewer.locator(".viewer-canvas").bounding_box()
    finger = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    device = page.context.new_cdp_session(page)
    device.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]})
    expect(tools).to_have_css("opacity", "0", timeout=2000)
    device.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(tools).to_have_css("opacity", "1")
