"""Builds the workspace once for everything local, and lays the functions out as the template expects them.

cargo-lambda passes `--target`, which has cargo compile every dependency a second time, next to those
of the tests. So the local cloud takes the binaries of a plain `cargo build`, and puts each as
`bootstrap` where the template's `CodeUri` points: the template itself stays as it is.
"""

import json
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from processes import ROOT
from trouble import Trouble

FUNCTIONS = ("webhook", "sync", "scheduler")


def architecture() -> str:
    """This machine's, as Lambda calls it."""
    machine = platform.machine()
    return "arm64" if machine in ("arm64", "aarch64") else "x86_64"


def binaries(*, tests: bool = False) -> Path:
    """Builds the workspace's binaries and says where they are.

    With `tests`, the tests too and in one go: their development dependencies take part in choosing
    features, and building apart would compile what they change twice.
    """
    _cargo_build(["--workspace", "--bins", *(["--tests"] if tests else [])])
    return target_directory() / "debug"


def released() -> Path:
    """Builds the functions alone, as they are released, and says where they are."""
    _cargo_build(["--release", *(f"--package={name}" for name in FUNCTIONS)])
    return target_directory() / "release"


def measured() -> Path:
    """Builds what benchmarks are run with, optimised, and says where it is."""
    packages = (*FUNCTIONS, "callsheet-cli", "callsheet-tests", "recall-simulator")
    _cargo_build(["--profile=bench-local", "--bins", *(f"--package={name}" for name in packages)])
    return target_directory() / "bench-local"


def _cargo_build(arguments: list[str]) -> None:
    command = ["cargo", "build", "--locked", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT)
    except FileNotFoundError:
        raise Trouble("cargo is not on the PATH: install Rust from https://rustup.rs.") from None
    if done.returncode != 0:
        raise Trouble("The build failed; cargo's messages are above.")


def target_directory() -> Path:
    """Where cargo builds, whatever decides it."""
    command = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if shown.returncode != 0:
        sys.stderr.write(shown.stderr)
        raise Trouble("cargo cannot read the workspace; its message is above.")
    return Path(json.loads(shown.stdout)["target_directory"])


def stage(built: Path | None, folder: Path) -> Path:
    """Lays out the template and, beside it, each function's `bootstrap`; without `built`, idle ones."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "template.yaml", folder)
    for name in FUNCTIONS:
        bootstrap = folder / "functions" / name / "bootstrap"
        bootstrap.parent.mkdir(parents=True)
        if built is None:
            bootstrap.write_text("#!/bin/sh\nexit 1\n")
            bootstrap.chmod(0o755)
        else:
            _copy(built / name, bootstrap)
    return folder / "template.yaml"


def _copy(binary: Path, bootstrap: Path) -> None:
    if not binary.exists():
        raise Trouble(f"The build left no binary {binary}: is there a package for functions/{binary.name}?")
    shutil.copy(binary, bootstrap)
    if strip := shutil.which("strip"):  # debug information would triple what is zipped and unpacked
        subprocess.run([strip, "--strip-debug", str(bootstrap)], capture_output=True)
