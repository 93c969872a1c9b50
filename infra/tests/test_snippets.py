"""The templates that documents show."""

import unittest

import paths  # noqa: F401
import snippets


class Snippets(unittest.TestCase):
    """Which blocks of a document are templates."""

    def test_only_blocks_of_yaml_with_resources_are_templates(self) -> None:
        text = "a\n```yaml\nResources:\n  A: {}\n```\nb\n```yaml\nrules: []\n```\nc\n```json\nResources:\n```\n"
        self.assertEqual(snippets.templates(text), ["Resources:\n  A: {}\n"])

    def test_every_listed_document_has_templates(self) -> None:
        for document in snippets.DOCUMENTS:
            self.assertTrue(snippets.templates(document.read_text()), document)


if __name__ == "__main__":
    unittest.main()
