"""The commands behind make's targets that need a local cloud."""

import itertools
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import build
import cloud as aws
import console
import picture
import template
import tools
from errors import LocalCloudError
from processes import ROOT, STATE_VARIABLE, STATES, State, chosen_port, free_port, lasting_state, listens
from settings import parameters, raised_limits, recall, sign_in, simulator_flags

# The benchmark that needs a proxy between the functions and AWS.
COUNTING = "cost"
SIMULATOR = "simulator"
# The page of `make first-day`, the columns of its own texts first.
FIRST_DAY = ROOT / "docs" / "first-day.md"
FIRST_DAY_COLUMNS = (80, 120)


def up() -> int:
    """Builds, starts, deploys, connects, and leaves it running."""
    state = lasting_state()
    if state.alive():
        raise LocalCloudError("The local cloud is up already: `make down` ends it.")
    state.end()
    with _ended_on_error(state):
        environment = _bring_up(state, build.binaries(), chosen=True)
        links = console.links(environment)
    print(_summary(state, environment))
    for who, link in links.items():
        print(f"\nThe console as {who.lower()}:\n{link}")
    return 0


def down() -> int:
    """Ends the processes that `up` left running, and those that a killed command left behind."""
    ended = 0
    folders = (path for path in STATES.iterdir() if path.is_dir()) if STATES.exists() else []
    for folder in sorted(folders):
        state = State(folder.name)
        if folder == lasting_state().folder or state.is_orphaned():
            ended += state.end()
            shutil.rmtree(folder, ignore_errors=True)
    print(f"Ended {ended} processes." if ended else "Nothing was running.")
    return 0


def run(arguments: list[str]) -> int:
    """`run [--picture]`: the demonstration, in a cloud of its own that ends with it.

    With a picture, the dashboard is drawn in docs/images by what was measured.
    """
    built = build.binaries()
    with _private("run") as state:
        environment = _bring_up(state, built)
        print(f"The console, while this runs:\n{console.operator_link(environment)}\n", flush=True)
        code = _follow([str(built / "workday")], os.environ | environment)
        if arguments and code == 0:
            for file in picture.draw(state.logs):
                print(f"Drew {os.path.relpath(file, ROOT)}")
        return code


def first_day(arguments: list[str]) -> int:
    """`first-day [--write]`: each command of the page, in a cloud of its own, once for each width of a terminal.

    The page as it is with the larger width is left beside what was built.
    """
    built = build.binaries()
    with _private("first-day") as state:
        environment = _bring_up(state, built, raised=True)
        deployed_with = aws.deployed_parameters(state)
        code = 0
        for number, columns in enumerate(FIRST_DAY_COLUMNS):
            if number:
                _begin_again(state, deployed_with, environment)
            copy = build.target_directory() / f"first-day-{columns}.md"
            flags = [f"--columns={columns}", f"--copy={copy}", *arguments]
            code = max(code, _follow([str(built / "first-day"), str(FIRST_DAY), *flags], os.environ | environment))
        state.keep = code != 0
        return code


def test(arguments: list[str]) -> int:
    """All tests, with a deployed stack and a second implementation of DynamoDB."""
    dynoxide = tools.dynoxide()
    built = build.binaries(tests=True)
    with _private("test") as state:
        environment = _bring_up(state, built, raised=True, signing_in=True)
        port = free_port()
        flags = ["serve", "--host", "127.0.0.1", "--port", str(port)]
        state.start("dynoxide", [str(dynoxide), *flags], dict(os.environ)).wait_for(lambda: listens(port))
        environment["CALLSHEET_SECOND_OPINION_URL"] = f"http://127.0.0.1:{port}"
        tests = ["cargo", "test", "--workspace", "--locked"]
        code = _follow([*tests, *arguments], os.environ | environment)
        if code == 0:
            # Only a whole run requests all that the roles allow.
            of_logs = ["log_lines::"] if arguments else []
            if not arguments:
                found = console.browser_environment() | _redeploying(state)
                code = _follow(console.test_command([]), os.environ | environment | found)
            code = code or _follow([*tests, "--test", "whole_run", "--", "--ignored", *of_logs], os.environ | environment)
        state.keep = code != 0
        return code


def browser(arguments: list[str]) -> int:
    """`browser [arguments of pytest]`: the tests in a browser, in a cloud of their own."""
    command, found = console.test_command(arguments), console.browser_environment()
    built = build.binaries()
    with _private("browser") as state:
        environment = _bring_up(state, built, raised=True, signing_in=True) | found | _redeploying(state)
        code = _follow(command, os.environ | environment)
        state.keep = code != 0
        return code


def screenshots(arguments: list[str]) -> int:
    """`screenshots [folder]`: pictures of the console's pages, of the sample owner in a cloud of its own."""
    found, built = console.browser_environment(), build.binaries()
    with _private("screenshots") as state:
        environment = _bring_up(state, built, raised=True)
        links = console.links(environment)
        return _follow(console.picture_command(links, *arguments), os.environ | environment | found)


def bench(arguments: list[str]) -> int:
    """`bench [--profile=…] <benchmark> … [flags]`: benchmarks, in a cloud of their own that ends with them.

    The profile is `bench-local`, optimised, unless told otherwise. Results are also left as JSON.
    Several benchmarks share a cloud, which is emptied before each.
    """
    profile, arguments = _profile(arguments, "bench-local")
    names = list(itertools.takewhile(lambda argument: not argument.startswith("-"), arguments))
    if not names:
        raise LocalCloudError("Name the benchmark: make bench BENCH=storm, or another of those in docs/benchmarks.md.")
    if COUNTING in names and len(names) > 1:
        raise LocalCloudError(f"The benchmark {COUNTING} counts the functions' requests and shares no cloud: run it by itself.")
    built = build.in_profile(profile, (*template.functions(), "callsheet-cli", "callsheet-tests", "recall-simulator"))
    # Between the functions and AWS, the benchmark of what they cost counts their requests.
    counting = free_port() if names == [COUNTING] else None
    with _private("bench") as state:
        # Raised, so that getting ready takes no minutes; a benchmark sets the limits it is about by `redeploy`.
        environment = _bring_up(state, built, raised=True, besides={"LogLevel": "info", "EventBusName": ""}, functions_by=counting)
        deployed_with = aws.deployed_parameters(state)
        environment |= _redeploying(state)
        environment |= {"CALLSHEET_RESULTS": os.environ.get("CALLSHEET_RESULTS") or str(STATES), "CALLSHEET_COUNTING_PORT": str(counting or "")}
        code = 0
        for number, name in enumerate(names):
            if number:
                _begin_again(state, deployed_with, environment)
            code = max(code, _follow([str(built / "bench"), name, *arguments[len(names) :]], os.environ | environment))
        state.keep = code != 0
        return code


def simulate(arguments: list[str]) -> int:
    """`simulate [--profile=…] [flags]`: a week of a workspace, in one process and without a cloud."""
    profile, arguments = _profile(arguments, "simulation")
    built = build.in_profile(profile, ("workspace-simulation",))
    return _follow([str(built / "simulation"), *arguments], dict(os.environ))


def _profile(arguments: list[str], default: str) -> tuple[str, list[str]]:
    """The cargo profile that the first argument names, and the other arguments."""
    if arguments and arguments[0].startswith("--profile="):
        return arguments[0].partition("=")[2], arguments[1:]
    return default, arguments


def _redeploying(state: State) -> dict[str, str]:
    """The environment of a program that changes parameters of the running stack, by `redeploy`."""
    return {STATE_VARIABLE: state.folder.name, "CALLSHEET_PYTHON": sys.executable}


def _begin_again(state: State, deployed_with: dict[str, str], environment: dict[str, str]) -> None:
    """Brings a cloud back to how it was before a benchmark: a new simulator, the first parameters, nothing stored."""
    port = urllib.parse.urlsplit(environment["CALLSHEET_SIMULATOR_URL"]).port
    state.stop(SIMULATOR)
    cloud = aws.running(state)
    aws.change_parameters(cloud, deployed_with)
    aws.empty(cloud)
    state.start_again(SIMULATOR).wait_for(lambda: listens(port))


def watch() -> int:
    """The functions under `cargo lambda watch`, rebuilt as they change, with the rest of the cloud around them."""
    cargo_lambda = tools.cargo_lambda()
    built = build.binaries()
    port = chosen_port("CALLSHEET_WATCH_PORT")
    endpoint = f"http://127.0.0.1:{port}"
    with _private("watch") as state:
        environment = _bring_up(state, built, chosen=True, watched=endpoint)
        print(_summary(state, environment))
        print(f"The functions are at {endpoint}; Ctrl-C ends everything.", flush=True)
        command = ["cargo", "lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
        path = f"{cargo_lambda}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        try:
            return _follow(command, os.environ | environment | {"PATH": path})
        except KeyboardInterrupt:
            return 0  # the way it is meant to end


def _bring_up(
    state: State,
    built: Path,
    *,
    chosen: bool = False,
    raised: bool = False,
    signing_in: bool = False,
    watched: str | None = None,
    besides: dict[str, str] | None = None,
    functions_by: int | None = None,
) -> dict[str, str]:
    """Brings a cloud up in `state` and returns the environment that tests and demonstrations get."""
    state.create()
    tools.sam()
    simulator_port = chosen_port("CALLSHEET_SIMULATOR_PORT")
    service = recall(simulator_port, chosen=chosen)
    stand_in = aws.start(state, functions_by)
    released = None if watched else build.packaged()
    staged = released or build.stage(None if watched else built, state.folder / "build")
    issuer = aws.start_issuer(state) if signing_in else None
    values = parameters(service, raised=raised, chosen=chosen) | (sign_in(issuer) if issuer else {})
    aws.deploy(stand_in, staged, values | (besides or {}))
    deployed = aws.complete_deployment(stand_in, watching=bool(watched))
    aws.start_event_sources(stand_in, deployed, watched)
    # cargo-lambda serves a function's HTTP API below its name.
    webhook_url = f"{watched}/lambda-url/webhook/webhook" if watched else aws.webhook_url(stand_in, deployed)
    console_url = f"{watched}/lambda-url/console/" if watched else aws.console_url(stand_in, deployed)
    if service.simulated:
        # Last, since it must know where to send webhooks; no function calls it before it has sent one.
        flags = simulator_flags(simulator_port, service, webhook_url, raised=raised)
        simulator = state.start(SIMULATOR, [str(built / "recall-simulator"), *flags], dict(os.environ))
        simulator.wait_for(lambda: listens(simulator_port))
    outputs, variables = deployed["outputs"], deployed["environment"]
    resources = state.folder / "resources.json"  # the deployed names by those of the template
    resources.write_text(json.dumps(deployed["resources"], indent=1))
    # A function that a parameter leaves out has no output.
    deployed_functions = [one for one in template.read().functions if one.output in outputs]
    functions = {f"CALLSHEET_{one.name.upper()}_FUNCTION": outputs[one.output] for one in deployed_functions}
    environment = stand_in.access() | {
        "CALLSHEET_STACK": template.STACK,
        "CALLSHEET_WEBHOOK_URL": webhook_url,
        "CALLSHEET_CONSOLE_URL": console_url,
        "CALLSHEET_SIGNING_KEYS": outputs["SigningKeysArn"],
        "CALLSHEET_QUEUE_URL": variables["QUEUE_URL"],
        "CALLSHEET_DLQ_URL": outputs["DeadLetterQueueUrl"],
        "CALLSHEET_DECISIONS_TABLE": variables["DECISIONS_TABLE"],
        "CALLSHEET_STATE_TABLE": variables["STATE_TABLE"],
        "CALLSHEET_SIMULATOR_URL": service.base_url,
        "CALLSHEET_WEBHOOK_SECRET": service.webhook_secret,
        "CALLSHEET_RECALL_API_KEY": service.api_key,
        "CALLSHEET_RECALL_URL": service.base_url,
        "CALLSHEET_COMMAND": str(built / "callsheet"),
        "CALLSHEET_LOGS": str(state.logs),
        "CALLSHEET_RESOURCES": str(resources),
    }
    environment |= functions
    if issuer:
        environment["CALLSHEET_ISSUER_URL"] = issuer
    if raised:
        environment["CALLSHEET_LIST_EVENTS_PER_MINUTE"] = str(raised_limits()["list_events"])
    exports = [f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()]
    (state.folder / "environment").write_text("".join(exports))
    return environment | variables if watched else environment


@contextmanager
def _private(purpose: str) -> Iterator[State]:
    """A state of this process's own, ended whatever happens; after an error its logs are kept."""
    state = State(f"{purpose}-{os.getpid()}")
    try:
        yield state
    except LocalCloudError:
        state.keep = True
        raise
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        state.end()
        if state.keep:
            print(f"Logs are kept in {os.path.relpath(state.logs, ROOT)} until `make down`.", file=sys.stderr)
        else:
            shutil.rmtree(state.folder, ignore_errors=True)


@contextmanager
def _ended_on_error(state: State) -> Iterator[None]:
    try:
        yield
    except BaseException:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        state.end()
        raise


def _follow(command: list[str], environment: dict[str, str]) -> int:
    """Runs a command in the foreground and returns its exit code; it is ended before we leave."""
    environment.pop("AWS_PROFILE", None)
    try:
        process = subprocess.Popen(command, cwd=ROOT, env=environment)
    except FileNotFoundError:
        raise LocalCloudError(f"There is no `{command[0]}`.") from None
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _summary(state: State, environment: dict[str, str]) -> str:
    shown = {
        "Webhooks": environment["CALLSHEET_WEBHOOK_URL"],
        "Console": environment["CALLSHEET_CONSOLE_URL"],
        "Queue": environment["CALLSHEET_QUEUE_URL"],
        "Dead letters": environment["CALLSHEET_DLQ_URL"],
        "Decisions": environment["CALLSHEET_DECISIONS_TABLE"],
        "State": environment["CALLSHEET_STATE_TABLE"],
        "Recall": environment["CALLSHEET_SIMULATOR_URL"],
        "Logs": os.path.relpath(state.logs, ROOT),
        "Environment": f". {os.path.relpath(state.folder / 'environment', ROOT)}",
    }
    return "\n".join(f"{name + ':':14}{value}" for name, value in shown.items())
