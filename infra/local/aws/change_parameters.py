"""Updates a stack to other parameters, as `sam deploy` would with the same template and code.

It is `sam deploy` without what `sam` does around it: neither the template nor the functions are
packaged and uploaded again.
"""

import json
import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError


def main() -> None:
    """`change_parameters.py <stack> <file with all parameters as JSON>`."""
    stack, values = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    cloudformation = boto3.client("cloudformation")
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]
    try:
        cloudformation.update_stack(
            StackName=stack,
            UsePreviousTemplate=True,
            Parameters=given,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return
        raise
    waiter = cloudformation.get_waiter("stack_update_complete")
    waiter.wait(StackName=stack, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


if __name__ == "__main__":
    main()
