"""Does what the stand-in leaves out of a deployment, and prints what was deployed as JSON.

Everything done here is read from the deployed template, so that it says nothing of its own. On AWS
none of it is needed.
"""

import argparse
import json
import sys
from typing import Any

import boto3


def main() -> None:
    """Bridges one stack."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("stack")
    arguments.add_argument("--watching", action="store_true", help="let nothing of the stack call its functions")
    given = arguments.parse_args()

    stack = Stack(given.stack)
    stack.expire()
    stack.reserve()
    mappings = stack.mappings()
    for mapping in mappings.values():
        stack.mend(mapping, enabled=not given.watching)
    doorbell = stack.silence_doorbell(mappings)
    if given.watching:
        stack.stop_schedules()
    json.dump({"outputs": stack.outputs, "environment": stack.environment(), "feeder": stack.feeder(doorbell, given.watching)}, sys.stdout)


class Stack:
    """A deployed stack: its template, with parameters in place, and what became of each resource."""

    def __init__(self, name: str) -> None:
        cloudformation = boto3.client("cloudformation")
        described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}
        self.parameters = {given["ParameterKey"]: given["ParameterValue"] for given in described["Parameters"]}
        listed = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        summaries = [summary for page in listed for summary in page["StackResourceSummaries"]]
        self.physical = {summary["LogicalResourceId"]: summary["PhysicalResourceId"] for summary in summaries}
        template = cloudformation.get_template(StackName=name, TemplateStage="Processed")["TemplateBody"]
        self.resources: dict[str, Any] = template["Resources"]
        self.functions = boto3.client("lambda")

    def of_type(self, kind: str) -> list[tuple[str, dict]]:
        """The physical ids and properties of the deployed resources of a type."""
        return [
            (self.physical[logical], resource.get("Properties", {}))
            for logical, resource in self.resources.items()
            if resource["Type"] == kind and logical in self.physical
        ]

    def expire(self) -> None:
        """Time-to-live of tables is not applied on deployment."""
        tables = boto3.client("dynamodb")
        for name, properties in self.of_type("AWS::DynamoDB::Table"):
            if wanted := properties.get("TimeToLiveSpecification"):
                tables.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)

    def reserve(self) -> None:
        """Neither is reserved concurrency."""
        for name, properties in self.of_type("AWS::Lambda::Function"):
            wanted = self.number(properties.get("ReservedConcurrentExecutions"))
            if wanted:
                self.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=wanted)

    def mappings(self) -> dict[str, dict]:
        """The event source mappings of this stack, by the service they read."""
        ours = {identifier for identifier, _ in self.of_type("AWS::Lambda::EventSourceMapping")}
        listed = self.functions.get_paginator("list_event_source_mappings").paginate()
        found = [mapping for page in listed for mapping in page["EventSourceMappings"] if mapping["UUID"] in ours]
        return {mapping["EventSourceArn"].split(":")[2]: mapping for mapping in found}

    def mend(self, mapping: dict, *, enabled: bool) -> None:
        """A concurrency that came through a parameter is kept as text, on which the stand-in's poller fails."""
        changes: dict[str, Any] = {"Enabled": enabled}
        if scaling := mapping.get("ScalingConfig"):
            changes["ScalingConfig"] = {"MaximumConcurrency": int(scaling["MaximumConcurrency"])}
        self.functions.update_event_source_mapping(UUID=mapping["UUID"], **changes)

    def silence_doorbell(self, mappings: dict[str, dict]) -> dict:
        """The stand-in waits for a stream's function on the thread that also serves queues: the feeder rings instead."""
        doorbell = mappings["dynamodb"]
        self.functions.update_event_source_mapping(UUID=doorbell["UUID"], Enabled=False)
        return doorbell

    def stop_schedules(self) -> None:
        """The functions being watched are rung by the feeder."""
        rules = boto3.client("events")
        for name, _ in self.of_type("AWS::Events::Rule"):
            rules.disable_rule(Name=name.rpartition("|")[2])

    def environment(self) -> dict[str, str]:
        """The functions' environments as one: a name means the same in each."""
        together: dict[str, str] = {}
        for name, _ in self.of_type("AWS::Lambda::Function"):
            variables = self.functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            for variable, value in variables.items():
                if together.setdefault(variable, value) != value:
                    sys.exit(f"{variable} differs from function to function, so they cannot be watched together.")
        return together

    def feeder(self, doorbell: dict, watching: bool) -> dict:
        """What the feeder has to do."""
        names = {role: self.outputs[f"{role.title()}FunctionName"] for role in ("webhook", "sync", "scheduler")}
        logged = {
            role: self.functions.get_function_configuration(FunctionName=name)["LoggingConfig"]["LogGroup"]
            for role, name in names.items()
        }
        return {
            "functions": {role: role for role in names} if watching else names,
            "log_groups": {} if watching else logged,
            "queue": self.outputs["NoticesQueueUrl"] if watching else None,
            "each_minute": watching,
            "doorbell": {
                "stream": doorbell["EventSourceArn"],
                "batch_size": doorbell.get("BatchSize", 100),
                "maximum_age": doorbell.get("MaximumRecordAgeInSeconds", -1),
                "maximum_retries": doorbell.get("MaximumRetryAttempts", -1),
                "patterns": [one["Pattern"] for one in doorbell.get("FilterCriteria", {}).get("Filters", [])],
            },
        }

    def number(self, value: Any) -> int:
        """A number of the template, behind a parameter or a condition on it or not; 0 for none."""
        if isinstance(value, dict) and "Fn::If" in value:
            value = value["Fn::If"][1]
        if isinstance(value, dict) and "Ref" in value:
            value = self.parameters.get(value["Ref"], 0)
        return int(value or 0)


if __name__ == "__main__":
    main()
