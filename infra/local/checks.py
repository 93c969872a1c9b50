"""Checks that need a tool of their own, and `sam` with cargo-lambda on its PATH."""

import os
import subprocess

import second_cloud
import snippets
import tools
from errors import LocalCloudError
from processes import ROOT


# What is configured at GitHub, by the schema that describes it.
CONFIGURED = {
    "vendor.github-workflows": ".github/workflows/*.yml",
    "vendor.github-issue-forms": ".github/ISSUE_TEMPLATE/[!c]*.yml",
    "vendor.github-issue-config": ".github/ISSUE_TEMPLATE/config.yml",
    "vendor.dependabot": ".github/dependabot.yml",
}


def check() -> int:
    """Template, dependencies, licences and workflows; every check runs, and the first failure does not end the rest."""
    sam, checks, workflows = tools.sam(), tools.checks(), tools.workflows()
    commands = [
        [str(sam / "cfn-lint"), "template.yaml"],
        [str(sam / "sam"), "validate", "--lint", "--region", "us-east-1"],
        [str(checks / "cargo-shear"), "--locked"],
        [str(checks / "cargo-deny"), "--locked", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"],
        [str(workflows / "zizmor"), "--offline", "--quiet", "--persona", "pedantic", ".github"],
        *([str(workflows / "check-jsonschema"), "--quiet", "--builtin-schema", schema, *_files(pattern)] for schema, pattern in CONFIGURED.items()),
    ]
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0"}
    codes = [subprocess.run(command, cwd=ROOT, env=environment).returncode for command in commands]
    with snippets.as_files() as files:
        codes += [subprocess.run([str(sam / "cfn-lint"), *map(str, files)], env=environment).returncode]
    return max(*codes, second_cloud.check())


def _files(pattern: str) -> list[str]:
    """The files that match, of which there is at least one."""
    found = [str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(pattern))]
    if not found:
        raise LocalCloudError(f"There is no {pattern}.")
    return found


def sam(arguments: list[str]) -> int:
    """`sam` as given. It finds cargo-lambda, and that finds zig, on the PATH."""
    path = os.pathsep.join([str(tools.cargo_lambda()), str(tools.sam()), os.environ.get("PATH", os.defpath)])
    environment = os.environ | {"PATH": path, "SAM_CLI_TELEMETRY": "0"}
    return subprocess.run(["sam", *arguments], cwd=ROOT, env=environment).returncode


def cargo_lambda(arguments: list[str], variables: dict[str, str]) -> None:
    """`cargo lambda` as given, with zig on the PATH; an error if it fails."""
    path = os.pathsep.join([str(tools.cargo_lambda()), os.environ.get("PATH", os.defpath)])
    if subprocess.run(["cargo-lambda", "lambda", *arguments], cwd=ROOT, env=os.environ | variables | {"PATH": path}).returncode != 0:
        raise LocalCloudError("cargo-lambda failed; its messages are above.")
