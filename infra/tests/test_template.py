"""What the local cloud takes from the template."""

import json
import re
import os
import subprocess
import unittest
from unittest import mock

import paths  # noqa: F401
import settings
import size
import template
from errors import LocalCloudError
from processes import ROOT

RECALL = settings.Recall("http://127.0.0.1:1", "key", "whsec_", simulated=True)


def document(**variables: object) -> dict:
    """A template with one function, which has these variables."""
    function = {
        "Type": "AWS::Serverless::Function",
        "Metadata": {"BuildProperties": {"Binary": "sync"}},
        "Properties": {"CodeUri": "functions/sync", "Environment": {"Variables": variables}},
    }
    parameters = {"LogLevel": {"Default": "info"}, "ListEventsPerMinute": {"Default": 60}, "RecallApiKey": {}}
    return {"Parameters": parameters, "Resources": {"SyncFunction": function, "SyncQueue": {"Type": "AWS::SQS::Queue"}}}


class ProjectTemplate(unittest.TestCase):
    """`template.yaml` itself."""

    def test_it_has_the_functions_that_there_are_folders_for(self) -> None:
        folders = {path.parent.name for path in ROOT.glob("functions/*/Cargo.toml")}
        self.assertEqual(set(template.functions()), folders)

    def test_every_function_has_an_output_with_its_name(self) -> None:
        text = template.PATH.read_text()
        for function in template.read().functions:
            self.assertIn(f"\n  {function.output}:\n", text)

    def test_every_limit_is_raised_tenfold_for_tests(self) -> None:
        given = settings.parameters(RECALL, raised=True, chosen=False)
        limits = template.read().limits()
        self.assertGreaterEqual(len(limits), 7)
        for parameter, default in limits.values():
            self.assertEqual(given[parameter.name], str(10 * default))

    def test_a_function_is_measured_with_every_variable_and_no_foreign_address(self) -> None:
        for function in template.read().functions:
            environment = size._environment(4711, function)
            for variable in function.variables:
                self.assertTrue(environment[variable.name], variable)
            self.assertEqual([value for value in environment.values() if value.startswith("https:")], [])


class Environment(unittest.TestCase):
    """The caller's environment overrides parameters, but never for tests."""

    def test_a_variable_of_a_function_sets_its_parameter(self) -> None:
        with mock.patch.dict(os.environ, {"LOG_LEVEL": "debug", "LIST_CALENDARS_PER_MINUTE": "7", "PATH": ""}):
            chosen = settings.parameters(RECALL, raised=False, chosen=True)
            tested = settings.parameters(RECALL, raised=False, chosen=False)
        self.assertEqual((chosen["LogLevel"], chosen["ListCalendarsPerMinute"]), ("debug", "7"))
        self.assertNotIn("LogLevel", tested)

    def setUp(self) -> None:
        template.read()  # before the environment is changed: it starts a process


class Reading(unittest.TestCase):
    """Templates that are read into what they refer to."""

    def test_a_variable_is_a_parameter_a_resource_or_a_literal(self) -> None:
        given = document(LOG_LEVEL={"Ref": "LogLevel"}, QUEUE_URL={"Ref": "SyncQueue"}, MOST="10", ARN={"Fn::GetAtt": ["SyncQueue", "Arn"]})
        read = template.parse(given)
        (function,) = read.functions
        level, queue, most, arn = function.variables
        self.assertEqual((level.parameter, queue.resource, most.literal, arn.resource), (read.parameters["LogLevel"], "SyncQueue", "10", "SyncQueue"))
        self.assertEqual(queue.resource_type, "AWS::SQS::Queue")

    def test_the_name_of_the_stack_is_the_local_clouds(self) -> None:
        (function,) = template.parse(document(STACK_NAME={"Ref": "AWS::StackName"})).functions
        self.assertEqual([variable.literal for variable in function.variables], [template.STACK])

    def test_a_variable_that_refers_to_nothing_known_is_an_error(self) -> None:
        with self.assertRaisesRegex(LocalCloudError, "LOG_LEVEL"):
            template.parse(document(LOG_LEVEL={"Ref": "None"}))

    def test_a_function_is_called_like_its_folder_and_binary(self) -> None:
        given = document()
        given["Resources"]["SyncFunction"]["Metadata"]["BuildProperties"]["Binary"] = "other"
        with self.assertRaisesRegex(LocalCloudError, "functions/sync"):
            template.parse(given)

    def test_a_parameter_names_the_operation_that_it_limits(self) -> None:
        read = template.parse(document())
        operations = {name: parameter.operation for name, parameter in read.parameters.items()}
        self.assertEqual(operations, {"LogLevel": None, "ListEventsPerMinute": "list_events", "RecallApiKey": None})

    def test_a_function_does_not_start_without_a_value(self) -> None:
        (function,) = template.parse(document(KEY={"Ref": "RecallApiKey"})).functions
        with self.assertRaisesRegex(LocalCloudError, "KEY"):
            size._environment(4711, function)

    def test_the_stand_in_gets_no_alarm_of_an_expression_and_all_else(self) -> None:
        whole = template.PATH.read_text()
        given = template.for_stand_in(whole)
        self.assertNotIn("      Metrics:\n", given)
        names = re.compile(r"^  (\w+):$", re.MULTILINE)
        left_out = set(names.findall(whole)) - set(names.findall(given))
        self.assertEqual(left_out, {"WebhookFailuresAlarm", "StrangersAlarm", "NoWebhooksAlarm"})
        self.assertEqual([line for line in given.splitlines() if line not in whole.splitlines()], [])

    def test_short_tags_are_read_in_their_long_form(self) -> None:
        import tempfile

        import tools

        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write('A: !Ref X\nB: !GetAtt Y.Arn.Z\nC: !If [D, !Ref E, !Sub "f${G}"]\n')
            file.flush()
            command = [str(tools.sam() / "python"), "-B", str(template.READER), file.name]
            printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        expected = {"A": {"Ref": "X"}, "B": {"Fn::GetAtt": ["Y", "Arn.Z"]}, "C": {"Fn::If": ["D", {"Ref": "E"}, {"Fn::Sub": "f${G}"}]}}
        self.assertEqual(json.loads(printed), expected)


if __name__ == "__main__":
    unittest.main()
