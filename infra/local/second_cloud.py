"""A second opinion on the template: it is deployed on moto, an implementation of CloudFormation that shares nothing with the local cloud's.

moto resolves every reference and creates most resources, as its own code understands their properties.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import template
import tools
from errors import LocalCloudError
from processes import State, free_port, listens

SCRIPTS = Path(__file__).parent / "aws"
# The types that moto does not know, which it leaves out. A list, so that a new one is noticed.
UNKNOWN_TO_MOTO = frozenset(
    {
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::ApiMapping",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGatewayV2::Route",
        "AWS::ApiGatewayV2::Stage",
        "AWS::Budgets::Budget",
        "AWS::CloudWatch::Alarm",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::Logs::MetricFilter",
        "AWS::Scheduler::Schedule",
        "AWS::SecretsManager::Secret",
    }
)
# What a deployment has to answer itself: parameters without a default.
PARAMETERS = {"RecallApiKey": "key", "RecallWebhookSecrets": "whsec_" + "QUFB" * 8}
# Answers with which every condition of the template holds, so that all that is optional is created too.
EVERYTHING = PARAMETERS | {
    "ConsoleEnabled": "true",
    "ConsoleSignIn": "https://id.example.com callsheet https://id.example.com/authorize https://id.example.com/token groups=operators",
    "ConsolePreview": "true",
    "CoverageAlarmBelowPercent": "80",
    "EventBusName": "default",
    "KmsKeyArn": "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000",
    "MonthlyBudget": "50",
    "PermissionsBoundaryArn": "arn:aws:iam::123456789012:policy/boundary",
    "PageTopicArn": "arn:aws:sns:us-east-1:123456789012:pages",
    "TicketTopicArn": "arn:aws:sns:us-east-1:123456789012:tickets",
    "Tracing": "true",
    "WebhookCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000",
    "WebhookDomainName": "callsheet.example.com",
}


def check() -> int:
    """Prints what is wrong; 1 if anything is."""
    document = transformed(template.PATH)
    found = problems(document)
    for problem in found:
        print(f"template.yaml on moto: {problem}")
    with_all = problems(document, EVERYTHING, conditional=True)
    for problem in with_all:
        print(f"template.yaml on moto, with all that is optional: {problem}")
    return 1 if found or with_all else 0


def transformed(path: Path) -> dict[str, Any]:
    """A template as CloudFormation gets it, without SAM's types."""
    return _printed([str(tools.sam() / "python"), "-B", str(SCRIPTS / "transform.py"), str(path)], dict(os.environ))


def problems(document: dict[str, Any], parameters: dict[str, str] = PARAMETERS, *, conditional: bool = False) -> list[str]:
    """What is wrong with a transformed template, as far as moto sees it. Conditional resources and outputs may be missing unless told otherwise."""
    types = {name: resource["Type"] for name, resource in document["Resources"].items()}
    made = _created(document, parameters)
    unknown = set(made["unknown"])
    found = [f"it does not know {kind}: look whether it can be checked otherwise, and list it in UNKNOWN_TO_MOTO" for kind in sorted(unknown - UNKNOWN_TO_MOTO)]
    found += [f"it knows {kind}, which UNKNOWN_TO_MOTO lists" for kind in sorted(UNKNOWN_TO_MOTO & set(types.values()) - unknown)]
    if "problem" in made:
        return [*found, made["problem"]]
    if made["status"] != "CREATE_COMPLETE":
        found.append(f"the stack ends as {made['status']}")
    optional = set() if conditional else {name for part in ("Resources", "Outputs") for name, one in document.get(part, {}).items() if "Condition" in one}
    missing = types.keys() - set(made["created"]) - optional
    found += [f"it does not create {name}" for name in sorted(missing) if types[name] not in unknown]
    wanted = document.get("Outputs", {}).keys() - optional
    found += [f"the output {name} is empty" for name in sorted(wanted) if not made["outputs"].get(name)]
    return found


def _created(document: dict[str, Any], parameters: dict[str, str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="callsheet-") as folder, _moto() as endpoint:
        files = [Path(folder) / "template.json", Path(folder) / "parameters.json"]
        for file, content in zip(files, (document, parameters), strict=True):
            file.write_text(json.dumps(content))
        access = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
        own = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "PATH": os.environ.get("PATH", os.defpath)}
        command = [str(tools.moto() / "python"), "-B", str(SCRIPTS / "create_stack.py"), *map(str, files)]
        return _printed(command, access | own)


@contextmanager
def _moto() -> Iterator[str]:
    """Runs moto's server on 127.0.0.1 and gives its address."""
    state = State(f"moto-{os.getpid()}")
    state.create()
    port = free_port()
    try:
        server = state.start("moto", [str(tools.moto() / "moto_server"), "-H", "127.0.0.1", "-p", str(port)], dict(os.environ))
        server.wait_for(lambda: listens(port))
        yield f"http://127.0.0.1:{port}"
        state.remove()
        server.process.wait()
    finally:
        state.remove()


def _printed(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """The JSON that a command prints."""
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-3000:])
        raise LocalCloudError(f"{Path(command[2]).name} failed; the reason is above.")
    return json.loads(done.stdout)
