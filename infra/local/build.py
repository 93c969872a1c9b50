"""Builds the workspace once for everything local, and lays the functions out as the template expects them.

cargo-lambda passes `--target`, which has cargo compile every dependency a second time, next to those
of the tests. So the local cloud takes the binaries of a plain `cargo build`, and puts each as
`bootstrap` where the template's `CodeUri` points: the template itself stays as it is.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import checks
import template
from errors import LocalCloudError
from processes import ROOT

PROFILES = ("debug", "bench-local", "simulation", "release")
BUILT_VARIABLE = "CALLSHEET_BUILT"
# Names a template of `make dist`, with its functions beside it, to deploy in place of the workspace's own.
PACKAGED_VARIABLE = "CALLSHEET_PACKAGED"


def architecture() -> str:
    """This machine's, as Lambda calls it."""
    machine = platform.machine()
    return "arm64" if machine in ("arm64", "aarch64") else "x86_64"


def binaries(*, tests: bool = False) -> Path:
    """Builds the workspace's binaries and says where they are.

    `CALLSHEET_BUILT` names a folder that has them already, so that nothing is built.

    With `tests`, the tests too, by one command: development dependencies take part in choosing
    features, and a command of its own would compile again what they change.
    """
    if built := os.environ.get(BUILT_VARIABLE):
        return Path(built)
    _cargo_build(["--workspace", "--bins", *(["--tests"] if tests else [])])
    return target_directory() / "debug"


def in_profile(profile: str, packages: tuple[str, ...]) -> Path:
    """Builds the binaries of some packages in a cargo profile and says where they are.

    `debug` takes those of the whole workspace, which the local cloud and the tests have built already.
    """
    if profile not in PROFILES:
        raise LocalCloudError(f"There is no profile {profile!r}: use one of {', '.join(PROFILES)}.")
    if profile == "debug":
        return binaries()
    _cargo_build([f"--profile={profile}", "--bins", *(f"--package={package_of(name)}" for name in packages)])
    return target_directory() / profile


def one_package(name: str) -> Path:
    """Builds the binaries of one package for development, alone, and says where they are."""
    _cargo_build(["--bins", f"--package={name}"])
    return target_directory() / "debug"


def build(arguments: list[str]) -> int:
    """`build <architecture> [profile]`: leaves in `.aws-sam` what `make deploy` takes.

    Without a profile `sam build` builds for AWS, with cargo-lambda. With one, the functions are built
    for this machine and laid out in the same place, to be deployed to the local cloud.
    """
    wanted, profile = (*arguments, "", "")[:2]
    if not profile:
        return checks.sam(["build", "--parameter-overrides", f"Architecture={wanted}"])
    shutil.rmtree(ROOT / ".aws-sam", ignore_errors=True)
    staged = stage(in_profile(profile, template.functions()), ROOT / ".aws-sam" / "build")
    print(f"Built for this machine: {os.path.relpath(staged, ROOT)}")
    return 0


def package_of(name: str) -> str:
    """The package of a function, which need not have the function's name; any other name as it is."""
    manifest = ROOT / "functions" / name / "Cargo.toml"
    return tomllib.loads(manifest.read_text())["package"]["name"] if manifest.exists() else name


def _cargo_build(arguments: list[str]) -> None:
    command = ["cargo", "build", "--locked", *arguments]
    try:
        done = subprocess.run(command, cwd=ROOT)
    except FileNotFoundError:
        raise LocalCloudError("cargo is not on the PATH: install Rust from https://rustup.rs.") from None
    if done.returncode != 0:
        raise LocalCloudError("The build failed; cargo's messages are above.")


def target_directory() -> Path:
    """Where cargo builds, whatever decides it."""
    command = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if shown.returncode != 0:
        sys.stderr.write(shown.stderr)
        raise LocalCloudError("cargo cannot read the workspace; its message is above.")
    return Path(json.loads(shown.stdout)["target_directory"])


def stage(built: Path | None, folder: Path) -> Path:
    """Lays out the template and, beside it, each function's `bootstrap`; without `built`, one that only fails."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "template.yaml").write_text(template.for_stand_in(template.PATH.read_text()))
    for name in template.functions():
        bootstrap = folder / "functions" / name / "bootstrap"
        bootstrap.parent.mkdir(parents=True)
        if built is None:
            bootstrap.write_text("#!/bin/sh\nexit 1\n")
            bootstrap.chmod(0o755)
        else:
            copied(built / name, bootstrap)
    return folder / "template.yaml"


def packaged() -> Path | None:
    """The template of a release that the caller wants deployed, if one is wanted, without what the stand-in refuses."""
    given = os.environ.get(PACKAGED_VARIABLE)
    if given and not Path(given).is_file():
        raise LocalCloudError(f"{PACKAGED_VARIABLE}={given} is no file: name the template.yaml of a release.")
    if not given:
        return None
    released = Path(given).resolve()
    deployed = released.with_name("template-for-stand-in.yaml")
    deployed.write_text(template.for_stand_in(released.read_text()))
    return deployed


def copied(binary: Path, place: Path, option: str = "--strip-debug") -> Path:
    """Copies a binary, without its debug information, which would triple what is zipped and unpacked. `--strip-all` leaves out all symbols."""
    if not binary.exists():
        raise LocalCloudError(f"The build left no binary {binary}: is there a package for functions/{binary.name}?")
    shutil.copy(binary, place)
    if strip := shutil.which("strip"):
        subprocess.run([strip, option, str(place)], capture_output=True)
    return place
