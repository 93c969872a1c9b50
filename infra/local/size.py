"""What the functions weigh and how long each needs from its start until it asks Lambda for work."""

import http.server
import json
import statistics
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import build
from trouble import Trouble

STARTS = 15


def report() -> int:
    """Builds for release, on this machine's architecture, and prints a line a function."""
    built = build.released()
    print(f"{'function':12}{'MB':>8}{'start, median ms':>20}{'slowest':>10}")
    for name in build.FUNCTIONS:
        binary = built / name
        times = [_start(binary) for _ in range(STARTS)]
        size = binary.stat().st_size / 1e6
        print(f"{name:12}{size:8.2f}{statistics.median(times):20.1f}{max(times):10.1f}")
    return 0


def _start(binary: Path) -> float:
    """Milliseconds until the first request for work."""
    host = Host(("127.0.0.1", 0), Answer)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    began = time.monotonic()
    process = subprocess.Popen([binary], env=_environment(host.server_port), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        if not host.settled.wait(20) or not host.asked:
            process.kill()
            raise Trouble(f"{binary.name} never asked for work: {host.failure or process.stderr.read()[-300:]!r}")
        return (host.asked - began) * 1000
    finally:
        host.over.set()
        process.kill()
        process.communicate()
        host.shutdown()
        host.server_close()


class Host(http.server.ThreadingHTTPServer):
    """Lambda's Runtime API, which never gives any work, and Secrets Manager, which a function may ask before."""

    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.settled, self.over = threading.Event(), threading.Event()
        self.asked = 0.0
        self.failure = b""


class Answer(http.server.BaseHTTPRequestHandler):
    """What the host answers."""

    server: Host
    protocol_version = "HTTP/1.1"
    # An answer goes out whole and at once: in two parts the second would wait 40 ms for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """The request for work: left open."""
        self.server.asked = time.monotonic()
        self.server.settled.set()
        self.server.over.wait(30)

    def do_POST(self) -> None:
        """The failure to start, or the question for a secret."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith("/2018-06-01/runtime/"):
            self.server.failure = body
            self.server.settled.set()
        answer = json.dumps({"Name": "measured", "SecretString": "whsec_bWVhc3VyZWQ="}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _environment(port: int) -> dict[str, str]:
    return {
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{port}",
        "AWS_LAMBDA_FUNCTION_NAME": "measured",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "measured",
        "AWS_SECRET_ACCESS_KEY": "measured",
        "AWS_REGION": "us-east-1",
        "QUEUE_URL": f"http://127.0.0.1:{port}/notices",
        "WEBHOOK_SECRETS_ARN": "measured",
        "RECALL_API_KEY_ARN": "measured",
        "RECALL_BASE_URL": f"http://127.0.0.1:{port}",
        "DECISIONS_TABLE": "measured",
        "STATE_TABLE": "measured",
        "LIST_EVENTS_PER_MINUTE": "60",
        "GET_CALENDAR_PER_MINUTE": "300",
        "SCHEDULE_BOT_PER_MINUTE": "600",
        "UNSCHEDULE_BOT_PER_MINUTE": "600",
        "GET_EVENT_PER_MINUTE": "300",
        "LEAVE_CALL_PER_MINUTE": "300",
        "LOG_LEVEL": "info",
    }
