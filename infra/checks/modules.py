"""The modules of a Rust crate, and which file uses which: by `use`, by paths in the code, and by method calls.

A name is followed through re-exports to the module that defines it: `use crate::Event` uses
`event.rs`, if that is where `lib.rs` takes `Event` from. Of method calls, those on `self` are followed,
to the file whose `impl` block of the same type has the method. Declarations (`mod event;`) and re-exports
are no use of a module, and neither is anything that is compiled for tests only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rust_source import Token, closing, tokens, without_tests

ModulePath = tuple[str, ...]
ITEMS = {"fn", "struct", "enum", "union", "trait", "type", "const", "static", "macro_rules"}


@dataclass
class Impl:
    """An `impl` block: its type's path from the crate's root, its methods, and the methods that it calls on `self`."""

    type: ModulePath
    methods: set[str]
    calls: dict[str, int]


@dataclass
class Module:
    """A module: its file, what it defines, what it re-exports, and the paths that it uses."""

    path: ModulePath
    file: Path
    children: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    aliases: dict[str, ModulePath] = field(default_factory=dict)
    globs: list[ModulePath] = field(default_factory=list)
    uses: list[tuple[ModulePath, int]] = field(default_factory=list)
    impls: list[Impl] = field(default_factory=list)


@dataclass(frozen=True)
class Use:
    """One file's use of another, and the first line that shows it."""

    user: Path
    line: int
    used: Path


class Crate:
    """A crate, read from its root file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.modules: dict[ModulePath, Module] = {}
        self._read_file(root, ())

    def uses(self) -> list[Use]:
        """Each pair of files, once, of which the first uses the second."""
        found: dict[tuple[Path, Path], Use] = {}
        for use in (*self._by_path(), *self._by_method_call()):
            known = found.setdefault((use.user, use.used), use)
            if known.line > use.line:
                found[use.user, use.used] = use
        return list(found.values())

    def _by_path(self) -> Iterator[Use]:
        for module in self.modules.values():
            for path, line in module.uses:
                used = self._resolve(path, frozenset())
                if used and used.file != module.file:
                    yield Use(module.file, line, used.file)

    def _by_method_call(self) -> Iterator[Use]:
        """Calls on `self` of a method that stands in another file's `impl` block of the same type."""
        by_type: dict[tuple[Path, str], list[tuple[Path, Impl]]] = {}
        for module in self.modules.values():
            for block in module.impls:
                owner = self._resolve(block.type, frozenset())
                if owner:
                    by_type.setdefault((owner.file, block.type[-1]), []).append((module.file, block))
        for blocks in by_type.values():
            for file, block in blocks:
                own = {method for other, one in blocks if other == file for method in one.methods}
                for method, line in block.calls.items():
                    homes = {other for other, one in blocks if method in one.methods}
                    if method not in own and len(homes) == 1:
                        yield Use(file, line, homes.pop())

    def top_level(self, file: Path) -> str:
        """The module directly below the crate's root that a file belongs to; the root file is a node of its own."""
        path = next(module.path for module in self.modules.values() if module.file == file)
        return path[0] if path else file.name

    def _read_file(self, file: Path, path: ModulePath) -> None:
        below = file.parent if not path or file.name == "mod.rs" else file.parent / file.stem
        _Reader(self, file, below).read(without_tests(tokens(file.read_text())), path)

    def _resolve(self, path: ModulePath, seen: frozenset[ModulePath]) -> Module | None:
        """The module that defines what a path from the crate's root names; nothing for a path that leads out of the crate."""
        if path in seen:
            return None
        module = self.modules[()]
        for index, name in enumerate(path):
            rest = path[index + 1 :]
            if name in module.children:
                module = self.modules[(*module.path, name)]
            elif name in module.items:
                return module
            elif name in module.aliases:
                return self._resolve((*module.aliases[name], *rest), seen | {path})
            else:
                for glob in module.globs:
                    through = self._resolve(glob, seen | {path})
                    if through and (name in through.items | through.children or name in through.aliases):
                        return self._resolve((*through.path, name, *rest), seen | {path})
                return module
        return module


class _Reader:
    """Reads the modules of one file."""

    def __init__(self, crate: Crate, file: Path, below: Path) -> None:
        self.crate, self.file, self.below = crate, file, below

    def read(self, source: list[Token], path: ModulePath) -> None:
        module = self.crate.modules.setdefault(path, Module(path, self.file))
        source = self._take_children(source, module)
        rest = self._take_imports(source, module)
        self._note_items(rest, module)
        self._note_impls(rest, module)
        self._note_paths(rest, module)

    def _take_children(self, source: list[Token], module: Module) -> list[Token]:
        """Reads child modules, in the file or in files of their own, and returns the rest."""
        rest: list[Token] = []
        index = 0
        while index < len(source):
            named = source[index].text == "mod" and index + 2 < len(source)
            after = source[index + 2].text if named else ""
            if after not in (";", "{") or not source[index + 1].text.isidentifier():
                rest.append(source[index])
                index += 1
                continue
            name = source[index + 1].text
            child = (*module.path, name)
            module.children.add(name)
            if after == "{":
                end = closing(source, index + 2)
                _Reader(self.crate, self.file, self.below / name).read(source[index + 3 : end], child)
                index = end + 1
                continue
            file = next((one for one in (self.below / f"{name}.rs", self.below / name / "mod.rs") if one.exists()), None)
            if file:
                self.crate._read_file(file, child)
            index += 3
        return rest

    def _take_imports(self, source: list[Token], module: Module) -> list[Token]:
        """Notes what `use` declarations name, and returns the rest. A public one is a re-export and no use."""
        rest: list[Token] = []
        index = 0
        while index < len(source):
            # `use<…>`, which captures lifetimes, is no declaration.
            if source[index].text != "use" or source[index + 1].text == "<":
                rest.append(source[index])
                index += 1
                continue
            end = next((at for at in range(index, len(source)) if source[at].text == ";"), len(source))
            public = bool(rest) and (rest[-1].text == "pub" or _ends_with_visibility(rest))
            for names, alias, line in _tree(source[index + 1 : end], ()):
                target = self._absolute(names, module)
                if target is None:
                    continue
                if alias == "*":
                    module.globs.append(target)
                elif alias:
                    module.aliases[alias] = target
                if not public:
                    module.uses.append((target, line))
            index = end + 1
        return rest

    def _note_items(self, source: list[Token], module: Module) -> None:
        for index, token in enumerate(source[:-1]):
            if token.text in ITEMS:
                name = source[index + 2 if token.text == "macro_rules" else index + 1].text
                if name.isidentifier():
                    module.items.add(name)

    def _note_impls(self, source: list[Token], module: Module) -> None:
        """The `impl` blocks. One that begins within brackets is a type (`impl Trait`) and has no body of its own."""
        for index, token in enumerate(source):
            if token.text != "impl" or (index and source[index - 1].text not in ("}", ";", "unsafe")):
                continue
            start = next((at for at in range(index, len(source)) if source[at].text == "{"), len(source))
            names = _implemented(source[index + 1 : start])
            if not names:
                continue
            body = source[start : closing(source, start) + 1]
            texts = [one.text for one in body]
            methods = {texts[at + 1] for at, text in enumerate(texts[:-1]) if text == "fn"}
            calls: dict[str, int] = {}
            for at, name in enumerate(texts[2:-1], 2):
                on_self = texts[at - 2 : at] in (["self", "."], ["Self", "::"])
                if on_self and texts[at + 1] in ("(", "::"):
                    calls.setdefault(name, body[at].line)
            target = self._absolute(names, module) or module.aliases.get(names[0]) or (*module.path, *names)
            module.impls.append(Impl(target, methods, calls))

    def _note_paths(self, source: list[Token], module: Module) -> None:
        """Paths in the code that begin at the crate, at a parent, at a child, or at an imported module."""
        index = 0
        while index < len(source):
            names, index, line = [source[index].text], index + 1, source[index].line
            if not names[0].isidentifier() or (index > 1 and source[index - 2].text in ("::", ".")):
                continue
            while index + 1 < len(source) and source[index].text == "::" and source[index + 1].text.isidentifier():
                names.append(source[index + 1].text)
                index += 2
            if len(names) > 1 and (target := self._absolute(tuple(names), module)) is not None:
                module.uses.append((target, line))

    def _absolute(self, names: ModulePath, module: Module) -> ModulePath | None:
        """A path from the crate's root; nothing for one that begins in another crate or at a type."""
        first, rest = names[0], names[1:]
        if first == "crate":
            return rest
        if first == "self":
            return (*module.path, *rest)
        if first == "super":
            path = module.path
            while names and names[0] == "super":
                path, names = path[:-1], names[1:]
            return (*path, *names)
        if first in module.children:
            return (*module.path, *names)
        if first in module.aliases and len(names) > 1:
            return (*module.aliases[first], *rest)
        return None


def _implemented(header: list[Token]) -> ModulePath:
    """The path of the type in an `impl` block's header: what stands behind its generics, and behind `for`."""
    depth, found = 0, []
    for before, token in zip([Token("", 0), *header], header):
        if token.text == "where" and depth == 0:
            break
        if token.text == "<":
            depth += 1
        elif token.text == ">" and before.text != "-":
            depth -= 1
        elif depth == 0 and token.text == "for":
            found = []
        elif depth == 0 and token.text.isidentifier() and token.text != "dyn":
            found.append(token.text)
    return tuple(found)


def _ends_with_visibility(before: list[Token]) -> bool:
    """Whether the tokens end with `pub(…)`."""
    texts = [token.text for token in before[-6:]]
    return texts[-1:] == [")"] and "pub" in texts and ";" not in texts[texts.index("pub") :]


def _tree(source: list[Token], before: ModulePath) -> Iterator[tuple[ModulePath, str, int]]:
    """The paths of a `use` declaration: each with the name that it brings in (`*` for all, nothing for `as _`)."""
    names, index = before, 0
    while index < len(source):
        token = source[index]
        if token.text == "{":
            for part in _parts(source[index + 1 : closing(source, index)]):
                yield from _tree(part, names)
            return
        if token.text == "*":
            yield names, "*", token.line
            return
        if token.text == "as":
            alias = source[index + 1].text
            yield names, "" if alias == "_" else alias, token.line
            return
        if token.text == "self" and names:
            break
        if token.text != "::":
            names = (*names, token.text)
        index += 1
    if names and source:
        yield names, names[-1], source[0].line


def _parts(source: list[Token]) -> Iterator[list[Token]]:
    """The parts of a list between braces, separated by commas."""
    part: list[Token] = []
    depth = 0
    for token in source:
        depth += (token.text == "{") - (token.text == "}")
        if token.text == "," and depth == 0:
            if part:
                yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part
