"""The sizes of the functions, and the time from each one's start until it asks Lambda for work: as usual, and with what Lambda sets for tracing."""

import http.server
import json
import statistics
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import build
import template
from errors import LocalCloudError

STARTS = 15
# What Lambda sets in a function that it traces. What else it does, such as to take up the segments, is outside of the function.
TRACING = {
    "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    "AWS_XRAY_DAEMON_ADDRESS": "169.254.79.129:2000",
    "_AWS_XRAY_DAEMON_ADDRESS": "169.254.79.129",
    "_AWS_XRAY_DAEMON_PORT": "2000",
}
SIGNING_KEY = json.dumps({"name": "measured", "roles": ["reader"], "secret": "measured" * 8})


def report(arguments: list[str]) -> int:
    """`size [profile]`: builds for this machine, for release unless told otherwise, and prints a line a function."""
    built = build.in_profile((arguments or ["release"])[0], template.functions())
    print(f"{'function':12}{'MB':>8}{'start, median ms':>20}{'slowest':>10}{'traced, median ms':>20}{'slowest':>10}")
    for function in template.read().functions:
        binary = built / function.name
        # One after the other, so that both have the same of what else the machine does.
        pairs = [(_start(binary, function, {}), _start(binary, function, TRACING)) for _ in range(STARTS)]
        size = binary.stat().st_size / 1e6
        shown = "".join(f"{statistics.median(times):20.1f}{max(times):10.1f}" for times in zip(*pairs, strict=True))
        print(f"{function.name:12}{size:8.2f}{shown}")
    return 0


def _start(binary: Path, function: template.Function, more: dict[str, str]) -> float:
    """Milliseconds until the first request for work, with `more` in its environment."""
    host = Host(("127.0.0.1", 0), Answer)
    # By default it checks twice a second whether to end, which takes longer than a start.
    threading.Thread(target=host.serve_forever, args=(0.01,), daemon=True).start()
    began = time.monotonic()
    process = subprocess.Popen([binary], env=_environment(host.server_port, function) | more, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        if not host.settled.wait(20) or not host.asked:
            process.kill()
            raise LocalCloudError(f"{binary.name} never asked for work: {host.failure or process.stderr.read()[-300:]!r}")
        return (host.asked - began) * 1000
    finally:
        host.over.set()
        process.kill()
        process.communicate()
        host.shutdown()
        host.server_close()


class Host(http.server.ThreadingHTTPServer):
    """Lambda's Runtime API, which never gives any work, and Secrets Manager, which a function may call first."""

    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.settled, self.over = threading.Event(), threading.Event()
        self.asked = 0.0
        self.failure = b""


class Answer(http.server.BaseHTTPRequestHandler):
    """The host's answers."""

    server: Host
    protocol_version = "HTTP/1.1"
    # An answer is sent in one piece: in two parts the second would wait 40 ms for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """The request for work: left open."""
        self.server.asked = time.monotonic()
        self.server.settled.set()
        self.server.over.wait(30)

    def do_POST(self) -> None:
        """A function's failure to start, or its request for a secret."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/2018-06-01/runtime/"):
            self.server.failure = body
            self.server.settled.set()
        secret = SIGNING_KEY if b"SigningKeys" in body else "whsec_bWVhc3VyZWQ="
        answer = json.dumps({"Name": "measured", "SecretString": secret}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Logs nothing."""


def _environment(port: int, function: template.Function) -> dict[str, str]:
    """A function's environment: the template's variables, with its parameters' defaults and every address our own."""
    host = f"http://127.0.0.1:{port}"
    lambda_and_sdk = {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_ENDPOINT_URL": host,
        "AWS_ACCESS_KEY_ID": "measured",
        "AWS_SECRET_ACCESS_KEY": "measured",
        "AWS_REGION": "us-east-1",
    }
    return lambda_and_sdk | {variable.name: _value(variable, host) for variable in function.variables}


def _value(variable: template.Variable, host: str) -> str:
    if variable.parameter:
        default = variable.parameter.default
        if default is None:
            raise LocalCloudError(f"{variable.name} is set to a parameter without a default, so there is nothing to start with.")
        if default.startswith("https://"):
            return host
        # A function is measured with everything that it can be given, so a parameter that turns something on has a value here.
        sign_in = f"{host} measured {host}/authorize {host}/token groups=measured"
        chosen = {"EventBusName": "measured", "ConsoleEmbedders": host, "ConsolePreview": "true", "ConsoleSignIn": sign_in}
        return chosen.get(variable.parameter.name, default)
    if variable.resource:
        return f"{host}/{variable.resource}" if variable.resource_type == "AWS::SQS::Queue" else variable.resource
    return variable.literal or ""
