"""Rows of the table of decisions, put there directly: what a test needs thousands of would take a sync minutes."""

import json
import os
import time
import urllib.request
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

# What one request writes, and how many are made at once.
BATCH = 25
AT_ONCE = 2
MICROSECONDS = 1_000_000
# Seconds after a meeting's end at which its row expires.
KEPT = 30 * 24 * 3600

Item = dict[str, dict[str, Any]]


def call(operation: str, **body: Any) -> dict[str, Any]:
    """Calls DynamoDB of the local cloud, which verifies no signature."""
    scope = f"{os.environ['AWS_ACCESS_KEY_ID']}/20260101/{os.environ['AWS_REGION']}/dynamodb/aws4_request"
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
    }
    request = urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def row_of(event: str) -> Item:
    """The stored row of an event."""
    table, rows, start = os.environ["CALLSHEET_DECISIONS_TABLE"], [], None
    while not rows:
        page = {"ExclusiveStartKey": start} if start else {}
        found = call("Scan", TableName=table, FilterExpression="event_id = :event", ExpressionAttributeValues={":event": {"S": event}}, **page)
        rows, start = found["Items"], found.get("LastEvaluatedKey")
        assert rows or start, f"no row of {event}"
    return rows[0]


def copied(row: Item, number: int, starts_at: int, seconds: int) -> Item:
    """The row of another event like it, which starts at a second since 1970."""
    event, ends_at = str(uuid.uuid4()), starts_at + seconds
    return row | {
        "event_id": {"S": event},
        "ical_uid": {"S": f"{event}@google.com"},
        "platform_id": {"S": event},
        "title": {"S": f"Event {number:05}"},
        "day": {"S": time.strftime("%Y-%m-%d", time.gmtime(starts_at))},
        "starts_at": {"N": str(starts_at * MICROSECONDS)},
        "ends_at": {"N": str(ends_at * MICROSECONDS)},
        "expires_at": {"N": str(ends_at + KEPT)},
    }


@contextmanager
def copies(event: str, count: int, *, begin: int, apart: int) -> Iterator[list[Item]]:
    """Many rows like that of an event, so many seconds apart. They are removed again, since Recall knows nothing of them."""
    row = row_of(event)
    rows = [copied(row, number, begin + number * apart, apart // 2) for number in range(count)]
    write([{"PutRequest": {"Item": one}} for one in rows])
    try:
        yield rows
    finally:
        write([{"DeleteRequest": {"Key": {name: one[name] for name in ("ical_uid", "event_id")}}} for one in rows])


def write(requests: list[dict[str, Any]]) -> None:
    """Writes in batches."""

    def batch(first: int) -> None:
        some = {os.environ["CALLSHEET_DECISIONS_TABLE"]: requests[first : first + BATCH]}
        assert not call("BatchWriteItem", RequestItems=some).get("UnprocessedItems")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(batch, range(0, len(requests), BATCH)))
