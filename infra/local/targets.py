"""Runs every target of the Makefile, as far as it goes without AWS, so that none stops working unnoticed.

`make test` calls it after the tests, with the binaries that these have built. Targets that need a
local cloud of the same kind share one, and so do the benchmarks; the others run beside it. A target that has no exercise here
is a failure.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import build
import commands
import dist
import invoke
import template
import tools
from errors import LocalCloudError
from processes import ROOT, STATE_VARIABLE, State, listens

MAKEFILE = ROOT / "Makefile"
# Exercised by CI itself, line by line.
CI = ROOT / ".ci" / "run"
RUN_BY_CI = ("check", "test")
PATIENCE = 600
# More at once would take longer on two processors, and time out.
AT_ONCE = 3
# The demonstration says what was not right in time, and so needs the machine for itself.
ALONE = ("demonstration",)
# Columns of a benchmark's report that have to be 0, whatever the size.
FAULTS = ("violations", "wrong at the end", "wrong after")


@dataclass(frozen=True)
class Target:
    """A target of the Makefile, with what its help says."""

    name: str
    help: str


class Skipped(Exception):
    """A target cannot be exercised on this machine."""


class Exercises:
    """Runs targets and counts them. Each is printed when it ends."""

    def __init__(self, built: Path, folder: Path) -> None:
        self.built, self.folder = built, folder
        self.passed, self.failed, self.skipped = 0, 0, 0
        self._printing = threading.Lock()
        # What a caller has set must not decide whether targets work: not its make, nor its Recall.
        chosen = {"LOG_LEVEL", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "AWS_PROFILE", *template.read().parameters_by_variable()}
        kept = {name: value for name, value in os.environ.items() if name not in chosen and (name == tools.CHROMIUM_VARIABLE or not name.startswith(("CALLSHEET_", "RECALL_")))}
        self.environment = kept | {build.BUILT_VARIABLE: str(built), "CALLSHEET_RESULTS": str(folder), "NO_COLOR": "1"}

    @contextmanager
    def counted(self, command: str) -> Iterator[None]:
        """Counts and prints one target's run, which fails by an error."""
        began, outcome, reason = time.monotonic(), "ok", ""
        try:
            yield
        except Skipped as error:
            outcome, reason = "skipped", str(error)
        except (LocalCloudError, OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
            outcome, reason = "FAILED", f"{type(error).__name__}: {error}"
        took = time.monotonic() - began
        with self._printing:
            self.passed += outcome == "ok"
            self.skipped += outcome == "skipped"
            self.failed += outcome == "FAILED"
            print(f"make {command} … {outcome} ({took:.1f} s)" + (f"\n    {reason}" if reason else ""), flush=True)

    def make(self, *arguments: str, environment: dict[str, str] | None = None, answers: str = "", patience: int = PATIENCE) -> str:
        """Runs make and returns what it prints; an error if it fails."""
        with self.started(*arguments, environment=environment) as process:
            try:
                printed, _ = process.communicate(answers, timeout=patience)
            except subprocess.TimeoutExpired:
                raise LocalCloudError(f"It took longer than {patience} s.") from None
        if process.returncode != 0:
            raise LocalCloudError(f"It ended with {process.returncode}:\n{printed[-3000:]}")
        return printed

    @contextmanager
    def started(self, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
        """Starts make in a session of its own, so that it reads answers from us and not from a terminal, and ends it."""
        process = subprocess.Popen(
            ["make", "--no-print-directory", *arguments],
            cwd=ROOT,
            env=self.environment | (environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
                try:
                    process.communicate(timeout=20)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.communicate()


def targets(arguments: list[str]) -> int:
    """`targets [name] …`: exercises the named targets, or all; 1 if one fails."""
    built = build.binaries(tests=True)
    chosen = [group for group in GROUPS if not arguments or set(arguments) & set(GROUPS[group])]
    with tempfile.TemporaryDirectory(prefix="callsheet-") as folder:
        exercises = Exercises(built, Path(folder))
        for name in sorted(unexercised(declared(MAKEFILE.read_text()), CI.read_text())):
            with exercises.counted(name):
                raise LocalCloudError("Nothing exercises it: add it to infra/local/targets.py.")
        for group in (group for group in chosen if group in ALONE):
            FUNCTIONS[group](exercises)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            tasks = [task for group in chosen if group not in ALONE for task in split(group, exercises)]
            for done in [pool.submit(task) for task in tasks]:
                done.result()
        skipped = f", {exercises.skipped} skipped" if exercises.skipped else ""
        print(f"targets: {exercises.passed} passed, {exercises.failed} failed{skipped}")
        return 1 if exercises.failed else 0


def declared(makefile: str) -> list[Target]:
    """The targets of a Makefile: all that are phony."""
    described = dict(re.findall(r"^([\w-]+):[^#\n]*## (.*)$", makefile, re.MULTILINE))
    phony = " ".join(re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)).split()
    rules = re.findall(r"^([a-z][\w-]*):(?!=)", makefile, re.MULTILINE)
    return [Target(name, described.get(name, "")) for name in dict.fromkeys([*phony, *rules])]


def unexercised(found: list[Target], ci: str) -> set[str]:
    """The targets that neither a group nor CI runs."""
    by_ci = {name for name in RUN_BY_CI if re.search(rf"^make {name}$", ci, re.MULTILINE)}
    return {target.name for target in found} - by_ci - {name for names in GROUPS.values() for name in names}


def split(group: str, exercises: Exercises) -> list[Callable[[], None]]:
    """The tasks of a group that may run side by side."""
    if group == "benchmarks":
        names: list[str] = []
        with exercises.counted("bench, listed"):
            names = benchmarks(exercises)
        together = [name for name in names if name != commands.COUNTING]
        return [lambda some=some: measure(exercises, some) for some in (together, [commands.COUNTING]) if some]
    return [lambda: FUNCTIONS[group](exercises)]


def without_cloud(exercises: Exercises) -> None:
    """help, simulate, clean, advisories and size."""
    with exercises.counted("help"):
        printed = exercises.make("help")
        if missing := [target.name for target in declared(MAKEFILE.read_text()) if f"make {target.name} " not in printed]:
            raise LocalCloudError(f"It does not list {', '.join(missing)}.")
    # Five days have each part of the week but the outage in them, which takes the longest to simulate.
    with exercises.counted('simulate PROFILE=debug SIMULATE="--calendars 30 --days 5"'):
        exercises.make("simulate", "PROFILE=debug", "SIMULATE=--calendars 30 --days 5")
    with exercises.counted("-n clean"):
        removed = re.findall(r"^rm -rf (.*)$", exercises.make("-n", "clean"), re.MULTILINE)
        if not removed:
            raise LocalCloudError("It removes nothing.")
        for name in removed[0].split():
            ignored = subprocess.run(["git", "check-ignore", "--quiet", f"{name}/"], cwd=ROOT).returncode == 0
            if not ignored:
                raise LocalCloudError(f"It removes {name}, which git keeps.")
    with exercises.counted("advisories, without the network"):
        tools.advisories(), tools.checks()
        nowhere = {name: "http://127.0.0.1:9" for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY")}
        with exercises.started("advisories", environment=nowhere) as process:
            printed, _ = process.communicate(timeout=PATIENCE)
        if process.returncode == 0 or printed.count("cannot be reached") != 2:
            raise LocalCloudError(f"It does not say that both databases cannot be reached:\n{printed}")
    with exercises.counted("size PROFILE=debug"):
        printed = exercises.make("size", "PROFILE=debug")
        if missing := [name for name in template.functions() if not re.search(rf"^{name}\s+\d+\.\d+\s+\d+\.\d", printed, re.MULTILINE)]:
            raise LocalCloudError(f"It says nothing of {', '.join(missing)}:\n{printed}")


def lasting_cloud(exercises: Exercises) -> None:
    """up, invoke, build, deploy and down."""
    state = State(f"targets-{os.getpid()}")
    ours = {STATE_VARIABLE: state.folder.name}
    with exercises.counted("up"):
        exercises.make("up", environment=ours)
        if not state.alive():
            raise LocalCloudError("Nothing runs.")
    try:
        if state.alive():
            for sample in sorted(ROOT.glob("functions/*/events/*.json")):
                invoke_sample(exercises, sample, ours)
            deploy(exercises, invoke.environment(state))
    finally:
        with exercises.counted("down"):
            records = state.records()
            exercises.make("down", environment=ours)
            if state.alive() or state.folder.exists() or not records:
                raise LocalCloudError(f"It leaves something behind: {records}")


def invoke_sample(exercises: Exercises, sample: Path, environment: dict[str, str]) -> None:
    """A function takes a sample event: a webhook is accepted, a batch has no failures."""
    function = sample.parent.parent.name
    arguments = [f"FUNCTION={function}", f"EVENT={sample.stem}"]
    with exercises.counted(f"invoke {' '.join(arguments)}"):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = json.loads(exercises.make("invoke", *arguments, environment=environment))
                break
            except LocalCloudError as error:
                # The stream or the timer has started the scheduler, of which only one runs at a time.
                if "is running already" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
        status, failures = (answer or {}).get("statusCode", 200), (answer or {}).get("batchItemFailures", [])
        if status >= 300 or failures:
            raise LocalCloudError(f"The answer is {json.dumps(answer)}")


def deploy(exercises: Exercises, access: dict[str, str]) -> None:
    """A first deployment, with its questions, and a second one with the answers that were kept."""
    with exercises.counted("build PROFILE=debug"):
        exercises.make("build", "PROFILE=debug")
        for name in template.functions():
            if not os.access(ROOT / ".aws-sam" / "build" / "functions" / name / "bootstrap", os.X_OK):
                raise LocalCloudError(f"It leaves no binary of {name}.")
    kept = exercises.folder / "samconfig.toml"
    tracked = subprocess.run(["git", "show", "HEAD:samconfig.toml"], cwd=ROOT, check=True, capture_output=True).stdout
    kept.write_bytes(tracked)  # not the developer's own, which may name a real stack
    arguments = ["deploy", "PROFILE=debug", f"SAMCONFIG={kept}"]
    with exercises.counted("deploy PROFILE=debug, the first time"):
        printed = exercises.make(*arguments, environment=access, answers=answers())
        if "Successfully created/updated stack" not in printed:
            raise LocalCloudError(printed[-3000:])
        if printed.count("Successfully created/updated stack") != 2 or "TableDeletionProtection=\\\"true" not in kept.read_text():
            raise LocalCloudError(f"It does not protect the tables:\n{printed[-3000:]}")
        if "to stay unreserved" not in printed and "quota is unknown" not in printed:
            raise LocalCloudError(f"It says nothing of the account's quota:\n{printed[:3000]}")
        if SECRET in kept.read_text():
            raise LocalCloudError("A secret is kept in samconfig.toml.")
    with exercises.counted("deploy PROFILE=debug, again"):
        exercises.make(*arguments, environment=access)
    with exercises.counted("deploy PROFILE=debug ENVIRONMENT=dev CONFIRM=no, the first time"):
        exercises.make(*arguments, "ENVIRONMENT=dev", "CONFIRM=no", environment=access, answers=answers("callsheet-dev"))
        if kept.read_text().count("TableDeletionProtection=\\\"true") != 2:
            raise LocalCloudError("It does not keep the answers of each environment in a section of its own.")


SECRET = "whsec_" + "QUFB" * 8


def answers(stack: str = "callsheet-deployed") -> str:
    """The answers to sam's questions, in their order; an empty line takes what is proposed."""
    given = {"RecallApiKey": SECRET, "RecallWebhookSecrets": SECRET, "Architecture": build.architecture()}
    parameters = [given.get(name, "") for name in template.read().parameters]
    confirm_changes = "n"
    rest = [""] * 10
    return "\n".join([stack, "", *parameters, confirm_changes, *rest])


# `cargo lambda` starts a function by `cargo run`, which chooses features for that function alone and so
# would compile most dependencies again. Here it gets the function that is built already.
CARGO = """#!/bin/sh
case "$1" in
lambda) exec cargo-lambda "$@" ;;
run)
    for argument; do
        case "$argument" in --bin=*) exec "{built}/${{argument#--bin=}}" ;; esac
        if [ "$previous" = --bin ]; then exec "{built}/$argument"; fi
        previous=$argument
    done ;;
esac
exec "{cargo}" "$@"
"""


def watched_cloud(exercises: Exercises) -> None:
    """watch, until a function under `cargo lambda watch` answers a webhook."""
    with exercises.counted("watch"):
        try:
            tools.cargo_lambda()
        except LocalCloudError as error:
            raise Skipped(error) from None
        programs = exercises.folder / "programs"
        programs.mkdir()
        cargo = programs / "cargo"
        cargo.write_text(CARGO.format(built=exercises.built, cargo=shutil.which("cargo")))
        cargo.chmod(0o755)
        path = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
        with exercises.started("watch", environment=path) as process:
            lines: list[str] = []
            threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, "")), daemon=True).start()
            state = State(_awaited(r"\. \.local/(\S+)/environment", lines, process))
            _awaited("Ctrl-C ends everything", lines, process)
            environment = invoke.environment(state)
            port = int(environment["CALLSHEET_WEBHOOK_URL"].split(":")[2].split("/")[0])
            _until(lambda: listens(port), process, lines)
            sample = sorted(ROOT.glob("functions/webhook/events/*.json"))[0]
            body = json.loads(sample.read_text())["body"]
            status = invoke.send_webhook(environment["CALLSHEET_WEBHOOK_URL"], environment["CALLSHEET_WEBHOOK_SECRET"], body, 60)
            if status >= 300:
                raise LocalCloudError(f"The webhook is answered {status}:\n{''.join(lines)[-3000:]}")
        if state.alive():
            raise LocalCloudError("Processes are left running.")


def _awaited(pattern: str, lines: list[str], process: subprocess.Popen[str]) -> str:
    """Waits until a line matches, and returns its first group, if it has one."""

    def found() -> re.Match[str] | None:
        return re.search(pattern, "".join(lines))

    _until(lambda: found() is not None, process, lines)
    match = found()
    return match[1] if match and match.groups() else ""


def _until(condition: Callable[[], bool], process: subprocess.Popen[str], lines: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise LocalCloudError(f"It ended, or took longer than {PATIENCE} s:\n{''.join(lines)[-3000:]}")
        time.sleep(0.1)


def demonstration(exercises: Exercises) -> None:
    """dist, and run on what it makes."""
    unpacked = exercises.folder / "released"
    with exercises.counted("dist PROFILE=debug, twice"):
        made = []
        for _ in range(2):
            exercises.make("dist", "PROFILE=debug")
            made.append((dist.DIST / "SHA256SUMS").read_text())
        if made[0] != made[1] or made[0] != dist.checksums(dist.DIST, [line.split("  ")[1] for line in made[0].splitlines()]):
            raise LocalCloudError(f"It makes other files each time, or writes other checksums:\n{made[0]}{made[1]}")
        stack = next(dist.DIST.glob(f"*-stack-{build.architecture()}.zip"))
        shutil.unpack_archive(stack, unpacked)
    with exercises.counted("run, on what was released and without cargo"):
        path = path_without(("cargo", "rustc", "cargo-lambda"), exercises.folder / "links")
        packaged = {"PATH": path, build.PACKAGED_VARIABLE: str(unpacked / "template.yaml")}
        if "Result: correct" not in exercises.make("run", environment=packaged):
            raise LocalCloudError("It does not end with `Result: correct`")


def path_without(programs: tuple[str, ...], folder: Path) -> str:
    """The PATH, with links to the other programs in place of each folder that has one of these."""
    shown = []
    for number, place in enumerate(os.environ.get("PATH", os.defpath).split(os.pathsep)):
        if any(shutil.which(program, path=place) for program in programs):
            links = folder / str(number)
            links.mkdir(parents=True)
            for program in Path(place).iterdir():
                if program.name not in programs:
                    (links / program.name).symlink_to(program.absolute())
            place = str(links)
        shown.append(place)
    return os.pathsep.join(shown)


def page(exercises: Exercises) -> None:
    """first-day."""
    with exercises.counted("first-day"):
        exercises.make("first-day")


def browser(exercises: Exercises) -> None:
    """browser, of which `make test` has run every test before, and screenshots."""
    with exercises.counted('browser BROWSER="-k where_to_get"'):
        if "1 passed" not in exercises.make("browser", "BROWSER=-k where_to_get"):
            raise LocalCloudError("It does not run the one test.")
    with exercises.counted("screenshots"):
        exercises.make("screenshots", f"IMAGES={exercises.folder}")
        drawn = {picture.name for picture in exercises.folder.glob("console-*.png")}
        kept = {picture.name for picture in (ROOT / "docs" / "images").glob("console-*.png")}
        if not drawn or drawn != kept:
            raise LocalCloudError(f"It draws {sorted(drawn)}, and docs/images has {sorted(kept)}.")


def benchmarks(exercises: Exercises) -> list[str]:
    """The names of all benchmarks, which the help of `make bench` has to list."""
    shown = subprocess.run([str(exercises.built / "bench"), "--help"], check=True, capture_output=True, text=True).stdout
    names = re.findall(r"^ +- ([a-z]+): ", shown, re.MULTILINE)
    listed = next(target.help for target in declared(MAKEFILE.read_text()) if target.name == "bench")
    shown_in_help = re.search(r"BENCH=([a-z|]+)", listed)
    if not names or not shown_in_help or set(names) != set(shown_in_help[1].split("|")):
        raise LocalCloudError(f"There are the benchmarks {'|'.join(names)}, and the help of `make bench` is: {listed}")
    return names


def measure(exercises: Exercises, names: list[str]) -> None:
    """bench, at the smallest size, with benchmarks that share a cloud."""
    chosen = f"{' '.join(names)} --smallest"
    with exercises.counted(f'bench PROFILE=debug BENCH="{chosen}"'):
        exercises.make("bench", "PROFILE=debug", f"BENCH={chosen}", patience=len(names) * PATIENCE)
        faults = {name: found for name in names if (found := faults_of(exercises.folder / f"bench-{name}.json"))}
        if faults:
            raise LocalCloudError(f"They report: {faults}")


def faults_of(report: Path) -> list[str]:
    """The columns of a benchmark's report that should be 0 and are not."""
    rows = [row for table in json.loads(report.read_text())["tables"] for row in table["rows"]]
    faults = [f"{column}: {row[column]}" for row in rows for column in FAULTS if row.get(column)]
    return faults if rows else ["no rows"]


FUNCTIONS = {"watched": watched_cloud, "lasting": lasting_cloud, "demonstration": demonstration, "page": page, "browser": browser, "plain": without_cloud}
# The targets that each group of exercises runs, in the order of their start.
GROUPS = {
    "watched": ("watch",),
    "lasting": ("up", "invoke", "build", "deploy", "down"),
    "demonstration": ("dist", "run"),
    "page": ("first-day",),
    "browser": ("browser", "screenshots"),
    "benchmarks": ("bench",),
    "plain": ("help", "simulate", "clean", "advisories", "size"),
}
