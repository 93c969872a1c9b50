"""What the second opinion on the template finds."""

import copy
import unittest
from typing import Any
from unittest import mock

import paths  # noqa: F401
import second_cloud
import template


class SecondOpinion(unittest.TestCase):
    """Templates on moto. Each test starts its server, so there are few."""

    document: dict[str, Any]

    @classmethod
    def setUpClass(cls) -> None:
        cls.document = second_cloud.transformed(template.PATH)

    def changed(self) -> dict[str, Any]:
        return copy.deepcopy(self.document)

    def test_the_template_has_no_types_of_sam_any_more(self) -> None:
        types = {resource["Type"] for resource in self.document["Resources"].values()}
        self.assertIn("AWS::Lambda::EventSourceMapping", types)
        self.assertEqual([kind for kind in types if "Serverless" in kind], [])

    def test_an_index_over_an_attribute_that_is_not_defined_is_found(self) -> None:
        document = self.changed()
        table = document["Resources"]["DecisionsTable"]["Properties"]
        table["AttributeDefinitions"] = [one for one in table["AttributeDefinitions"] if one["AttributeName"] != "due"]
        self.assertIn("Some index key attribute", " ".join(second_cloud.problems(document)))

    def test_a_reference_to_nothing_is_found(self) -> None:
        document = self.changed()
        document["Outputs"]["SyncQueueUrl"]["Value"] = {"Fn::GetAtt": ["Nothing", "Arn"]}
        self.assertNotEqual(second_cloud.problems(document), [])

    def test_a_type_that_moto_does_not_know_has_to_be_listed(self) -> None:
        document = self.changed()
        document["Resources"] = {"New": {"Type": "AWS::New::Thing", "Properties": {}}}
        document["Outputs"] = {}
        answer = {"status": "CREATE_COMPLETE", "unknown": ["AWS::New::Thing"], "created": [], "outputs": {}}
        with mock.patch.object(second_cloud, "_created", return_value=answer):
            self.assertIn("AWS::New::Thing", " ".join(second_cloud.problems(document)))

    def test_a_type_that_moto_has_learnt_is_not_listed_any_more(self) -> None:
        document = self.changed()
        answer = {"status": "CREATE_COMPLETE", "unknown": [], "created": list(document["Resources"]), "outputs": dict.fromkeys(document["Outputs"], "x")}
        with mock.patch.object(second_cloud, "_created", return_value=answer):
            found = second_cloud.problems(document)
        self.assertEqual(len(found), len(second_cloud.UNKNOWN_TO_MOTO))

    def test_the_answers_for_all_that_is_optional_make_every_resource_with_a_condition(self) -> None:
        conditional = {name: one for name, one in self.document["Resources"].items() if "Condition" in one}
        self.assertTrue(conditional)
        answer = {"status": "CREATE_COMPLETE", "unknown": sorted(second_cloud.UNKNOWN_TO_MOTO), "created": list(self.document["Resources"].keys() - conditional), "outputs": dict.fromkeys(self.document["Outputs"], "x")}
        with mock.patch.object(second_cloud, "_created", return_value=answer):
            self.assertEqual(second_cloud.problems(self.document), [])
            found = second_cloud.problems(self.document, second_cloud.EVERYTHING, conditional=True)
        known = {name for name, one in conditional.items() if one["Type"] not in second_cloud.UNKNOWN_TO_MOTO}
        self.assertEqual(found, [f"it does not create {name}" for name in sorted(known)])


if __name__ == "__main__":
    unittest.main()
