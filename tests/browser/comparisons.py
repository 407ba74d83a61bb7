"""The comparing page, as its tests open it."""

from playwright.sync_api import expect


def address(*images):
    return f"/compare/?images={','.join(str(image.pk) for image in images)}"


def is_drawn(page):
    stages = page.locator("[data-pane]:not([hidden]) [data-stage]")
    for number in range(stages.count()):
        expect(stages.nth(number)).to_have_attribute("data-state", "")
