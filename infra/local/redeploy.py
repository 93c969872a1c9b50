"""Changes parameters of the running stack, which a benchmark asks for while it runs."""

import json

import cloud as aws
import template
from errors import LocalCloudError
from processes import State


def redeploy(arguments: list[str]) -> int:
    """`redeploy <state> <Parameter>=<value>…`; prints the parameters that the template does not know, which are left out."""
    name, *given = arguments or [""]
    state = State(name)
    if not name or not state.alive():
        raise LocalCloudError(f"There is no local cloud {name!r} to deploy to.")
    asked = dict(one.split("=", 1) for one in given)
    known = template.read(state.folder / "build" / "template.yaml").parameters
    values = aws.deployed_parameters(state)
    values |= {parameter: value for parameter, value in asked.items() if parameter in known}
    aws.change_parameters(aws.running(state), values)
    print(json.dumps({"unknown": sorted(asked.keys() - known.keys())}))
    return 0
