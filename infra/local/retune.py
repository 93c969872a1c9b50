"""Deploys the running stack again with other parameters, as a benchmark asks for while it runs."""

import json
import re
import urllib.parse

import cloud as aws
from processes import STATES, State
from trouble import Trouble


def retune(arguments: list[str]) -> int:
    """`retune <state> <Parameter>=<value>…`; prints those that the template does not know, which are left out."""
    name, *given = arguments or [""]
    state = State(name)
    if not name or not state.alive():
        raise Trouble(f"There is no local cloud {name!r} to be tuned.")
    template = state.folder / "build" / "template.yaml"
    asked = dict(one.split("=", 1) for one in given)
    known = set(re.findall(r"^  (\w+):$", _parameters(template.read_text()), re.MULTILINE))
    values = json.loads((state.folder / "parameters.yaml").read_text())
    values |= {parameter: value for parameter, value in asked.items() if parameter in known}
    cloud = aws.Cloud(state, _port(state))
    aws.deploy(cloud, template, values)
    aws.bridge(cloud, watching=False)
    print(json.dumps({"unknown": sorted(asked.keys() - known)}))
    return 0


def _parameters(template: str) -> str:
    """The template's section of parameters. CloudFormation's tags keep it from being read as plain YAML."""
    found = re.search(r"^Parameters:\n(.*?)^\S", template, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def _port(state: State) -> int:
    found = re.search(r"AWS_ENDPOINT_URL=(\S+)", (state.folder / "environment").read_text())
    if not found:
        raise Trouble(f"It is not written down where {state.folder.relative_to(STATES)} listens.")
    return urllib.parse.urlsplit(found.group(1)).port
