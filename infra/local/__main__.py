"""The local cloud and the tools around it, as make's targets call them: `python3 infra/local <command>`."""

import signal
import sys

if sys.version_info < (3, 11):
    sys.exit(f"Python 3.11 or later is needed; `{sys.executable}` is {sys.version.split()[0]}.")

import advisories
import build
import checks
import commands
import deploy
import dist
import invoke
import redeploy
import size
import targets
from errors import LocalCloudError

COMMANDS = {
    "up": lambda _: commands.up(),
    "down": lambda _: commands.down(),
    "run": commands.run,
    "first-day": commands.first_day,
    "watch": lambda _: commands.watch(),
    "test": commands.test,
    "browser": commands.browser,
    "screenshots": commands.screenshots,
    "invoke": invoke.invoke,
    "check": lambda _: checks.check(),
    "advisories": lambda _: advisories.advisories(),
    "deploy": deploy.deploy,
    "dist": dist.dist,
    "sam": checks.sam,
    "bench": commands.bench,
    "simulate": commands.simulate,
    "redeploy": redeploy.redeploy,
    "build": build.build,
    "size": size.report,
    "targets": targets.targets,
}


def main() -> int:
    """Runs one command; an error is one sentence on stderr."""
    name, *arguments = sys.argv[1:] or [""]
    if name not in COMMANDS:
        print(f"usage: python3 infra/local {{{','.join(COMMANDS)}}}", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        return COMMANDS[name](arguments)
    except LocalCloudError as error:
        print(f"callsheet: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
