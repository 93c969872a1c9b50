"""The commands behind make's targets that need a local cloud."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import build
import cloud as aws
import tools
from processes import ROOT, STATES, State, chosen_port, free_port, listens
from settings import RAISED_LIMITS, parameters, recall, simulator_flags
from trouble import Trouble


def up() -> int:
    """Builds, starts, deploys, connects, and leaves it running."""
    state = State("up")
    if state.alive():
        raise Trouble("The local cloud is up already: `make down` ends it.")
    state.end()
    with _ended_on_trouble(state):
        environment = _bring_up(state, build.binaries(), chosen=True)
    print(_summary(state, environment))
    return 0


def down() -> int:
    """Ends what `up` left running, and what a killed command left behind."""
    ended = 0
    folders = (path for path in STATES.iterdir() if path.is_dir()) if STATES.exists() else []
    for folder in sorted(folders):
        state = State(folder.name)
        if folder.name == "up" or not state.owned():
            ended += state.end()
            shutil.rmtree(folder, ignore_errors=True)
    print(f"Ended {ended} processes." if ended else "Nothing was running.")
    return 0


def run() -> int:
    """The demonstration, in a cloud of its own that ends with it."""
    built = build.binaries()
    with _private("run") as state:
        return _follow([str(built / "workday")], os.environ | _bring_up(state, built))


def test(arguments: list[str]) -> int:
    """All tests, with the deployed stack and a second opinion on DynamoDB at hand."""
    dynoxide = tools.dynoxide()
    built = build.binaries(tests=True)
    with _private("test") as state:
        environment = _bring_up(state, built, raised=True)
        port = free_port()
        flags = ["serve", "--host", "127.0.0.1", "--port", str(port)]
        state.start("dynoxide", [str(dynoxide), *flags], dict(os.environ)).wait_for(lambda: listens(port), 10)
        environment["CALLSHEET_SECOND_OPINION_URL"] = f"http://127.0.0.1:{port}"
        code = _follow(["cargo", "test", "--workspace", "--locked", *arguments], os.environ | environment)
        state.keep = code != 0
        return code


def bench(arguments: list[str]) -> int:
    """A benchmark, in a cloud of its own that ends with it. What is counted is also left as JSON."""
    if not arguments:
        raise Trouble("Which one? make bench BENCH=storm, or another of those in docs/benchmarks.md.")
    built = build.measured()
    # Between the functions and AWS, the benchmark of what they cost counts their requests.
    counting = free_port() if "cost" in arguments else None
    with _private("bench") as state:
        # Raised, so that getting ready takes no minutes; a benchmark sets the limits it is about by `retune`.
        environment = _bring_up(state, built, raised=True, besides={"LogLevel": "info"}, functions_by=counting)
        environment |= {"CALLSHEET_STATE": state.folder.name, "CALLSHEET_PYTHON": sys.executable}
        environment |= {"CALLSHEET_RESULTS": str(STATES), "CALLSHEET_COUNTING_PORT": str(counting or "")}
        code = _follow([str(built / "bench"), *arguments], os.environ | environment)
        state.keep = code != 0
        return code


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
    template = build.stage(None if watched else built, state.folder / "build")
    aws.deploy(stand_in, template, parameters(service, raised=raised, chosen=chosen) | (besides or {}))
    deployed = aws.bridge(stand_in, watching=bool(watched))
    aws.feed(stand_in, deployed, watched)
    # cargo-lambda serves a function's HTTP front below its name.
    webhook_url = f"{watched}/lambda-url/webhook/webhook" if watched else aws.webhook_url(stand_in, deployed)
    if service.simulated:
        # Last, since it must know where to send webhooks; nothing asks it before it has sent one.
        flags = simulator_flags(simulator_port, service, webhook_url, raised=raised)
        simulator = state.start("simulator", [str(built / "recall-simulator"), *flags], dict(os.environ))
        simulator.wait_for(lambda: listens(simulator_port), 10)
    outputs = deployed["outputs"]
    environment = stand_in.access() | {
        "CALLSHEET_WEBHOOK_URL": webhook_url,
        "CALLSHEET_QUEUE_URL": outputs["NoticesQueueUrl"],
        "CALLSHEET_DLQ_URL": outputs["DeadLetterQueueUrl"],
        "CALLSHEET_DECISIONS_TABLE": outputs["DecisionsTableName"],
        "CALLSHEET_STATE_TABLE": outputs["StateTableName"],
        "CALLSHEET_WEBHOOK_FUNCTION": outputs["WebhookFunctionName"],
        "CALLSHEET_SYNC_FUNCTION": outputs["SyncFunctionName"],
        "CALLSHEET_SCHEDULER_FUNCTION": outputs["SchedulerFunctionName"],
        "CALLSHEET_SIMULATOR_URL": service.base_url,
        "CALLSHEET_WEBHOOK_SECRET": service.webhook_secret,
        "CALLSHEET_RECALL_API_KEY": service.api_key,
        "CALLSHEET_RECALL_URL": service.base_url,
        "CALLSHEET_COMMAND": str(built / "callsheet"),
        "CALLSHEET_LOGS": str(state.logs),
    }
    if raised:
        environment["CALLSHEET_LIST_EVENTS_PER_MINUTE"] = str(RAISED_LIMITS["list_events"][1])
    exports = [f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()]
    (state.folder / "environment").write_text("".join(exports))
    return environment | deployed["environment"] if watched else environment


@contextmanager
def _private(purpose: str) -> Iterator[State]:
    """A state of this process's own, ended whatever happens; after trouble its logs stay for a look."""
    state = State(f"{purpose}-{os.getpid()}")
    try:
        yield state
    except Trouble:
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
def _ended_on_trouble(state: State) -> Iterator[None]:
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
        raise Trouble(f"There is no `{command[0]}`.") from None
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
        "Queue": environment["CALLSHEET_QUEUE_URL"],
        "Dead letters": environment["CALLSHEET_DLQ_URL"],
        "Decisions": environment["CALLSHEET_DECISIONS_TABLE"],
        "State": environment["CALLSHEET_STATE_TABLE"],
        "Recall": environment["CALLSHEET_SIMULATOR_URL"],
        "Logs": os.path.relpath(state.logs, ROOT),
        "Environment": f". {os.path.relpath(state.folder / 'environment', ROOT)}",
    }
    return "\n".join(f"{name + ':':14}{value}" for name, value in shown.items())
