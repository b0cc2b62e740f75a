"""Conventions that no linter checks: sizes, names, words, and docstrings of tests."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from cfstream.cli.table import ENTRIES

ROOT = Path(__file__).parents[2]
FOLDERS = ("cfstream", "tests", "benchmarks", "examples", "handbook")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 30
EMPTY_NAMES = frozenset({"base", "common", "data", "helpers", "info", "manager", "misc", "utils"})
"""Module names without a meaning."""

MAY_PRINT = ("cfstream/cli/", "benchmarks/", "examples/")
UNFINISHED = re.compile(r"\b([T]ODO|[F]IXME|[X]XX|[H]ACK)\b")
"""Written so that it does not match itself."""

TEXTS = (".cfg", ".css", ".html", ".js", ".json", ".md", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml")
PLACES = re.compile(r"(?<![\w.])/(work|tmp/briefs|root|home/\w+)/|[p]ypi\.org|[n]pmjs\.org|[d]eb\.debian")
"""Paths of one machine, and hosts of package registries."""


def modules(*folders: str) -> Iterator[tuple[str, Path]]:
    """Yield every Python file of these folders, with its path from the root."""
    for folder in folders or FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method in a file, including nested ones."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the number of lines of a function's body. The docstring and the signature do not count."""
    body = node.body[ast.get_docstring(node, clean=False) is not None :]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_modules_are_short() -> None:
    """No module has more than 400 lines."""
    sizes = {name: len(file.read_text(encoding="utf-8").splitlines()) for name, file in modules()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    """No function has more than 30 lines."""
    found = {
        f"{name}:{node.name}": lines_of(node)
        for name, file in modules("cfstream")
        for node in functions(file)
        if lines_of(node) > LONGEST_FUNCTION
    }
    assert found == {}


def test_modules_have_meaningful_names() -> None:
    """No module or folder has a name such as utils or helpers."""
    stems = {name: {*Path(name).with_suffix("").parts} for name, _ in modules()}
    assert {name for name, parts in stems.items() if parts & EMPTY_NAMES} == set()


def test_only_commands_print() -> None:
    """Everything below the command line returns values and never prints."""
    printing = {
        name
        for name, file in modules("cfstream", "benchmarks", "examples")
        for text in [file.read_text(encoding="utf-8")]
        if "print" in text  # parsing all files takes seconds
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert {name for name in printing if not name.startswith(MAY_PRINT)} == set()


def test_every_test_states_a_truth() -> None:
    """Every test has a docstring that is a sentence."""
    silent = {
        f"{name}:{node.name}"
        for name, file in modules("tests")
        for node in functions(file)
        if node.name.startswith("test_") and not (ast.get_docstring(node) or "").rstrip().endswith(".")
    }
    assert silent == set()


def test_no_test_is_skipped_or_uses_mocks() -> None:
    """Fakes are written by hand, and no test is skipped."""
    evasions = re.compile(
        r"\bmock\.patch|unittest\.mock|\bMagicMock\b|pytest\.(mark\.)?skip(if)?\b|importorskip"
    )
    found = {
        name
        for name, file in modules("tests")
        if name != "tests/architecture/test_conventions.py"
        and evasions.search(file.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_nothing_is_left_for_later() -> None:
    """The code has no comments about unfinished work."""
    assert {name for name, file in modules() if UNFINISHED.search(file.read_text(encoding="utf-8"))} == set()


def test_no_path_of_a_machine_is_named() -> None:
    """No file names a folder of one machine, or a package registry."""
    named = {
        f"{file.relative_to(ROOT)}: {found.group()}"
        for file in tracked()
        if file.suffix in TEXTS and (found := PLACES.search(file.read_text(encoding="utf-8")))
    }
    assert named == set()


def test_the_pages_show_every_command() -> None:
    """The README or a page of docs/ shows each command."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert {name for name in ENTRIES if f"cfstream {name}" not in shown} == set()


def test_the_overview_lists_every_package() -> None:
    """CONTRIBUTING.md lists each package of the program and each folder of tests."""
    page = (ROOT / "CONTRIBUTING.md").read_text()
    packages = {f"`{path.parent.name}`" for path in (ROOT / "cfstream").glob("*/__init__.py")}
    packages |= {
        f"`tests/{path.parent.name}`" for path in (ROOT / "tests").glob("*/*test*.*") if path.suffix != ".pyc"
    }
    assert sorted(name for name in packages if name not in page) == []


def tracked() -> Iterator[Path]:
    """Yield the files of the repository, without generated ones."""
    generated = {"__pycache__", "node_modules"}
    for file in sorted(ROOT.glob("*")) + [file for folder in FOLDERS for file in (ROOT / folder).rglob("*")]:
        if file.is_file() and not generated & {*file.parts}:
            yield file


POSIX_ONLY = re.compile(
    r"\b(import (?:fcntl|termios|pty|resource|grp|pwd)|start_new_session|"
    r"os\.(?:fork|getuid|geteuid|killpg|setsid|fchmod|mkfifo))\b"
)
MAY_DIFFER = frozenset({"cfstream/private_file.py", "cfstream/sandbox/systems.py"})


def test_differences_between_systems_are_in_one_place() -> None:
    """Only one module uses what macOS or Windows lacks."""
    found = {
        name for name, file in modules("cfstream") if POSIX_ONLY.search(file.read_text(encoding="utf-8"))
    }
    assert found == MAY_DIFFER
