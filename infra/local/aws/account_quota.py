"""Prints the Lambda quota of the caller's account and region as JSON, or the reason why it is unknown."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if __name__ == "__main__":
    try:
        client = boto3.client("lambda", config=Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 1}))
        limits = client.get_account_settings()["AccountLimit"]
        answer = {
            "region": client.meta.region_name,
            "limit": limits["ConcurrentExecutions"],
            "unreserved": limits["UnreservedConcurrentExecutions"],
        }
    except (BotoCoreError, ClientError, KeyError) as error:
        answer = {"problem": f"{type(error).__name__}: {error}"}
    json.dump(answer, sys.stdout)
