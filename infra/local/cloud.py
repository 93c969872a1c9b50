"""The stand-in for AWS, and our stack in it: start, deploy, complete the deployment, and start its event sources.

docs/local-cloud.md says what it leaves out and what that means.
"""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import tools
from errors import LocalCloudError
from processes import State, chosen_port, free_port, listens
from template import STACK

REGION = "us-east-1"
# The stand-in takes a 12-digit access key for the root of the account of that number.
ACCOUNT = "111122223333"
AWS_SCRIPTS = Path(__file__).parent / "aws"


@dataclass(frozen=True)
class Cloud:
    """A running stand-in."""

    state: State
    port: int

    @property
    def endpoint(self) -> str:
        """Where every AWS API is."""
        return f"http://127.0.0.1:{self.port}"

    def access(self) -> dict[str, str]:
        """The environment with which AWS clients reach it and nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            # Neither a profile nor a machine's role may be used instead.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def start(state: State, functions_by: int | None = None) -> Cloud:
    """Starts the stand-in on 127.0.0.1, with an environment of its own: functions inherit it.

    They find AWS by the port `functions_by`, where a proxy listens, if one is given.
    """
    programs = tools.stand_in()
    cloud = Cloud(state, chosen_port("CALLSHEET_PORT"))
    scratch = state.folder / "tmp"
    scratch.mkdir(exist_ok=True)
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(Path.home()),
        "TMPDIR": str(scratch),
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(cloud.port),
        # Written into the addresses of queues.
        "MINISTACK_HOST": "127.0.0.1",
        # The account of unsigned requests: webhooks carry no AWS signature.
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        # Where functions find AWS.
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{functions_by}" if functions_by else cloud.endpoint,
        # The policies of roles are enforced.
        "AUTH": "true",
        # A broker that is not needed, on a port of its own.
        "IOT_MTLS_ENABLED": "0",
    }
    child = state.start("stand-in", [str(programs / "python"), "-B", str(AWS_SCRIPTS / "stand_in.py")], environment)
    child.wait_for(lambda: _healthy(cloud))
    return cloud


def start_issuer(state: State) -> str:
    """Starts the issuer at which people sign in to the console, and returns its address."""
    port = free_port()
    command = [str(tools.stand_in() / "python"), "-B", str(AWS_SCRIPTS / "issuer.py"), str(port)]
    environment = {"PATH": os.environ.get("PATH", os.defpath)}
    state.start("issuer", command, environment).wait_for(lambda: listens(port))
    return f"http://127.0.0.1:{port}"


def running(state: State) -> Cloud:
    """The stand-in that runs in a state."""
    found = re.search(r"AWS_ENDPOINT_URL=(\S+)", (state.folder / "environment").read_text())
    if not found:
        raise LocalCloudError(f"It is not written down where {state.folder.name} listens.")
    return Cloud(state, urllib.parse.urlsplit(found.group(1)).port or 0)


def deployed_parameters(state: State) -> dict[str, str]:
    """The parameters of the last deployment to a state."""
    return json.loads(_parameters(state).read_text())


def deploy(cloud: Cloud, template: Path, parameters: dict[str, str]) -> None:
    """`sam deploy`, as to AWS. Parameters go through a file, because every user can read a command line."""
    values = _note_parameters(cloud.state, parameters)
    log = cloud.state.logs / "deploy.log"
    command = [str(tools.sam() / "sam"), "deploy", "--template-file", str(template), "--stack-name", STACK]
    command += ["--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"]
    command += ["--no-fail-on-empty-changeset", "--parameter-overrides", f"file://{values}"]
    # From another folder, so that samconfig.toml, which is about AWS, is not read.
    environment = os.environ | cloud.access() | {"SAM_CLI_TELEMETRY": "0"}
    environment.pop("AWS_PROFILE", None)
    with open(log, "wb") as output:
        done = subprocess.run(command, cwd=template.parent, env=environment, stdout=output, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        sys.stderr.write(log.read_text(errors="replace")[-3000:])
        raise LocalCloudError("The stack could not be deployed to the local cloud; the end of sam's output is above.")


def change_parameters(cloud: Cloud, parameters: dict[str, str]) -> None:
    """Updates the deployed stack to other parameters. Its template and code stay, so that `sam` is not needed."""
    values = _note_parameters(cloud.state, parameters)
    _run_script(cloud, "change_parameters.py", STACK, str(values))
    complete_deployment(cloud, watching=False)


def empty(cloud: Cloud) -> None:
    """Deletes what the stack's tables and queues hold."""
    _run_script(cloud, "empty.py", STACK)


def complete_deployment(cloud: Cloud, *, watching: bool) -> dict:
    """Does by API call what the stand-in leaves out of a deployment, and returns what was deployed.

    With `watching`, the stack's own event sources no longer call its functions.
    """
    return json.loads(_run_script(cloud, "complete_deployment.py", STACK, *(["--watching"] if watching else [])))


def start_event_sources(cloud: Cloud, deployed: dict, functions_endpoint: str | None = None) -> None:
    """Starts the process that calls functions as AWS's event sources would; see aws/event_sources.py."""
    plan = deployed["event_sources"] | {"logs": str(cloud.state.logs)}
    if functions_endpoint:
        plan |= {"endpoint": functions_endpoint}
    path = cloud.state.folder / "event-sources.json"
    path.write_text(json.dumps(plan, indent=1))
    command = [str(tools.stand_in() / "python"), str(AWS_SCRIPTS / "event_sources.py"), str(path)]
    environment = os.environ | cloud.access()
    environment.pop("AWS_PROFILE", None)
    child = cloud.state.start("event-sources", command, environment)
    child.wait_for(lambda: "ready" in child.log.read_text(errors="replace"))


def webhook_url(cloud: Cloud, deployed: dict) -> str:
    """The deployed HTTP API's route, by a path: `<api>.execute-api.localhost` is not known to every resolver."""
    return f"{cloud.endpoint}/_aws/execute-api/{deployed['outputs']['WebhookApiId']}/webhook"


def console_url(cloud: Cloud, deployed: dict) -> str:
    """The address of the deployed console, with the slash at its end, by a path like that of the webhook."""
    return f"{cloud.endpoint}/_aws/execute-api/{deployed['outputs']['ConsoleApiId']}/"


def _healthy(cloud: Cloud) -> bool:
    try:
        with urllib.request.urlopen(f"{cloud.endpoint}/_ministack/health", timeout=1) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def _parameters(state: State) -> Path:
    return state.folder / "parameters.yaml"


def _note_parameters(state: State, parameters: dict[str, str]) -> Path:
    values = _parameters(state)
    values.touch(mode=0o600)
    values.write_text(json.dumps(parameters))  # JSON is YAML
    return values


def _run_script(cloud: Cloud, name: str, *arguments: str) -> str:
    """Runs a script of `aws/`, which calls the stand-in's APIs, and returns what it prints."""
    command = [str(tools.stand_in() / "python"), "-B", str(AWS_SCRIPTS / name), *arguments]
    environment = os.environ | cloud.access()
    environment.pop("AWS_PROFILE", None)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-3000:])
        raise LocalCloudError(f"{name} failed; the reason is above.")
    return done.stdout
