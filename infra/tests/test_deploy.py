"""What `make deploy` proposes, and what the runbook says that it needs."""

import json
import re
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path
from unittest import mock

import paths  # noqa: F401
import checks
import deploy
import second_cloud
import template
import tools
from deploy import Quota
from errors import LocalCloudError
from processes import ROOT

RUNBOOK = ROOT / "docs" / "operating.md"
CONFIG = ROOT / "samconfig.toml"
SAMCONFIG = """
[default.deploy.parameters]
resolve_s3 = true

[dev.deploy.parameters]
stack_name = "callsheet-dev"

[prod.deploy.parameters]
stack_name = "callsheet-prod"
"""
# As sam keeps them.
ANSWERS = 'parameter_overrides = "LogLevel=\\"info\\" TableDeletionProtection=\\"false\\""\n'
# Writes, and other services, that CloudFormation needs only for properties that the template does not set. Each is a resource type and an action.
UNUSED = re.compile(
    r" (ec2|elasticfilesystem|firehose|kinesis|kms|s3files):"
    r"|ApiGatewayV2::(\w+ s3|Authorizer iam):|Table (s3|logs|iam):|LogGroup s3:"
    r"|lambda:(GetLayerVersion|PublishVersion|((Put|Delete|Associate|Pass)\w*(CodeSigning|Scaling|RuntimeManagement|RuntimeAlias|CapacityProvider)\w*))"
    r"|dynamodb:(Scan|Query|\w*Item|\w*Replica|\w*Import\w*|(Put|Delete)ResourcePolicy|(Enable|Disable|Update)(Kinesis|Contributor)\w*)$"
    r"|logs:(((Put|Delete)(BearerToken|DataProtection|Index|ResourcePolicy|LogGroupDeletion)))\w*"
    r"|iam:(Attach|Detach|\w*User|\w*Group)\w*|secretsmanager:\w*Replicat\w*"
)


class Account(unittest.TestCase):
    """How many executions can be reserved."""

    def test_a_hundred_executions_or_the_whole_quota_stay_unreserved(self) -> None:
        for limit, unreserved, reservable in [(10, 10, 0), (50, 50, 0), (100, 100, 0), (101, 101, 1), (1000, 1000, 900), (1000, 100, 0), (1000, 101, 1), (1000, 40, 0)]:
            with self.subTest(limit=limit, unreserved=unreserved):
                quota = Quota("eu-central-1", limit, unreserved)
                self.assertEqual(quota.reservable, reservable)
                sentence, can_reserve = deploy.advice(quota)
                self.assertEqual(can_reserve, reservable > 0)
                self.assertEqual("0 is proposed" in sentence, reservable == 0)
                self.assertEqual(sentence.count("."), 1, "one sentence")

    def test_an_unknown_quota_changes_no_proposal(self) -> None:
        sentence, can_reserve = deploy.advice("NoCredentialsError: Unable to locate credentials")
        self.assertTrue(can_reserve)
        self.assertIn("NoCredentialsError", sentence)

    def test_an_account_that_cannot_be_asked_is_no_error(self) -> None:
        # The tool is stubbed as well: on a machine that has never seen the project it would be installed first.
        with mock.patch.object(tools, "sam", return_value=Path("/nowhere")), mock.patch.object(subprocess, "run", return_value=mock.Mock(stdout="")):
            self.assertEqual(deploy.account_quota(), "it cannot be asked for")


class Deployments(unittest.TestCase):
    """The calls of sam."""

    def setUp(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.config = folder / "samconfig.toml"
        self.config.write_text(SAMCONFIG)
        self.sam = self.enterContext(mock.patch.object(checks, "sam", return_value=0))
        self.quota = self.enterContext(mock.patch.object(deploy, "account_quota", return_value=Quota("us-east-1", 1000, 1000)))
        self.enterContext(mock.patch("builtins.print"))

    def deployed(self, environment: str = "default", *options: str) -> list[list[str]]:
        deploy.deploy([str(self.config), environment, *options])
        return [call.args[0] for call in self.sam.call_args_list]

    def test_the_first_deployment_is_followed_by_one_that_protects_the_tables_of_its_environment(self) -> None:
        def answer(arguments: list[str]) -> int:
            if "--guided" in arguments:
                self.config.write_text(SAMCONFIG.replace('stack_name = "callsheet-dev"\n', f'stack_name = "callsheet-dev"\n{ANSWERS}'))
            return 0

        self.config.write_text(SAMCONFIG)
        self.sam.side_effect = answer
        first, second = self.deployed("dev")
        self.assertEqual(first[:5], ["deploy", "--config-file", str(self.config), "--config-env", "dev"])
        self.assertEqual(first[-2:], ["--parameter-overrides", "TableDeletionProtection=false"])
        self.assertEqual(second, ["deploy", "--config-file", str(self.config), "--config-env", "dev", "--no-confirm-changeset"])
        self.assertIn('TableDeletionProtection=\\"true\\"', deploy.kept(self.config, "dev")["parameter_overrides"].replace('"', '\\"'))

    def test_an_environment_that_keeps_its_tables_unprotected_is_left_as_it_is(self) -> None:
        self.config.write_text(SAMCONFIG.replace('stack_name = "callsheet-dev"\n', f'stack_name = "callsheet-dev"\n{ANSWERS}'))
        before = self.config.read_text()
        deploy.protect(self.config, "prod")
        self.assertEqual(self.config.read_text(), before)
        self.sam.assert_not_called()

    def test_an_environment_that_does_not_exist_is_an_error_that_lists_the_others(self) -> None:
        with self.assertRaisesRegex(LocalCloudError, "no environment 'test': use default, dev, prod"):
            self.deployed("test")
        self.sam.assert_not_called()

    def test_a_first_deployment_that_fails_protects_nothing(self) -> None:
        self.sam.return_value = 1
        self.assertEqual(len(self.deployed()), 1)

    def test_a_small_quota_has_nothing_reserved_proposed(self) -> None:
        self.quota.return_value = Quota("us-east-1", 10, 10)
        self.assertIn("SchedulerReservedConcurrency=0", self.deployed()[0])

    def test_a_later_deployment_asks_and_proposes_nothing(self) -> None:
        self.config.write_text(f"[default.deploy.parameters]\n{ANSWERS}")
        expected = ["deploy", "--config-file", str(self.config), "--config-env", "default", "--no-confirm-changeset"]
        self.assertEqual(self.deployed("default", "--no-confirm-changeset"), [expected])
        self.quota.assert_not_called()

    def test_every_environment_of_the_project_has_a_stack_and_tags_of_its_own(self) -> None:
        sections = tomllib.loads(CONFIG.read_text())
        del sections["version"], sections["default"]
        self.assertGreaterEqual(set(sections), {"dev", "staging", "prod"})
        for name in sections:
            kept = deploy.kept(CONFIG, name)
            self.assertEqual(kept["stack_name"], f"callsheet-{name}")
            self.assertEqual(kept["tags"], f'application="callsheet" environment="{name}"')


class Runbook(unittest.TestCase):
    """The table of what the deploying principal must be allowed, against the schemas of the resource types."""

    def test_every_resource_type_is_covered_by_exactly_the_actions_that_cloudformation_takes(self) -> None:
        types = {resource["Type"] for resource in second_cloud.transformed(template.PATH)["Resources"].values()}
        script = "import glob, json, os, cfnlint\nfor path in glob.glob(os.path.dirname(cfnlint.__file__) + '/data/schemas/resources/*.json'):\n    schema = json.load(open(path))\n    if schema.get('typeName') in {types!r}: print(json.dumps([schema['typeName'], schema.get('handlers', {{}})]))"
        command = [str(tools.sam() / "python"), "-c", script.format(types=types)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        needed: dict[str, set[str]] = {}
        for kind, handlers in map(json.loads, printed.splitlines()):
            actions = {action for name, handler in handlers.items() if name != "list" for action in handler["permissions"]}
            needed[kind] = {action for action in actions if not UNUSED.search(f"{kind} {action}")}
        self.assertEqual(set(needed), types)
        rows = re.findall(r"^\| `(AWS::[\w:]+)` \| (.*) \|$", RUNBOOK.read_text(), re.MULTILINE)
        described = {kind: set(re.findall(r"`([^`]+)`", actions)) for kind, actions in rows}
        self.maxDiff = None
        self.assertEqual(described, needed)


if __name__ == "__main__":
    unittest.main()
