"""Calls functions as AWS's event sources would, where the stand-in cannot.

Always: the tables' streams trigger the scheduler and the events function. The stand-in could do that
itself, but waits for the function on the thread that also serves queues, and a scheduler run is long;
and it does not know that a function may take a part of a batch.

While watching, cargo-lambda serves the functions and has no event sources: then also the queue
triggers sync, and a timer triggers the scheduler each minute.

Also writes what the deployed functions log to files beside the other logs.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from log_files import LogFiles
from patterns import matches

# A run may take the scheduler's whole five minutes; what to do about a failure is decided here.
PATIENT = Config(read_timeout=330, retries={"max_attempts": 0})


def main() -> None:
    """Runs until it is ended."""
    plan = json.loads(Path(sys.argv[1]).read_text())
    functions = Functions(plan)
    work: list[Callable[[], None]] = [Stream(stream, functions).poll for stream in plan["streams"]]
    if plan["queue"]:
        work.append(lambda: poll_queue(plan["queue"], functions))
    if plan["each_minute"]:
        work.append(lambda: each_minute(functions))
    if plan["log_groups"]:
        log_files = LogFiles(boto3.client("logs"), plan["log_groups"], Path(plan["logs"]))
        work.append(lambda: copy_logs(log_files))
    for one in work:
        threading.Thread(target=forever, args=(one,), daemon=True).start()
    log("ready")
    threading.Event().wait()


class Functions:
    """The functions, wherever they are served."""

    def __init__(self, plan: dict) -> None:
        self._names = plan["functions"]
        # While watching, the address is cargo-lambda's.
        self._client = boto3.client("lambda", config=PATIENT, endpoint_url=plan.get("endpoint"))

    def call(self, role: str, event: dict) -> Any:
        """Calls one, waits, and returns what it answered; raises if it failed."""
        answer = self._client.invoke(FunctionName=self._names[role], Payload=json.dumps(event, default=as_json))
        payload = answer["Payload"].read()
        if answer.get("FunctionError"):
            raise RuntimeError(f"{role} failed: {payload[:300]!r}")
        return json.loads(payload) if payload else None


class Stream:
    """Reads a stream from now on and calls its function with a batch at a time, in order, as its mapping says."""

    def __init__(self, mapping: dict, functions: Functions) -> None:
        self._mapping = mapping
        self._functions = functions
        self._streams = boto3.client("dynamodbstreams")
        stream = mapping["arn"]
        # One shard: the stand-in knows no more.
        shard = self._streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
        self._at = self._streams.get_shard_iterator(StreamArn=stream, ShardId=shard, ShardIteratorType="LATEST")["ShardIterator"]

    def poll(self) -> None:
        """Reads once, and calls the function with the records that match the filter."""
        read = self._streams.get_records(ShardIterator=self._at, Limit=self._mapping["batch_size"])
        records = [record | {"eventSourceARN": self._mapping["arn"]} for record in read["Records"]]
        patterns = self._mapping["patterns"]
        wanted = [record for record in records if not patterns or any(matches(record, pattern) for pattern in patterns)]
        if wanted:
            self._deliver(wanted)
        self._at = read["NextShardIterator"]
        if not records:
            time.sleep(0.1)

    def _deliver(self, records: list[dict]) -> None:
        function, began, tries = self._mapping["function"], time.monotonic(), 0
        while True:
            try:
                records = left(records, self._functions.call(function, {"Records": records}))
                if not records:
                    return
                tries += 1
                log(f"{function}: it takes {len(records)} records again")
            except (RuntimeError, ClientError, BotoCoreError) as error:
                # To be throttled is not to fail: a scheduler run is at work. That is tried again until the records are too old.
                throttled = isinstance(error, ClientError) and error.response["Error"]["Code"] == "TooManyRequestsException"
                tries += 0 if throttled else 1
                if not throttled:
                    log(f"{function}: {error}")
            too_often = 0 <= self._mapping["maximum_retries"] < tries
            too_old = 0 <= self._mapping["maximum_age"] < time.monotonic() - began
            if too_often or too_old:
                return
            time.sleep(0.5)


def left(records: list[dict], answer: Any) -> list[dict]:
    """The records from the first one on that a function names as failed, if it answers so."""
    failures = (answer or {}).get("batchItemFailures") or [] if isinstance(answer, dict) else []
    failed = {failure["itemIdentifier"] for failure in failures}
    at = (number for number, record in enumerate(records) if record["dynamodb"]["SequenceNumber"] in failed)
    return records[next(at, len(records)) :]


def poll_queue(url: str, functions: Functions) -> None:
    """Receives a batch, calls sync, and deletes what did not fail."""
    queue = boto3.client("sqs")
    asked = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    received = queue.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, **asked).get("Messages", [])
    if not received:
        return
    try:
        answer = functions.call("sync", {"Records": [as_record(message) for message in received]}) or {}
    except (RuntimeError, ClientError, BotoCoreError) as error:
        log(f"sync: {error}")  # all of it comes back when its visibility times out
        return
    failed = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures") or []}
    done = [message for message in received if message["MessageId"] not in failed]
    if done:
        entries = [{"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(done)]
        queue.delete_message_batch(QueueUrl=url, Entries=entries)


def as_record(message: dict) -> dict:
    """A received message as Lambda passes it on."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {key[0].lower() + key[1:]: part for key, part in value.items()}
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:111122223333:sync",
        "awsRegion": "us-east-1",
    }


def each_minute(functions: Functions) -> None:
    """Calls the scheduler as the schedule would."""
    time.sleep(60)
    functions.call("scheduler", {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}})


def copy_logs(log_files: LogFiles) -> None:
    """Copies what is new, then waits half a second."""
    log_files.copy()
    time.sleep(0.5)


def forever(work: Callable[[], None]) -> None:
    """Repeats `work` whatever happens: messages and records are still there for the next round."""
    while True:
        try:
            work()
        except Exception as error:  # noqa: BLE001
            log(f"{type(error).__name__}: {error}")
            time.sleep(1)


def as_json(value: Any) -> Any:
    """Times in stream records are seconds, as Lambda sends them."""
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} cannot be sent")


def log(text: str) -> None:
    """Prints a line with the time."""
    print(f"{datetime.now():%H:%M:%S} {text}", flush=True)


if __name__ == "__main__":
    main()
