"""Finds circles between the modules of a crate, and dependencies between crates that point outward.

A circle is shown as a path of files, each step with a line that shows it. Circles are looked for between
files, and between the modules directly below a crate's root.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from files import ROOT
from modules import Crate, Use

# From the inside out. A crate may depend on crates of layers further in; the second value says whether
# crates of the layer may depend on each other.
LAYERS = (
    (("shared/domain",), False),
    (("shared/app",), False),
    (("shared/",), True),
    (("functions/", "cli"), False),
    (("cli/pages",), False),
    (("tests",), True),
)
# Has fakes of the ports, and is for tests only.
FOR_TESTS = "shared/testkit"

Graph = Mapping[str, Iterable[str]]


def problems() -> list[str]:
    """All circles and outward dependencies of the workspace."""
    metadata = _metadata()
    found = outward(metadata)
    for package in sorted(metadata["packages"], key=lambda package: package["manifest_path"]):
        for root in _roots(package):
            found += [f"{package['name']}: {circle}" for circle in circles(Crate(root))]
    return found


def circles(crate: Crate) -> list[str]:
    """The circles of a crate: who is in each, and the shortest way round."""
    uses = crate.uses()
    between_files = {(_name(use.user, crate), _name(use.used, crate)): use for use in uses}
    between_modules: dict[tuple[str, str], Use] = {}
    for use in uses:
        pair = (crate.top_level(use.user), crate.top_level(use.used))
        if pair[0] != pair[1]:
            between_modules.setdefault(pair, use)
    found = []
    for kind, edges in (("files", between_files), ("modules", between_modules)):
        for group in components(graph(edges)):
            way = shortest_circle(graph(edges), group)
            steps = [f"{user} → {used} ({_place(edges[user, used], crate)})" for user, used in zip(way, way[1:])]
            found.append(f"{len(group)} {kind} in a circle: {', '.join(sorted(group))}\n    " + "\n    ".join(steps))
    return found


def graph(edges: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The nodes that each node uses, in alphabetical order."""
    found: dict[str, list[str]] = {}
    for user, used in sorted(edges):
        found.setdefault(user, []).append(used)
        found.setdefault(used, [])
    return found


def components(nodes: Graph) -> list[set[str]]:
    """The groups of more than one node in which every node reaches every other (Tarjan's algorithm)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(node: str) -> None:
        order[node] = lowest[node] = len(order)
        stack.append(node)
        for used in nodes[node]:
            if used not in order:
                visit(used)
                lowest[node] = min(lowest[node], lowest[used])
            elif used in stack:
                lowest[node] = min(lowest[node], order[used])
        if lowest[node] == order[node]:
            group = set(stack[stack.index(node) :])
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(group)

    sys.setrecursionlimit(10_000)
    for node in nodes:
        if node not in order:
            visit(node)
    return found


def shortest_circle(nodes: Graph, group: set[str]) -> list[str]:
    """The shortest way within a group that ends where it began."""
    best: list[str] = []
    for start in sorted(group):
        ways = [[start]]
        seen: set[str] = set()
        while ways:
            way = ways.pop(0)
            if best and len(way) >= len(best):
                break
            for used in nodes[way[-1]]:
                if used == start:
                    best = [*way, start]
                    ways = []
                    break
                if used in group and used not in seen:
                    seen.add(used)
                    ways.append([*way, used])
    return best


def outward(metadata: dict) -> list[str]:
    """The dependencies between crates that point outward. Those of tests are left aside."""
    folders = {package["name"]: _folder(package) for package in metadata["packages"]}
    found = []
    for package in metadata["packages"]:
        user = folders[package["name"]]
        for dependency in package["dependencies"]:
            used = folders.get(dependency["name"])
            if used and dependency["kind"] is None and not allows(user, used):
                found.append(f"{package['name']} depends on {dependency['name']}: {user} may not depend on {used}")
    return found


def allows(user: str, used: str) -> bool:
    """Whether the crate in the folder `user` may depend on the one in `used`."""
    (outer, together), (inner, _) = _layer(user), _layer(used)
    if used == FOR_TESTS and user != FOR_TESTS:
        return user.startswith("tests")
    return outer > inner or (outer == inner and together)


def _layer(folder: str) -> tuple[int, bool]:
    for number, (prefixes, together) in enumerate(LAYERS):
        if any(folder == prefix or (prefix.endswith("/") and folder.startswith(prefix)) for prefix in prefixes):
            return number, together
    return len(LAYERS) - 1, LAYERS[-1][1]


def _metadata() -> dict:
    command = ["cargo", "metadata", "--no-deps", "--offline", "--locked", "--format-version", "1"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


def _folder(package: dict) -> str:
    return str(Path(package["manifest_path"]).parent.relative_to(ROOT))


def _roots(package: dict) -> list[Path]:
    """The root files of a package's library and programs; tests may be as they like."""
    kinds = {"lib", "bin"}
    return sorted(Path(target["src_path"]) for target in package["targets"] if kinds & set(target["kind"]))


def _name(file: Path, crate: Crate) -> str:
    return str(file.relative_to(crate.root.parent))


def _place(use: Use, crate: Crate) -> str:
    return f"{_name(use.user, crate)}:{use.line}"
