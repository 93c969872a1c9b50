"""Calls one deployed function of the local cloud with a sample event and prints its answer."""

import base64
import hashlib
import hmac
import json
import os
import shlex
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import tools
from errors import LocalCloudError
from processes import ROOT, State, lasting_state

SCRIPT = Path(__file__).parent / "aws" / "invoke.py"


def invoke(arguments: list[str]) -> int:
    """`invoke <function> [event file]`; the event is `functions/<function>/events/<name>.json` for a bare name."""
    state = lasting_state()
    if not state.alive():
        raise LocalCloudError("The local cloud is not up: `make up` first.")
    function, event = (*arguments, "", "")[:2]
    samples = ROOT / "functions" / function / "events"
    known = sorted(path.stem for path in samples.glob("*.json")) if function else []
    if not known:
        functions = ", ".join(sorted(path.parent.name for path in ROOT.glob("functions/*/events")))
        raise LocalCloudError(f"Name the function: `make invoke FUNCTION=…` with one of {functions}.")
    path = samples / f"{event or known[0]}.json"
    if not path.exists():
        raise LocalCloudError(f"{function} has no sample event `{event}`: there are {', '.join(known)}.")
    variables = environment(state)
    name = variables[f"CALLSHEET_{function.upper()}_FUNCTION"]
    sample = json.loads(path.read_text())
    if function == "webhook":
        sample["headers"] |= signature(variables["CALLSHEET_WEBHOOK_SECRET"], sample["body"])
    command = [str(tools.stand_in() / "python"), str(SCRIPT), name]
    return subprocess.run(command, env=os.environ | variables, input=json.dumps(sample), text=True).returncode


def send_webhook(url: str, secrets: str, body: str, patience: float) -> int:
    """Sends a signed webhook and returns the status that it is answered with."""
    headers = {"content-type": "application/json"} | signature(secrets, body)
    request = urllib.request.Request(url, body.encode(), headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=patience) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def signature(secrets: str, body: str) -> dict[str, str]:
    """The headers that sign a webhook as Recall does, now: a signature kept in a sample would be too old."""
    identifier, timestamp = f"msg_{uuid.uuid4().hex}", str(int(time.time()))
    key = base64.b64decode(secrets.split()[0].removeprefix("whsec_"))
    digest = hmac.new(key, f"{identifier}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return {
        "webhook-id": identifier,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }


def environment(state: State) -> dict[str, str]:
    """The environment that `up` wrote down."""
    lines = (state.folder / "environment").read_text().splitlines()
    pairs = (shlex.split(line)[1].partition("=") for line in lines)
    return {name: value for name, _, value in pairs}
