"""The viewer's stage alone: the base for measuring, comparing and annotating."""

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


def test_stages_convert_between_picture_and_screen_coordinates(tab, doctor, image, violations):
    page = tab(doctor, reduced_motion="reduce")
    page.goto(f"/consultations/{image.consultation_id}/")
    item = page.locator("#images [data-viewer-item]").first.evaluate(
        "tile => ({display: tile.querySelector('a').href + 'display/', ...tile.dataset})"
    )
    library = page.locator("[data-osd-src]").get_attribute("data-osd-src")
    module = page.locator('script[src*="js/components/viewer/"]').evaluate(
        "script => new URL('stage.js', script.src).href"
    )

    result = page.evaluate(STAGES, [module, library, item])

    assert result["scripts"] == 1, "the library is fetched once for all stages"
    steps = result["seen"]
    for name, step in steps.items():
        assert step["off"] < 0.01, f"conversion there and back after {name}"
        assert name == "fit" or step["frames"], f"{name} notifies overlays"
    assert steps["fit"]["corners"] == result["other"]
    assert 0 <= steps["fit"]["corners"][0]["x"] < steps["fit"]["corners"][1]["x"] <= 600
    widths = [
        step["corners"][1]["x"] - step["corners"][0]["x"] for step in (steps["fit"], steps["zoom"])
    ]
    assert widths[1] / widths[0] == pytest.approx(1.25)
    assert steps["move"]["corners"][0]["x"] == pytest.approx(
        steps["zoom"]["corners"][0]["x"] - 60, abs=1
    )
    top_left, top_right, _, bottom_left = steps["rotate"]["corners"]
    assert top_right["x"] == pytest.approx(top_left["x"], abs=0.5), "the upper edge is on the right"
    assert top_right["y"] > top_left["y"]
    assert bottom_left["x"] < top_left["x"]
    assert not violations
