"""What `make deploy` proposes, and what the runbook says that it needs."""

import json
import re
import subprocess
import tempfile
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
from processes import ROOT

RUNBOOK = ROOT / "docs" / "operating.md"
# Writes, and other services, that CloudFormation needs only for properties that the template does not set. Each is a resource type and an action.
UNUSED = re.compile(
    r" (ec2|elasticfilesystem|firehose|kinesis|kms|s3files):"
    r"|ApiGatewayV2::\w+ s3:|Table (s3|logs|iam):|LogGroup s3:"
    r"|lambda:(GetLayerVersion|PublishVersion|((Put|Delete|Associate|Pass)\w*(CodeSigning|Scaling|RuntimeManagement|RuntimeAlias|CapacityProvider)\w*))"
    r"|dynamodb:(Scan|Query|\w*Item|\w*Replica|\w*Import\w*|(Put|Delete)ResourcePolicy|(Enable|Disable|Update)(Kinesis|Contributor)\w*)$"
    r"|logs:(Associate|Disassociate|((Put|Delete)(BearerToken|DataProtection|Index|ResourcePolicy|LogGroupDeletion)))\w*"
    r"|iam:(Attach|Detach|PutRolePerm|DeleteRolePerm)\w*|secretsmanager:\w*Replicat\w*"
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
        with mock.patch.object(subprocess, "run", return_value=mock.Mock(stdout="")):
            self.assertEqual(deploy.account_quota(), "it cannot be asked for")


class Deployments(unittest.TestCase):
    """The calls of sam."""

    def setUp(self) -> None:
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.config = folder / "samconfig.toml"
        self.config.write_text("version = 0.1\n")
        self.sam = self.enterContext(mock.patch.object(checks, "sam", return_value=0))
        self.quota = self.enterContext(mock.patch.object(deploy, "account_quota", return_value=Quota("us-east-1", 1000, 1000)))
        self.enterContext(mock.patch("builtins.print"))

    def deployed(self) -> list[list[str]]:
        deploy.deploy([str(self.config)])
        return [call.args[0] for call in self.sam.call_args_list]

    def test_the_first_deployment_is_followed_by_one_that_protects_the_tables(self) -> None:
        def answer(arguments: list[str]) -> int:
            if "--guided" in arguments:
                self.config.write_text('stack_name = "callsheet"\nparameter_overrides = "LogLevel=\\"info\\" TableDeletionProtection=\\"false\\""\n')
            return 0

        self.sam.side_effect = answer
        first, second = self.deployed()
        self.assertEqual(first[-2:], ["--parameter-overrides", "TableDeletionProtection=false"])
        self.assertNotIn("--guided", second)
        self.assertIn('TableDeletionProtection=\\"true\\"', self.config.read_text())

    def test_a_first_deployment_that_fails_protects_nothing(self) -> None:
        self.sam.return_value = 1
        self.assertEqual(len(self.deployed()), 1)

    def test_a_small_quota_has_nothing_reserved_proposed(self) -> None:
        self.quota.return_value = Quota("us-east-1", 10, 10)
        self.assertIn("SchedulerReservedConcurrency=0", self.deployed()[0])

    def test_a_later_deployment_asks_and_proposes_nothing(self) -> None:
        self.config.write_text('stack_name = "callsheet"\n')
        self.assertEqual(self.deployed(), [["deploy", "--config-file", str(self.config)]])
        self.quota.assert_not_called()


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
