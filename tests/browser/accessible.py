"""What axe finds on a page, in light and dark and at two widths."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

WIDTHS = (320, 1024)
# With the width at which axe looks. A scheme changes colours alone, and a width places alone: each is seen once.
SCHEMES = {"light": 320, "dark": 1024}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
AXE = Axe()
# What stands in a column so narrow that words are broken letter by letter. The numbers of an editor's lines are such a column.
SQUEEZED = """[...document.querySelectorAll("main *:not(.lines)")]
    .filter((one) => one.offsetWidth > 0 && one.offsetWidth < 96 && one.offsetHeight > 120)
    .map((one) => `${one.tagName} ${one.className}: ${one.innerText}`)"""


def violations(page: Page | Frame) -> list[str]:
    """The violations of the page, or of the frame in one, as it is shown, with their places."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("async (options) => (await axe.run(options)).violations", OPTIONS)
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def assert_accessible(page: Page, where: str = "the page") -> None:
    """The page has no violation in any scheme or width, is not wider than either width, and squeezes no text.

    What differs is the style alone: a page that is shown follows both, at once, since nothing moves (see `NOT_MOVING`).
    """
    for scheme, width_of_axe in SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches && innerWidth === {width}")
            assert page.evaluate("document.getAnimations().length") == 0
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{where} is {overflow} px too wide at {width} px, {scheme}"
            assert page.evaluate(SQUEEZED) == [], f"{where} squeezes a text at {width} px, {scheme}"
            if width == width_of_axe:
                found = violations(page)
                assert found == [], f"{where}, {scheme}, {width} px: {found}"
