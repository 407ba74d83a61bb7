"""The viewer's stage by itself: what measures, compares and annotates will stand on it."""

import pytest

STAGES = """async ([module, library, { display, width, height }]) => {
    const { Stage } = await import(module);
    const size = { width: Number(width), height: Number(height) };
    const load = async (left) => {
        const element = document.createElement("div");
        const place = { position: "fixed", top: 0, left, width: "600px", height: "400px" };
        Object.assign(element.style, place);
        document.body.append(element);
        const stage = await Stage.load(element, library);
        const none = new Error("no picture");
        const late = new Promise((_, reject) => setTimeout(reject, 30_000, none));
        await Promise.race([stage.show(display, size), late]);
        return stage;
    };
    const [one, other] = await Promise.all([load("0px"), load("600px")]);
    const frames = [];
    one.addEventListener("viewport", () => frames.push(1));
    const shares = [[0, 0], [1, 0], [1, 1], [0, 1]];
    const corners = (stage) =>
        shares.map(([x, y]) => stage.toScreen({ x: x * size.width, y: y * size.height }));
    const frame = () => new Promise((done) => requestAnimationFrame(done));
    const place = { x: size.width / 3, y: size.height / 5 };
    const seen = {};
    for (const act of ["fit", "zoom", "move", "rotate"]) {
        frames.length = 0;
        one[act](1, 1);
        await frame();
        await frame();
        const back = one.toImage(one.toScreen(place));
        seen[act] = {
            corners: corners(one),
            off: Math.hypot(back.x - place.x, back.y - place.y),
            frames: frames.length,
        };
    }
    return {
        seen,
        other: corners(other),
        scripts: document.querySelectorAll(`script[src="${library}"]`).length,
    };
}"""


def test_two_stages_and_where_a_place_in_a_picture_is_on_the_screen(tab, doctor, image, violations):
    page = tab(doctor, reduced_motion="reduce")
    page.goto(f"/consultations/{image.consultation_id}/")
    item = page.locator("#images [data-viewer-item]").first.evaluate(
        "tile => ({display: tile.querySelector('a').href + 'display/', ...tile.dataset})"
    )
    library = page.locator("[data-osd-src]").get_attribute("data-osd-src")
    module = page.locator('script[src*="js/components/viewer/"]').evaluate(
        "script => new URL('stage.js', script.src).href"
    )

    told = page.evaluate(STAGES, [module, library, item])

    assert told["scripts"] == 1, "fetched once, however many stages ask for it"
    seen = told["seen"]
    for act, found in seen.items():
        assert found["off"] < 0.01, f"there and back after {act}"
        assert act == "fit" or found["frames"], f"{act} is told to what lies over the picture"
    assert seen["fit"]["corners"] == told["other"]
    assert 0 <= seen["fit"]["corners"][0]["x"] < seen["fit"]["corners"][1]["x"] <= 600
    wide = [
        found["corners"][1]["x"] - found["corners"][0]["x"] for found in (seen["fit"], seen["zoom"])
    ]
    assert wide[1] / wide[0] == pytest.approx(1.25)
    assert seen["move"]["corners"][0]["x"] == pytest.approx(
        seen["zoom"]["corners"][0]["x"] - 60, abs=1
    )
    top_left, top_right, _, bottom_left = seen["rotate"]["corners"]
    assert top_right["x"] == pytest.approx(top_left["x"], abs=0.5), "the upper edge is at the right"
    assert top_right["y"] > top_left["y"]
    assert bottom_left["x"] < top_left["x"]
    assert not violations
