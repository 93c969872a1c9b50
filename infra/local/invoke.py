"""Calls one deployed function of the local cloud with a sample event and shows what it answers."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import tools
from processes import ROOT, State
from trouble import Trouble

SCRIPT = Path(__file__).parent / "aws" / "invoke.py"


def invoke(arguments: list[str]) -> int:
    """`invoke <function> [event file]`; the event is `functions/<function>/events/<name>.json` for a bare name."""
    state = State("up")
    if not state.alive():
        raise Trouble("The local cloud is not up: `make up` first.")
    function, event = (*arguments, "", "")[:2]
    samples = ROOT / "functions" / function / "events"
    known = sorted(path.stem for path in samples.glob("*.json")) if function else []
    if not known:
        functions = ", ".join(sorted(path.parent.name for path in ROOT.glob("functions/*/events")))
        raise Trouble(f"Say which: `make invoke FUNCTION=…` with one of {functions}.")
    path = samples / f"{event or known[0]}.json"
    if not path.exists():
        raise Trouble(f"{function} has no sample event `{event}`: there are {', '.join(known)}.")
    environment = _environment(state)
    name = environment[f"CALLSHEET_{function.upper()}_FUNCTION"]
    secret = environment["CALLSHEET_WEBHOOK_SECRET"]
    command = [str(tools.stand_in() / "python"), str(SCRIPT), name]
    sample = json.dumps(json.loads(path.read_text()) | ({"callsheet-secret": secret} if function == "webhook" else {}))
    return subprocess.run(command, env=os.environ | environment, input=sample, text=True).returncode


def _environment(state: State) -> dict[str, str]:
    """What `up` wrote down."""
    lines = (state.folder / "environment").read_text().splitlines()
    pairs = (shlex.split(line)[1].partition("=") for line in lines)
    return {name: value for name, _, value in pairs}
