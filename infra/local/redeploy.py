"""Deploys the running stack again with other parameters, which a benchmark asks for while it runs."""

import json
import re
import urllib.parse

import cloud as aws
import template
from errors import LocalCloudError
from processes import STATES, State


def redeploy(arguments: list[str]) -> int:
    """`redeploy <state> <Parameter>=<value>…`; prints the parameters that the template does not know, which are left out."""
    name, *given = arguments or [""]
    state = State(name)
    if not name or not state.alive():
        raise LocalCloudError(f"There is no local cloud {name!r} to deploy to.")
    staged = state.folder / "build" / "template.yaml"
    asked = dict(one.split("=", 1) for one in given)
    known = template.read(staged).parameters
    values = json.loads((state.folder / "parameters.yaml").read_text())
    values |= {parameter: value for parameter, value in asked.items() if parameter in known}
    cloud = aws.Cloud(state, _port(state))
    aws.deploy(cloud, staged, values)
    aws.complete_deployment(cloud, watching=False)
    print(json.dumps({"unknown": sorted(asked.keys() - known.keys())}))
    return 0


def _port(state: State) -> int:
    found = re.search(r"AWS_ENDPOINT_URL=(\S+)", (state.folder / "environment").read_text())
    if not found:
        raise LocalCloudError(f"It is not written down where {state.folder.relative_to(STATES)} listens.")
    return urllib.parse.urlsplit(found.group(1)).port
