"""`sam deploy` to AWS. The first time it asks for the settings, and proposes what suits the account.

Lambda keeps 100 concurrent executions of an account unreserved or, where the quota is lower, all of
them. So a new account, with a quota of 10 or 50, can reserve nothing, and a stack that tries fails.

CloudFormation cannot remove a table that is protected from deletion, so that a first deployment that
fails could not be rolled back. So the first deployment leaves the protection out, and a second one,
which follows at once, turns it on.

An environment is a section of `samconfig.toml`. Its first deployment is the one that finds no
parameters kept there; what is answered is kept in that section.
"""

import json
import os
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import checks
import tools
from errors import LocalCloudError

QUOTA = Path(__file__).parent / "aws" / "account_quota.py"
KEPT_UNRESERVED = 100
UNPROTECTED, PROTECTED = (f'TableDeletionProtection=\\"{value}\\"' for value in ("false", "true"))


@dataclass(frozen=True)
class Quota:
    """Concurrent executions of an account in a region: how many there may be, and how many no function has reserved."""

    region: str
    limit: int
    unreserved: int

    @property
    def kept(self) -> int:
        """How many have to stay unreserved."""
        return min(KEPT_UNRESERVED, self.limit)

    @property
    def reservable(self) -> int:
        """How many a function may still reserve."""
        return max(0, self.unreserved - self.kept)


def deploy(arguments: list[str]) -> int:
    """`deploy <samconfig> <environment> [--no-confirm-changeset]`."""
    config, environment, *options = arguments
    command = ["deploy", "--config-file", config, "--config-env", environment, *options]
    if "parameter_overrides" in kept(Path(config), environment):
        return checks.sam(command)
    proposals = {"TableDeletionProtection": "false"}
    sentence, can_reserve = advice(account_quota())
    print(sentence)
    if not can_reserve:
        proposals["SchedulerReservedConcurrency"] = "0"
    print("TableDeletionProtection is false for the first deployment, so that it can be rolled back, and set to true right after it.", flush=True)
    proposed = [f"{name}={value}" for name, value in proposals.items()]
    code = checks.sam([*command, "--guided", "--parameter-overrides", *proposed])
    return code or protect(Path(config), environment)


def kept(config: Path, environment: str) -> dict[str, Any]:
    """The answers that an environment's section keeps; an error that lists the environments if there is no such one."""
    sections = {name: section for name, section in tomllib.loads(config.read_text()).items() if isinstance(section, dict)}
    if environment not in sections:
        raise LocalCloudError(f"{config} has no environment {environment!r}: use {', '.join(sections)}, or add a section [{environment}.deploy.parameters].")
    parameters: dict[str, Any] = sections[environment].get("deploy", {}).get("parameters", {})
    return parameters


def protect(config: Path, environment: str) -> int:
    """Turns the protection of the tables on, if the answers that were kept leave it out."""
    before, heading, rest = config.read_text().partition(f"[{environment}.deploy.parameters]")
    section, next_heading, after = rest.partition("\n[")
    if UNPROTECTED not in section:
        return 0
    config.write_text(before + heading + section.replace(UNPROTECTED, PROTECTED) + next_heading + after)
    return checks.sam(["deploy", "--config-file", str(config), "--config-env", environment, "--no-confirm-changeset"])


def account_quota() -> Quota | str:
    """The quota of the account that the caller deploys to, or why it is unknown."""
    done = subprocess.run([str(tools.sam() / "python"), "-B", str(QUOTA)], env=os.environ, capture_output=True, text=True)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return "it cannot be asked for"
    return answer["problem"] if "problem" in answer else Quota(**answer)


def advice(quota: Quota | str) -> tuple[str, bool]:
    """A sentence about the account, and whether the scheduler's concurrency can be reserved as far as that is known."""
    if isinstance(quota, str):
        return (
            f"The account's Lambda quota is unknown ({quota}): if it is 100 or less, answer 0 for SchedulerReservedConcurrency.",
            True,
        )
    allowed = f"Lambda's quota in {quota.region} is {quota.limit} concurrent executions, of which {quota.kept} have to stay unreserved"
    if quota.reservable:
        return f"{allowed}, so {quota.reservable} can be reserved: one for the scheduler is proposed.", True
    return (
        f"{allowed}, so none can be reserved: 0 is proposed for SchedulerReservedConcurrency, and a lease alone keeps scheduler runs to one at a time.",
        False,
    )
