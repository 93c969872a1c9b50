"""Does what the stand-in leaves out of a deployment, and prints what was deployed as JSON.

Everything done here is read from the deployed template, so that nothing is configured here. On AWS
none of it is needed.
"""

import argparse
import json
import sys
from typing import Any

import boto3


def main() -> None:
    """Completes the deployment of one stack."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("stack")
    arguments.add_argument("--watching", action="store_true", help="keep the stack's event sources from calling its functions")
    given = arguments.parse_args()

    stack = Stack(given.stack)
    stack.set_time_to_live()
    stack.reserve_concurrency()
    mappings = stack.mappings()
    for mapping in mappings:
        # Streams are taken over by event_sources.py: the stand-in waits for a stream's function on the
        # thread that also serves queues.
        stack.enable(mapping, enabled=not given.watching and not is_stream(mapping))
    if given.watching:
        stack.stop_schedules()
    deployed = {
        "outputs": stack.outputs,
        "environment": stack.environment(),
        "resources": stack.physical,
        "event_sources": stack.event_sources(mappings, given.watching),
    }
    json.dump(deployed, sys.stdout)


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

    def set_time_to_live(self) -> None:
        """Time-to-live of tables is not applied on deployment."""
        tables = boto3.client("dynamodb")
        for name, properties in self.of_type("AWS::DynamoDB::Table"):
            if wanted := properties.get("TimeToLiveSpecification"):
                tables.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted)

    def reserve_concurrency(self) -> None:
        """Reserved concurrency is not applied on deployment."""
        for name, properties in self.of_type("AWS::Lambda::Function"):
            wanted = self.number(properties.get("ReservedConcurrentExecutions"))
            if wanted:
                self.functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=wanted)

    def mappings(self) -> list[dict]:
        """The event source mappings of this stack."""
        ours = {identifier for identifier, _ in self.of_type("AWS::Lambda::EventSourceMapping")}
        listed = self.functions.get_paginator("list_event_source_mappings").paginate()
        return [mapping for page in listed for mapping in page["EventSourceMappings"] if mapping["UUID"] in ours]

    def enable(self, mapping: dict, *, enabled: bool) -> None:
        """Enables or disables a mapping, with its concurrency as a number.

        A concurrency that came through a parameter is kept as text, on which the stand-in's poller fails.
        """
        changes: dict[str, Any] = {"Enabled": enabled}
        if scaling := mapping.get("ScalingConfig"):
            changes["ScalingConfig"] = {"MaximumConcurrency": int(scaling["MaximumConcurrency"])}
        self.functions.update_event_source_mapping(UUID=mapping["UUID"], **changes)

    def stop_schedules(self) -> None:
        """Disables the rules: while the functions are watched, event_sources.py calls them each minute."""
        rules = boto3.client("events")
        for name, _ in self.of_type("AWS::Events::Rule"):
            rules.disable_rule(Name=name.rpartition("|")[2])

    def environment(self) -> dict[str, str]:
        """The functions' environments as one, which only works if a name means the same in each."""
        together: dict[str, str] = {}
        for name, _ in self.of_type("AWS::Lambda::Function"):
            variables = self.functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            for variable, value in variables.items():
                if together.setdefault(variable, value) != value:
                    sys.exit(f"{variable} differs from function to function, so they cannot share one environment.")
        return together

    def event_sources(self, mappings: list[dict], watching: bool) -> dict:
        """The configuration of event_sources.py."""
        # Without those that a condition of the template leaves out.
        logical = (name for name, resource in self.resources.items() if resource["Type"] == "AWS::Lambda::Function" and name in self.physical)
        names = {name.removesuffix("Function").lower(): self.physical[name] for name in logical}
        logged = {
            role: self.functions.get_function_configuration(FunctionName=name)["LoggingConfig"]["LogGroup"]
            for role, name in names.items()
        }
        roles = {name: role for role, name in names.items()}
        streams = [(roles[mapping["FunctionArn"].split(":")[6]], mapping) for mapping in mappings if is_stream(mapping)]
        return {
            "functions": {role: role for role in names} if watching else names,
            "log_groups": {} if watching else logged,
            "queue": self.environment()["QUEUE_URL"] if watching else None,
            "each_minute": watching,
            "streams": [as_plan(role, mapping) for role, mapping in streams],
        }

    def number(self, value: Any) -> int:
        """A number of the template, behind a parameter or a condition on it or not; 0 for none."""
        if isinstance(value, dict) and "Fn::If" in value:
            value = value["Fn::If"][1]
        if isinstance(value, dict) and "Ref" in value:
            value = self.parameters.get(value["Ref"], 0)
        return int(value or 0)


def is_stream(mapping: dict) -> bool:
    """Whether a mapping reads a table's stream."""
    return mapping["EventSourceArn"].split(":")[2] == "dynamodb"


def as_plan(role: str, mapping: dict) -> dict:
    """The mapping of a stream, as event_sources.py takes it."""
    return {
        "function": role,
        "arn": mapping["EventSourceArn"],
        "batch_size": mapping.get("BatchSize", 100),
        "maximum_age": mapping.get("MaximumRecordAgeInSeconds", -1),
        "maximum_retries": mapping.get("MaximumRetryAttempts", -1),
        "patterns": [one["Pattern"] for one in mapping.get("FilterCriteria", {}).get("Filters", [])],
    }


if __name__ == "__main__":
    main()
