"""Pictures of real pages: `screenshots.py <folder> <owner's link> <operator's link>`. Needs Playwright."""

import os
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

# Name, whose link, path of the page, colours, width and height.
PICTURES = (
    ("console-agenda-light", "owner", "", "light", 1280, 900),
    ("console-event-dark", "owner", "{event}", "dark", 1280, 900),
    ("console-overview-light", "operator", "/status", "light", 1280, 720),
    ("console-agenda-phone", "owner", "", "light", 390, 844),
)
SCALE = 1.5


def main(folder: Path, links: dict[str, str]) -> None:
    """Opens each page and writes its picture."""
    program = Path(os.environ["CALLSHEET_CHROMIUM"])
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(Path.home())}
    if (program.parent / "fonts.conf").exists():
        environment["LD_LIBRARY_PATH"] = str(program.parent / "al2023" / "lib")
        environment["FONTCONFIG_FILE"] = str(program.parent / "fonts.conf")
    with sync_playwright() as playwright:
        # Root has no sandbox, and the only pages are our own.
        browser = playwright.chromium.launch(executable_path=program, env=environment, args=["--no-sandbox", "--disable-gpu"])
        event = prepare(browser, links["owner"])
        for name, who, path, colours, width, height in PICTURES:
            file = folder / f"{name}.png"
            shoot(browser, f"{links[who]}&page={path.format(event=event)}", colours, (width, height), file)
            print(f"Drew {file}")
        browser.close()


def prepare(browser: Browser, link: str) -> str:
    """Waits until bots are scheduled, decides about two meetings, and returns the page of the first event."""
    page = browser.new_page()
    page.goto(link)
    page.locator(".bot", has_text="bot scheduled").nth(3).wait_for(timeout=120_000)
    for title, choice, badge in (("Demo", "Skip", "Skipped"), ("Planning", "Record", "To record")):
        page.get_by_role("group", name=f"This event: {title}").get_by_role("radio", name=choice).check()
        page.locator(".row", has_text=title).locator(".badge", has_text=badge).wait_for(timeout=120_000)
    href = page.locator("h3 a").first.get_attribute("href") or "#"
    page.close()
    return href.removeprefix("#")


def shoot(browser: Browser, link: str, colours: str, size: tuple[int, int], file: Path) -> None:
    """Writes the picture of one page."""
    viewport = {"width": size[0], "height": size[1]}
    with browser.new_context(color_scheme=colours, viewport=viewport, device_scale_factor=SCALE) as context:
        page = context.new_page()
        page.goto(link)
        page.locator("main .page h1").wait_for()
        page.locator("h1").evaluate("(heading) => heading.blur()")
        page.screenshot(path=file)


if __name__ == "__main__":
    main(Path(sys.argv[1]), {"owner": sys.argv[2], "operator": sys.argv[3]})
