"""The template as a release ships it: the functions are zips beside it, for one architecture, and nothing is left to build.

It is changed as text, so that its comments and its order stay. What has to be found in it and is not, is an error.
"""

import re

from errors import LocalCloudError


def packaged(text: str, functions: tuple[str, ...], architecture: str) -> str:
    """A template whose functions are `functions/<name>.zip`, built for an architecture."""
    for name in functions:
        text = _replaced(rf"^( +CodeUri: functions/{name})$", r"\1.zip", text, f"the code of {name}")
        text = _replaced(rf"^ +Metadata: {{ BuildMethod: [^}}]*Binary: {name} }} }}\n", "", text, f"how {name} is built")
    parameter = r"(^  Architecture:\n(?:    .*\n)*?)"
    text = _replaced(parameter + r"    Default: .*\n    AllowedValues: .*\n", rf"\1    Default: {architecture}\n    AllowedValues: [{architecture}]\n", text, "the architecture")
    return _replaced(parameter + r"    Description: .*\n", r"\1    Description: Processor architecture that the functions beside this template were built for\n", text, "its description")


def _replaced(pattern: str, replacement: str, text: str, wanted: str) -> str:
    changed, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
    if count != 1:
        raise LocalCloudError(f"template.yaml says {count} times {wanted}, where it has to be said once: see {__name__}.py.")
    return changed
