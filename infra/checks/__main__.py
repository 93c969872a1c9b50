"""Checks of the project itself: `python3 -B infra/checks [docs] [terms] [circles]`; without a name, all of them."""

import sys

import circles
import docs
import terms

CHECKS = {"docs": docs.problems, "terms": terms.problems, "circles": circles.problems}


def main() -> int:
    """Prints every problem; 1 if there is one."""
    names = sys.argv[1:] or list(CHECKS)
    if unknown := set(names) - CHECKS.keys():
        sys.exit(f"There is no check {', '.join(sorted(unknown))}: use {', '.join(CHECKS)}.")
    count = 0
    for name in names:
        for problem in CHECKS[name]():
            print(problem)
            count += 1
    if count:
        print(f"{count} problems", file=sys.stderr)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
