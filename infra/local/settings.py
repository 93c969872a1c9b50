"""The parameters that the local cloud is deployed with, and the flags that its simulator is started with."""

import os
import secrets
from base64 import b64encode
from dataclasses import dataclass

import template
from build import architecture
from errors import LocalCloudError

# Tests would otherwise wait for Recall's limits.
RAISED_BY = 10


@dataclass(frozen=True)
class Recall:
    """The Recall that the stack talks to: the simulator, or one that the environment names."""

    base_url: str
    api_key: str
    webhook_secret: str
    simulated: bool


def recall(simulator_port: int, *, chosen: bool) -> Recall:
    """The one from RECALL_BASE_URL, RECALL_API_KEY and RECALL_WEBHOOK_SECRET, or else the simulator's, with new keys.

    Unless it is `chosen`: tests and the demonstration control a simulator, and must never meet the real one.
    """
    base_url = os.environ.get("RECALL_BASE_URL") if chosen else None
    if not base_url:
        secret = "whsec_" + b64encode(secrets.token_bytes(24)).decode()
        return Recall(f"http://127.0.0.1:{simulator_port}", secrets.token_hex(20), secret, simulated=True)
    key, secret = os.environ.get("RECALL_API_KEY"), os.environ.get("RECALL_WEBHOOK_SECRET")
    if not key or not secret:
        raise LocalCloudError("RECALL_BASE_URL is set, so RECALL_API_KEY and RECALL_WEBHOOK_SECRET must be too.")
    return Recall(base_url, key, secret, simulated=False)


def raised_limits() -> dict[str, int]:
    """Ten times the default limit a minute of each Recall operation, for the stack and the simulator alike."""
    return {operation: RAISED_BY * limit for operation, (_, limit) in template.read().limits().items()}


def parameters(recall: Recall, *, raised: bool, chosen: bool) -> dict[str, str]:
    """The template's parameters.

    When `chosen`, the caller's environment overrides them: `LOG_LEVEL`, which the functions read, is
    set to the parameter `LogLevel`, so `LOG_LEVEL=debug make up` deploys with that.
    """
    values = {
        "RecallBaseUrl": recall.base_url,
        "RecallApiKey": recall.api_key,
        "RecallWebhookSecrets": recall.webhook_secret,
        "Architecture": architecture(),
        # The bus that every account has. Benchmarks are about the rest, and deploy without one.
        "EventBusName": "default",
        "ConsoleEnabled": "true",
        "ConsolePreview": "true",
        # So that the examples of hosts in docs/embedding can show it.
        "ConsoleEmbedders": "http://127.0.0.1:*",
    }
    if raised:
        limits = template.read().limits()
        values |= {limits[operation][0].name: str(limit) for operation, limit in raised_limits().items()}
        # So that rare lines are tested too, and the requests to AWS are logged for tests/whole_run.
        values |= {"LogLevel": "info,callsheet_app=debug,callsheet_runtime::requests=trace"}
    passed_on = template.read().parameters_by_variable() if chosen else {}
    return values | {parameter.name: os.environ[name] for name, parameter in passed_on.items() if os.environ.get(name)}


def sign_in(issuer: str) -> dict[str, str]:
    """The parameter with which people sign in at the issuer of `aws/issuer.py`; one group makes operators."""
    return {"ConsoleSignIn": f"{issuer} callsheet {issuer}/authorize {issuer}/token groups=callsheet-operators"}


def simulator_flags(port: int, recall: Recall, webhook_url: str, *, raised: bool) -> list[str]:
    """How the simulator is started."""
    flags = ["--port", str(port), "--api-key", recall.api_key]
    flags += ["--webhook-url", webhook_url, "--webhook-secret", recall.webhook_secret]
    if raised:
        flags += ["--limits", ",".join(f"{operation}={limit}" for operation, limit in raised_limits().items())]
    return flags
