"""What the local cloud is deployed with: the caller's environment where it says something, else what suits a simulator."""

import os
import secrets
from base64 import b64encode
from dataclasses import dataclass

from build import architecture
from trouble import Trouble

# Template parameters that the environment may set, by the names the functions know them by.
PASSED_ON = {
    "LIST_EVENTS_PER_MINUTE": "ListEventsPerMinute",
    "GET_CALENDAR_PER_MINUTE": "GetCalendarPerMinute",
    "SCHEDULE_BOT_PER_MINUTE": "ScheduleBotPerMinute",
    "UNSCHEDULE_BOT_PER_MINUTE": "UnscheduleBotPerMinute",
    "GET_EVENT_PER_MINUTE": "GetEventPerMinute",
    "LEAVE_CALL_PER_MINUTE": "LeaveCallPerMinute",
    "LOG_LEVEL": "LogLevel",
}

# What the simulator keeps to, and so what the stack is told, where tests would otherwise wait for Recall's limits.
RAISED_LIMITS = {
    "list_events": ("ListEventsPerMinute", 600),
    "get_calendar": ("GetCalendarPerMinute", 3000),
    "schedule_bot": ("ScheduleBotPerMinute", 6000),
    "unschedule_bot": ("UnscheduleBotPerMinute", 6000),
    "get_event": ("GetEventPerMinute", 3000),
    "leave_call": ("LeaveCallPerMinute", 3000),
}


@dataclass(frozen=True)
class Recall:
    """The Recall that the stack talks to: the simulator, or one that the environment names."""

    base_url: str
    api_key: str
    webhook_secret: str
    simulated: bool


def recall(simulator_port: int, *, chosen: bool) -> Recall:
    """The one from RECALL_BASE_URL, RECALL_API_KEY and RECALL_WEBHOOK_SECRET, or else the simulator's, with keys of today.

    Unless it is `chosen`: tests and the demonstration steer a simulator, and must never meet the real one.
    """
    base_url = os.environ.get("RECALL_BASE_URL") if chosen else None
    if not base_url:
        secret = "whsec_" + b64encode(secrets.token_bytes(24)).decode()
        return Recall(f"http://127.0.0.1:{simulator_port}", secrets.token_hex(20), secret, simulated=True)
    key, secret = os.environ.get("RECALL_API_KEY"), os.environ.get("RECALL_WEBHOOK_SECRET")
    if not key or not secret:
        raise Trouble("RECALL_BASE_URL is set, so RECALL_API_KEY and RECALL_WEBHOOK_SECRET must be too.")
    return Recall(base_url, key, secret, simulated=False)


def parameters(recall: Recall, *, raised: bool, chosen: bool) -> dict[str, str]:
    """The template's parameters."""
    values = {
        "RecallBaseUrl": recall.base_url,
        "RecallApiKey": recall.api_key,
        "RecallWebhookSecrets": recall.webhook_secret,
        "Architecture": architecture(),
    }
    if raised:
        values |= {parameter: str(limit) for parameter, limit in RAISED_LIMITS.values()}
        values |= {"LogLevel": "info,callsheet_app=debug"}  # what is logged least often is looked at too
    passed_on = PASSED_ON if chosen else {}
    return values | {parameter: os.environ[name] for name, parameter in passed_on.items() if os.environ.get(name)}


def simulator_flags(port: int, recall: Recall, webhook_url: str, *, raised: bool) -> list[str]:
    """How the simulator is started."""
    flags = ["--port", str(port), "--api-key", recall.api_key]
    flags += ["--webhook-url", webhook_url, "--webhook-secret", recall.webhook_secret]
    if raised:
        flags += ["--limits", ",".join(f"{name}={limit}" for name, (_, limit) in RAISED_LIMITS.items())]
    return flags
