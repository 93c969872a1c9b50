"""The functions and parameters of `template.yaml`: the one list of settings that the local cloud uses.

A setting is a variable in a function's `Environment`. The template says what it refers to: a
parameter, a resource, or a literal.
"""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tools
from errors import LocalCloudError
from processes import ROOT

PATH = ROOT / "template.yaml"
READER = Path(__file__).parent / "aws" / "read_template.py"
# The name of the stack in the local cloud.
STACK = "callsheet"


# A resource that is an alarm of an expression.
EXPRESSION_ALARM = re.compile(r"^  \w+:\n    Type: AWS::CloudWatch::Alarm\n(?:    .*\n)*?      Metrics:\n(?:    .*\n)*", re.MULTILINE)


def for_stand_in(text: str) -> str:
    """The template without what the stand-in refuses to create: it takes an alarm of one metric only."""
    return EXPRESSION_ALARM.sub("", text)


@dataclass(frozen=True)
class Parameter:
    """A parameter of the template. One without a default has to be given at deployment."""

    name: str
    default: str | None

    @property
    def operation(self) -> str | None:
        """The Recall operation whose calls a minute it limits: `list_events` for `ListEventsPerMinute`."""
        words = re.findall(r"[A-Z][a-z0-9]*", self.name)
        return "_".join(words[:-2]).lower() if words[-2:] == ["Per", "Minute"] else None


@dataclass(frozen=True)
class Variable:
    """An environment variable of a function, and the parameter, the resource or the literal that it is set to."""

    name: str
    parameter: Parameter | None = None
    resource: str | None = None
    resource_type: str | None = None
    literal: str | None = None


@dataclass(frozen=True)
class Function:
    """A function of the template, named after the folder of its code, which is also the name of its binary."""

    name: str
    variables: tuple[Variable, ...]

    @property
    def output(self) -> str:
        """The stack's output with the function's deployed name."""
        return f"{self.name.title()}FunctionName"


@dataclass(frozen=True)
class Template:
    """What the local cloud needs to know of a template."""

    parameters: Mapping[str, Parameter]
    functions: tuple[Function, ...]

    def parameters_by_variable(self) -> dict[str, Parameter]:
        """The parameter that each environment variable is set to, for the variables that are set to one."""
        found: dict[str, Parameter] = {}
        for variable in (variable for function in self.functions for variable in function.variables):
            if variable.parameter and found.setdefault(variable.name, variable.parameter) != variable.parameter:
                raise LocalCloudError(f"{variable.name} is set to another parameter in each function of the template.")
        return found

    def limits(self) -> dict[str, tuple[Parameter, int]]:
        """The limits on calls a minute, by Recall operation: the parameter and its default."""
        return {
            parameter.operation: (parameter, int(parameter.default or 0))
            for parameter in self.parameters.values()
            if parameter.operation and parameter.default
        }


@cache
def read(path: Path = PATH) -> Template:
    """Reads a template."""
    command = [str(tools.sam() / "python"), "-B", str(READER), str(path)]
    printed = subprocess.run(command, capture_output=True, text=True)
    if printed.returncode != 0:
        sys.stderr.write(printed.stderr[-2000:])
        raise LocalCloudError(f"{path} cannot be read; the reason is above.")
    return parse(json.loads(printed.stdout))


def functions() -> tuple[str, ...]:
    """The names of the project's functions, in the template's order."""
    return tuple(function.name for function in read().functions)


def parse(document: Mapping[str, Any]) -> Template:
    """A template out of its JSON form."""
    parameters = {
        name: Parameter(name, str(given["Default"]) if "Default" in given else None)
        for name, given in document.get("Parameters", {}).items()
    }
    resources: Mapping[str, Any] = document["Resources"]
    found = []
    for logical, resource in resources.items():
        if resource["Type"] == "AWS::Serverless::Function":
            properties = resource["Properties"]
            name = Path(properties["CodeUri"]).name
            binary = resource["Metadata"]["BuildProperties"]["Binary"]
            if (logical, binary) != (f"{name.title()}Function", name):
                raise LocalCloudError(f"The function of functions/{name} is called {logical} in the template, its binary {binary}.")
            given = properties.get("Environment", {}).get("Variables", {})
            variables = (_variable(variable, value, parameters, resources) for variable, value in given.items())
            found.append(Function(name, tuple(variables)))
    return Template(parameters, tuple(found))


def _variable(name: str, value: Any, parameters: Mapping[str, Parameter], resources: Mapping[str, Any]) -> Variable:
    if not isinstance(value, dict):
        return Variable(name, literal=str(value))
    referred = value.get("Ref") or value.get("Fn::GetAtt", [None])[0]
    if referred == "AWS::StackName":
        return Variable(name, literal=STACK)
    if referred in parameters:
        return Variable(name, parameter=parameters[referred])
    if referred in resources:
        return Variable(name, resource=referred, resource_type=resources[referred]["Type"])
    raise LocalCloudError(f"The variable {name} is set to {json.dumps(value)}: use a parameter, a resource, AWS::StackName or a literal.")
