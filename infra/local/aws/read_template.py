"""Prints a SAM template as JSON, with CloudFormation's short tags in their long form.

It runs in the environment of `sam`, which has a YAML parser; the local cloud's own Python has none.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's tags: `!Ref Name` is `{"Ref": "Name"}`, `!GetAtt A.B` is `{"Fn::GetAtt": ["A", "B"]}`."""


def construct_tag(loader: Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    """The long form of a tag."""
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", construct_tag)

if __name__ == "__main__":
    json.dump(yaml.load(Path(sys.argv[1]).read_text(), Loader), sys.stdout, default=str)
