"""`make dist`: what a release ships, in `dist/`.

For each architecture there is a stack (the template with the functions beside it) and the command line, for both
together the licences, a bill of materials and checksums. Two runs of one commit with the same tools make the same
bytes: paths of the machine are left out of the programs, and archives have fixed times.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import build
import checks
import licences
import linked
import template
import tools
from archives import Entry, tarred, zipped
from errors import LocalCloudError
from packaged import packaged
from processes import ROOT

DIST = ROOT / "dist"
# Rust's targets by the architecture as Lambda calls it.
TARGETS = {"arm64": "aarch64-unknown-linux-gnu", "x86_64": "x86_64-unknown-linux-gnu"}
COMMAND, COMMAND_PACKAGE = "callsheet", "callsheet-cli"
# The oldest C library that the command line runs with: that of distributions since 2014. Functions run with Amazon's.
COMMAND_GLIBC = "2.17"
BILL = Path(__file__).parent / "release" / "bill_of_materials.py"


def dist(arguments: list[str]) -> int:
    """`dist [profile]`: without a profile, for AWS and each architecture; with one, built by cargo for this machine alone."""
    profile = (*arguments, "")[0]
    name = f"callsheet-{version()}"
    architectures = [build.architecture()] if profile else list(TARGETS)
    began = time.monotonic()
    packages = linked.packages(programs_by_package(), [TARGETS[one] for one in architectures])
    legal_texts = legal(packages)
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    pages = generated_pages(profile)
    for architecture in architectures:
        built = _in_profile(profile) if profile else _for_release(architecture)
        (DIST / f"{name}-stack-{architecture}.zip").write_bytes(stack(built, architecture, legal_texts))
        inside = f"{name}-linux-{architecture}"
        files = {COMMAND: Entry(built[COMMAND].read_bytes(), executable=True)} | pages | legal_texts
        (DIST / f"{inside}.tar.gz").write_bytes(tarred({f"{inside}/{path}": entry for path, entry in files.items()}))
    (DIST / f"{name}-licences.zip").write_bytes(zipped(legal_texts))
    (DIST / f"{name}.cdx.json").write_text(bill_of_materials(packages))
    (DIST / "SHA256SUMS").write_text(checksums(DIST, [path.name for path in DIST.iterdir()]))
    for path in sorted(DIST.iterdir()):
        print(f"dist/{path.name:45} {path.stat().st_size / 1e6:6.2f} MB")
    print(f"Made for {' and '.join(architectures)} in {time.monotonic() - began:.0f} s.")
    return 0


def version() -> str:
    """The version of the workspace."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text())
    return manifest["workspace"]["package"]["version"]


def programs_by_package() -> dict[str, str]:
    """The programs of a release, with the package that each is of."""
    return {name: build.package_of(name) for name in template.functions()} | {COMMAND: COMMAND_PACKAGE}


def stack(built: dict[str, Path], architecture: str, legal_texts: dict[str, Entry]) -> bytes:
    """The archive from which `sam deploy` deploys: template, settings of sam, functions, licences."""
    text = packaged(template.PATH.read_text(), template.functions(), architecture)
    files = {"template.yaml": Entry(text.encode()), "samconfig.toml": Entry((ROOT / "samconfig.toml").read_bytes())}
    for function in template.functions():
        bootstrap = Entry(built[function].read_bytes(), executable=True)
        files[f"functions/{function}.zip"] = Entry(zipped({"bootstrap": bootstrap}))
    return zipped(files | legal_texts)


def legal(packages: list[linked.Linked]) -> dict[str, Entry]:
    """The licence of the project and those of what it is linked with."""
    common = licences.of_the_toolchain() / "licenses"
    texts = {
        "LICENSE": (ROOT / "LICENSE").read_text(),
        "THIRD-PARTY-LICENSES.txt": licences.document(packages, common),
        licences.STANDARD_LIBRARY: licences.of_the_standard_library(rust_version()),
    }
    return {name: Entry(text.encode()) for name, text in texts.items()}


def generated_pages(profile: str) -> dict[str, Entry]:
    """Shell completions and manual pages, by their paths."""
    built = build.binaries() if profile == "debug" else build.one_package("callsheet-pages")
    with tempfile.TemporaryDirectory(prefix="callsheet-") as folder:
        subprocess.run([str(built / "pages"), folder], check=True)
        found = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): Entry(path.read_bytes()) for path in found}


def bill_of_materials(packages: list[linked.Linked]) -> str:
    """The bill in CycloneDX's JSON."""
    standard_library = ("rust-std", rust_version())
    ours = sorted(set(programs_by_package().values()))
    roots = [package.key for package in packages if package.key[0] in ours]
    described = [
        {"name": one.key[0], "version": one.key[1], "licence": one.licence, "checksum": one.checksum, "repository": one.repository, "programs": one.programs, "needs": one.needs}
        for one in packages
    ]
    described.append({"name": standard_library[0], "version": standard_library[1], "licence": "MIT OR Apache-2.0", "repository": "https://github.com/rust-lang/rust", "needs": []})
    release = {"name": "callsheet", "version": version(), "licence": "Apache-2.0", "needs": [*roots, standard_library]}
    given = json.dumps({"release": release, "packages": described, "time": commit_time()})
    command = [str(tools.release() / "python"), "-B", str(BILL)]
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-3000:])
        raise LocalCloudError("The bill of materials could not be made; the reason is above.")
    return done.stdout


def commit_time() -> int:
    """When the commit was made, in seconds of Unix; outside a clone, what SOURCE_DATE_EPOCH says, or else 0."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    shown = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, text=True)
    return int(shown.stdout.strip() or 0)


def rust_version() -> str:
    """The version of the compiler, with whose standard library programs are linked."""
    shown = subprocess.run(["rustc", "--version"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return shown.split()[1]


def checksums(folder: Path, names: list[str]) -> str:
    """A line for each file, as `sha256sum --check` reads it."""
    return "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(names))


def _in_profile(profile: str) -> dict[str, Path]:
    """The programs as cargo builds them for this machine, without debug information."""
    built = build.in_profile(profile, tuple(programs_by_package().values()))
    folder = build.target_directory() / "dist" / "programs" / profile
    folder.mkdir(parents=True, exist_ok=True)
    return {name: build.copied(built / name, folder / name, "--strip-all") for name in programs_by_package()}


def _for_release(architecture: str) -> dict[str, Path]:
    """The programs as they run on AWS and elsewhere. One after the other, each with the features that it needs itself."""
    folder = build.target_directory() / "dist"
    out = folder / "programs" / architecture
    environment = {"CARGO_TARGET_DIR": str(folder), "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(path_flags(folder))}
    target = TARGETS[architecture]
    for name, package in programs_by_package().items():
        triple = f"{target}.{COMMAND_GLIBC}" if name == COMMAND else target
        options = ["--release", "--locked", "--target", triple, "--package", package, "--bin", name]
        checks.cargo_lambda(["build", *options, "--lambda-dir", str(out)], environment)
    return {name: out / name / "bootstrap" for name in programs_by_package()}


def path_flags(target: Path) -> list[str]:
    """The compiler's flags that replace this machine's paths. Of those that fit a path, the last one counts."""
    cargo = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    places = {str(ROOT): "/callsheet", str(target): "/callsheet/target", cargo: "/cargo"}
    return [f"--remap-path-prefix={path}={name}" for path, name in places.items()]
