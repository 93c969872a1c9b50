"""Creates a stack on moto's server, and prints what became of it as JSON.

moto fails on a reference to a resource of a type that it does not know. So those are left out, and a
reference to one is the name of the resource.

It runs in the environment of moto: `create_stack.py <template> <parameters>`, both files of JSON.
"""

import io
import json
import re
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from moto.cloudformation.parsing import resource_class_from_type

# Properties of a table that its API has in the same form.
KEYS = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")


def main() -> None:
    """Prints the status, the resources that were created and the outputs, or the reason for none."""
    template, parameters = (json.loads(Path(path).read_text()) for path in sys.argv[1:3])
    resources = template["Resources"]
    unknown = {name: one["Type"] for name, one in resources.items() if resource_class_from_type(one["Type"]) is None}
    template["Resources"] = {name: one for name, one in resources.items() if name not in unknown}
    template = without(unknown, template)
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("bootstrap", "#!/bin/sh\n")
    boto3.client("s3").create_bucket(Bucket="code")
    boto3.client("s3").put_object(Bucket="code", Key="function.zip", Body=code.getvalue())
    cloudformation = boto3.client("cloudformation")
    try:
        create_tables(resources)
        cloudformation.create_stack(
            StackName="callsheet",
            TemplateBody=json.dumps(template),
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM"],
        )
        described = cloudformation.describe_stacks(StackName="callsheet")["Stacks"][0]
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        json.dump({"problem": str(error), "unknown": sorted(set(unknown.values()))}, sys.stdout)
        return
    listed = cloudformation.get_paginator("list_stack_resources").paginate(StackName="callsheet")
    created = [one["LogicalResourceId"] for page in listed for one in page["StackResourceSummaries"]]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}
    answer = {"status": described["StackStatus"], "unknown": sorted(set(unknown.values())), "created": created, "outputs": outputs}
    json.dump(answer, sys.stdout)


def create_tables(resources: dict[str, Any]) -> None:
    """Creates the tables by the API too: there moto checks that keys and indexes fit the attributes."""
    for name, resource in resources.items():
        if resource["Type"] == "AWS::DynamoDB::Table":
            properties = {key: resource["Properties"][key] for key in KEYS if key in resource["Properties"]}
            boto3.client("dynamodb").create_table(TableName=name, **properties)


def without(names: Iterable[str], value: Any) -> Any:
    """A part of the template, with a name in place of each reference to one of these resources."""
    if isinstance(value, list):
        return [without(names, one) for one in value]
    if not isinstance(value, dict):
        return value
    referred = value.get("Ref") or (value.get("Fn::GetAtt") or [None])[0]
    if len(value) == 1 and referred in names:
        return referred
    if "Fn::Sub" in value and isinstance(value["Fn::Sub"], str):
        return {"Fn::Sub": re.sub(r"\$\{(\w+)[^}]*\}", lambda found: found[1] if found[1] in names else found[0], value["Fn::Sub"])}
    return {key: without(names, one) for key, one in value.items()}


if __name__ == "__main__":
    main()
