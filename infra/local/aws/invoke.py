"""Calls a function with the event on stdin and prints its answer."""

import json
import sys

import boto3
from botocore.config import Config


def main() -> int:
    """Exit code 1 if the function failed."""
    event = json.load(sys.stdin)
    client = boto3.client("lambda", config=Config(read_timeout=330, retries={"max_attempts": 0}))
    try:
        answer = client.invoke(FunctionName=sys.argv[1], Payload=json.dumps(event))
    except client.exceptions.TooManyRequestsException:
        sys.exit("callsheet: The function is running already, and its reserved concurrency allows no second run: try again in a moment.")
    print(json.dumps(json.loads(answer["Payload"].read() or b"null"), indent=2))
    return 1 if answer.get("FunctionError") else 0


if __name__ == "__main__":
    sys.exit(main())
