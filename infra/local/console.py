"""The console of a local cloud: links that open it, its tests in a browser, and its pictures."""

import os
import subprocess
from pathlib import Path

import sample
import tools
from processes import ROOT

OPERATOR = "lead@acme.example"
BROWSER_TESTS = ROOT / "tests" / "browser"
IMAGES = ROOT / "docs" / "images"


def links(environment: dict[str, str]) -> dict[str, str]:
    """A link for an operator, and one for a sample owner, whose calendar is connected to the simulator."""
    found = {"Operator": operator_link(environment)}
    if not os.environ.get("RECALL_BASE_URL"):
        calendar = sample.connect(environment["CALLSHEET_SIMULATOR_URL"])
        # The calendar is known as soon as its first webhook is handled.
        if link := sample.wait_for(lambda: _link(environment, "link", "--owner", calendar, "--by", sample.OWNER)):
            found["Owner"] = link
    return found


def operator_link(environment: dict[str, str]) -> str:
    """A link for an operator."""
    return _link(environment, "open", "--by", OPERATOR) or "none"


def _link(environment: dict[str, str], *arguments: str) -> str | None:
    command = [environment["CALLSHEET_COMMAND"], "console", *arguments]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def browser_environment() -> dict[str, str]:
    """The environment in which tests and pictures find the browser."""
    return {tools.CHROMIUM_VARIABLE: str(tools.chromium()), "PYTHONDONTWRITEBYTECODE": "1"}


def test_command(arguments: list[str]) -> list[str]:
    """The command that runs the tests in a browser against the cloud of the environment."""
    options = ["-q", "-p", "no:cacheprovider", "--rootdir", str(BROWSER_TESTS)]
    return [str(tools.browser() / "python"), "-m", "pytest", *options, str(BROWSER_TESTS), *arguments]


def picture_command(links: dict[str, str], folder: str = str(IMAGES)) -> list[str]:
    """The command that makes the pictures of the pages that these links open."""
    script = Path(__file__).parent / "screenshots.py"
    return [str(tools.browser() / "python"), str(script), folder, links["Owner"], links["Operator"]]


