"""Deletes what the tables and queues of a stack hold."""

import sys

import boto3


def main() -> None:
    """`empty.py <stack>`."""
    cloudformation = boto3.client("cloudformation")
    listed = cloudformation.get_paginator("list_stack_resources").paginate(StackName=sys.argv[1])
    resources = [summary for page in listed for summary in page["StackResourceSummaries"]]
    for resource in resources:
        if resource["ResourceType"] == "AWS::SQS::Queue":
            boto3.client("sqs").purge_queue(QueueUrl=resource["PhysicalResourceId"])
        if resource["ResourceType"] == "AWS::DynamoDB::Table":
            empty_table(resource["PhysicalResourceId"])


def empty_table(name: str) -> None:
    """Deletes every item."""
    table = boto3.resource("dynamodb").Table(name)
    keys = [part["AttributeName"] for part in table.key_schema]
    names = {f"#{number}": key for number, key in enumerate(keys)}
    pages = table.meta.client.get_paginator("scan").paginate(
        TableName=name, ProjectionExpression=", ".join(names), ExpressionAttributeNames=names
    )
    with table.batch_writer() as batch:
        for page in pages:
            for item in page["Items"]:
                batch.delete_item(Key=item)


if __name__ == "__main__":
    main()
