"""What axe finds on a page, in light and dark and at two widths."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
WIDTHS = (320, 1024)
SCHEMES = ("light", "dark")


def violations(page: Page) -> list[str]:
    """The violations of the page as it is shown, with their places."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def assert_accessible(page: Page, where: str = "the page") -> None:
    """The page has no violation, in light and dark, and fits a small screen.

    What differs is the style alone: a page that is shown follows both, at once, since nothing moves (see `NOT_MOVING`).
    """
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches && innerWidth === {width}")
            assert page.evaluate("document.getAnimations().length") == 0
            assert violations(page) == [], f"{where}, {scheme}, {width} px"
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, f"{where} is {overflow} px too wide at {width} px"
