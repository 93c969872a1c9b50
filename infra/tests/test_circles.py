"""The checker of circles, on small crates."""

import tempfile
import unittest
from pathlib import Path

import paths  # noqa: F401
from circles import allows, circles, outward
from modules import Crate


class Circles(unittest.TestCase):
    """Each test writes a crate and names its circles by the steps of the shortest way round."""

    def setUp(self) -> None:
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def uses(self, files: dict[str, str]) -> set[tuple[str, str]]:
        """The pairs of files of which one uses the other."""
        crate = self.crate(files)
        return {(use.user.relative_to(self.folder).as_posix(), use.used.relative_to(self.folder).as_posix()) for use in crate.uses()}

    def crate(self, files: dict[str, str]) -> Crate:
        for name, text in files.items():
            file = self.folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return Crate(self.folder / "lib.rs")

    def test_two_files_that_import_each_other_are_a_circle(self) -> None:
        found = circles(self.crate({"lib.rs": "mod a; mod b;", "a.rs": "use crate::b::B;\npub struct A;", "b.rs": "\nuse crate::a::A;\npub struct B;"}))
        self.assertEqual(len(found), 2, "between files and between modules")
        self.assertIn("2 files in a circle: a.rs, b.rs", found[0])
        self.assertIn("a.rs → b.rs (a.rs:1)", found[0])
        self.assertIn("b.rs → a.rs (b.rs:2)", found[0])
        self.assertIn("2 modules in a circle: a, b", found[1])

    def test_a_chain_is_no_circle(self) -> None:
        files = {"lib.rs": "mod a; mod b; mod c;", "a.rs": "use crate::b::B;", "b.rs": "use crate::c::C; pub struct B;", "c.rs": "pub struct C;"}
        self.assertEqual(circles(self.crate(files)), [])

    def test_the_shortest_way_round_is_shown(self) -> None:
        files = {
            "lib.rs": "mod a; mod b; mod c;",
            "a.rs": "use crate::b::B; pub struct A;",
            "b.rs": "use crate::c::C; pub struct B;",
            "c.rs": "use crate::{a::A, b::B}; pub struct C;",
        }
        found = circles(self.crate(files))
        self.assertIn("3 files in a circle", found[0])
        self.assertEqual(found[0].count("→"), 2)

    def test_a_name_is_followed_through_re_exports(self) -> None:
        files = {
            "lib.rs": "mod a; mod ports; pub use ports::{Queue as Messages, *};",
            "ports/mod.rs": "mod queue; mod store; pub use queue::Queue; pub use store::Store;",
            "ports/queue.rs": "pub struct Queue;",
            "ports/store.rs": "pub struct Store;",
            "a.rs": "use crate::{Messages, Store};",
        }
        self.assertEqual(self.uses(files), {("a.rs", "ports/queue.rs"), ("a.rs", "ports/store.rs")})

    def test_a_re_export_and_a_declaration_are_no_use(self) -> None:
        files = {"lib.rs": "mod a; pub use a::A; pub(crate) use a::B;", "a.rs": "pub struct A; pub struct B;"}
        self.assertEqual(self.uses(files), set())

    def test_an_import_of_a_child_is_a_use(self) -> None:
        files = {"lib.rs": "mod a;", "a/mod.rs": "mod part; use part::Part; pub struct A;", "a/part.rs": "use super::A; pub struct Part;"}
        found = circles(self.crate(files))
        self.assertEqual(len(found), 1, "between files, and not between top-level modules")
        self.assertIn("a/mod.rs, a/part.rs", found[0])

    def test_paths_in_the_code_are_uses(self) -> None:
        files = {
            "lib.rs": "mod a; mod b; mod c; mod d;",
            "a.rs": "fn f() { crate::b::g(); let x: Vec<super::c::C>; c::f() }",
            "b.rs": "use crate::d; pub fn g() { d::h() }",
            "c.rs": "pub struct C;",
            "d.rs": "pub fn h() {}",
        }
        self.assertEqual(self.uses(files), {("a.rs", "b.rs"), ("a.rs", "c.rs"), ("b.rs", "d.rs")})

    def test_what_is_compiled_for_tests_only_is_left_aside(self) -> None:
        files = {
            "lib.rs": "mod a; mod b;",
            "a.rs": "pub struct A; #[cfg(test)] mod tests { use crate::b::B; } #[cfg(test)] use crate::b::B;",
            "b.rs": "use crate::a::A; pub struct B;",
        }
        self.assertEqual(self.uses(files), {("b.rs", "a.rs")})

    def test_a_file_of_tests_is_left_aside(self) -> None:
        files = {
            "lib.rs": "mod a;",
            "a/mod.rs": "mod part; #[cfg(test)] mod tests; use part::Part; pub struct A;",
            "a/part.rs": "#[cfg(test)]\n#[path = \"part_tests.rs\"]\nmod tests; pub struct Part;",
            "a/tests.rs": "use super::{A, part::Part};",
            "a/part/tests.rs": "use crate::a::A;",
        }
        self.assertEqual(self.uses(files), {("a/mod.rs", "a/part.rs")})

    def test_a_module_that_only_re_exports_is_in_no_circle(self) -> None:
        files = {
            "lib.rs": "mod a; mod b; pub use a::{One, b_of};",
            "a/mod.rs": "//! Re-exports.\nmod one; mod two; pub use one::One; pub(super) use two::*; pub(crate) use crate::b::b_of;",
            "a/one.rs": "use super::{Two, b_of}; use crate::a; pub struct One;",
            "a/two.rs": "use super::*; pub struct Two;",
            "b.rs": "pub fn b_of() {}",
        }
        crate = self.crate(files)
        self.assertEqual(circles(crate), [])
        self.assertIn(("a/one.rs", "a/two.rs"), self.uses(files))

    def test_comments_and_literals_name_nothing(self) -> None:
        files = {
            "lib.rs": "mod a; mod b;",
            "a.rs": "// crate::b::B\n/* crate::b::B /* nested */ */ const S: &str = \"crate::b::B\"; const R: &str = r#\"\"crate::b::B\"#; const C: char = '\"';",
            "b.rs": "pub struct B;",
        }
        self.assertEqual(self.uses(files), set())

    def test_inline_modules_belong_to_their_file(self) -> None:
        files = {"lib.rs": "mod a; mod b;", "a.rs": "pub mod inner { use crate::b::B; pub struct I; }", "b.rs": "use crate::a::inner::I; pub struct B;"}
        self.assertIn("a.rs, b.rs", circles(self.crate(files))[0])

    def test_a_call_on_self_of_a_method_in_another_file_is_a_use(self) -> None:
        files = {
            "lib.rs": "mod a; mod b; mod other;",
            "a.rs": "pub struct A<T>(T); impl<T: Fn() -> u8> A<T> { pub fn run(&self) { self.step(); self.own(); self.0.len(); } fn own(&self) {} }",
            "b.rs": "use crate::a::A; impl<T> A<T> where T: Fn() -> u8 { pub(crate) fn step(&self) {} }",
            "other.rs": "pub struct O; impl O { fn step(&self) {} fn len(&self) {} }",
        }
        self.assertEqual(self.uses(files), {("a.rs", "b.rs"), ("b.rs", "a.rs")})

    def test_a_trait_is_implemented_by_calls_on_self_too(self) -> None:
        files = {
            "lib.rs": "mod a; mod b;",
            "a.rs": "pub struct A; impl A { pub fn step() {} }",
            "b.rs": "impl std::fmt::Debug for super::a::A { fn fmt(&self) { Self::step() } }",
        }
        self.assertEqual(self.uses(files), {("b.rs", "a.rs")})

    def test_the_root_is_a_module_of_its_own(self) -> None:
        files = {"lib.rs": "mod a; pub struct Root; fn f() { a::g() }", "a.rs": "use crate::Root; pub fn g() {}"}
        self.assertIn("2 modules in a circle: a, lib.rs", circles(self.crate(files))[1])


class Layers(unittest.TestCase):
    """Which crate may depend on which."""

    def test_dependencies_point_inward(self) -> None:
        for user, used, allowed in [
            ("shared/app", "shared/domain", True),
            ("shared/domain", "shared/app", False),
            ("shared/app", "shared/store", False),
            ("shared/store", "shared/app", True),
            ("functions/sync", "shared/store", True),
            ("shared/runtime", "functions/sync", False),
            ("functions/sync", "functions/webhook", False),
            ("cli", "shared/domain", True),
            ("shared/domain", "cli", False),
            ("tests", "shared/testkit", True),
            ("functions/sync", "shared/testkit", False),
            ("cli", "tests/simulator", False),
            ("cli/pages", "cli", True),
            ("cli", "cli/pages", False),
        ]:
            with self.subTest(f"{user} on {used}"):
                self.assertEqual(allows(user, used), allowed)

    def test_dependencies_of_tests_are_left_aside(self) -> None:
        from files import ROOT

        def package(folder: str, used: str, kind: str | None) -> dict:
            return {"name": folder, "manifest_path": str(ROOT / folder / "Cargo.toml"), "dependencies": [{"name": used, "kind": kind}]}

        app = package("shared/app", "shared/store", "dev")
        store = package("shared/store", "shared/app", None)
        self.assertEqual(outward({"packages": [app, store]}), [])
        app["dependencies"][0]["kind"] = None
        self.assertEqual(outward({"packages": [app, store]}), ["shared/app depends on shared/store: shared/app may not depend on shared/store"])


if __name__ == "__main__":
    unittest.main()
