"""Prints a SAM template as the CloudFormation template that it is deployed as.

It runs in the environment of `sam`. The code of functions is said to be in the bucket `code`.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import yaml
from read_template import Loader


class NoPolicies:
    """Managed policies of AWS, which the template does not name."""

    def load(self) -> dict[str, str]:
        """None."""
        return {}


def transformed(template: dict[str, Any]) -> dict[str, Any]:
    """The template without SAM's resource types. Its parameters stay parameters."""
    # It is asked for a region that it would otherwise look for in the machine's settings.
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    from samtranslator.translator.transform import transform

    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://code/function.zip"
    return transform(template, {}, NoPolicies())


if __name__ == "__main__":
    json.dump(transformed(yaml.load(Path(sys.argv[1]).read_text(), Loader)), sys.stdout, default=str)
