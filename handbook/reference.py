"""Pages in the program's own words: each command's help, exit codes, the spec's fields, the changelog, the manners."""

import contextlib
import importlib
import inspect
import io
import json
import os
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import cfstream
from cfstream.aws.codes import CODES
from cfstream.cli import exit_codes, main
from cfstream.cli.commands import SECTIONS
from cfstream.cli.exit_codes import ExitCode
from cfstream.errors import CfstreamError
from cfstream.render.errors import anchor
from cfstream.render.reference import example_text
from cfstream.spec import reference as fields

ROOT = Path(__file__).resolve().parents[1]
GROUPS = {"keys": ("new", "rotate"), "sandbox": ("up", "down", "status", "serve", "key-pair", "set", "reset")}
"""Commands that have commands."""

RELEASES_BEGIN = "<!-- scriv-insert-here -->"
"""The line of the changelog under which scriv puts the newest release."""


def write(folder: Path) -> None:
    """Writes the pages into `folder`, in place of those of an earlier time."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "spec": spec(),
        "commands": commands(),
        "errors": errors(),
        "changelog": changelog(),
        "contributing": copied("CONTRIBUTING.md"),
    }
    for name, lines in pages.items():
        (folder / f"{name}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def spec() -> Iterator[str]:
    """Every field of the spec language, in the order of the model: what it takes, what it means, an example.

    An example that shows several fields stands under the first of them.
    """
    root, shown = fields.reference(), list[object]()
    yield from ("# The spec", "")
    yield from ("All fields, in the schema's words; `cfstream docs FIELD` says the same in a terminal.", "")
    yield from ("A field that is left out is left as it is in AWS, unless it has a default.", "")
    for field in root.walk():
        needed = ", required" if field.required else ""
        yield from (f"{'#' * (len(field.path) + 1)} {field.name} {{#{'-'.join(field.path)}}}", "")
        yield from (f"*{field.takes}{needed}*", "", field.description, "")
        if field.values:
            yield from (f"One of {', '.join(f'`{_spelled(value)}`' for value in field.values)}.", "")
        if field.default is not None:
            yield from (f"Default: `{_spelled(field.default)}`.", "")
        example = fields.in_context(root, field)
        if example not in shown:
            shown.append(example)
            yield from ("```yaml", *example_text(root, field).rstrip().splitlines(), "```", "")


def _spelled(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).strip('"') or '""'


def commands() -> Iterator[str]:
    """Every command with its help, in the sections of the program's own."""
    yield from ("# Commands", "")
    yield from ("What each command says when it is asked with `--help`.", "")
    yield from ("```text", *help_of(), "```", "")
    for section, entries in SECTIONS.items():
        yield from (f"## {section}", "")
        for name in entries:
            for words in [(name,), *((name, inner) for inner in GROUPS.get(name, ()))]:
                yield from (f"### cfstream {' '.join(words)}", "", "```text", *help_of(*words), "```", "")


def errors() -> Iterator[str]:
    """Every kind of error: what it means, its exit code, and the codes of AWS that become one."""
    load_all()
    yield from ("# Errors", "")
    yield from (
        "An error says what went wrong, where, and what to do. On a terminal its first word leads here.",
        "",
    )
    for kind in kinds_of(CfstreamError):
        yield from (f"## {kind.__name__} {{#{anchor(kind)}}}", "", str(inspect.getdoc(kind)), "")
        yield from (f"Exit code {exit_codes.of_kind(kind).value}.", "")
        codes = sorted(code for code, meant in CODES.items() if meant is kind and not code.isdigit())
        if codes:
            yield from (f"AWS says: {', '.join(f'`{code}`' for code in codes)}.", "")


def load_all() -> None:
    """Imports all of cfstream: a kind of error is known once its module is."""
    for found in pkgutil.walk_packages(cfstream.__path__, "cfstream."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def kinds_of(kind: type[CfstreamError]) -> Iterator[type[CfstreamError]]:
    """All kinds of errors under one, each after those that it is one of."""
    for each in kind.__subclasses__():
        yield each
        yield from kinds_of(each)


def help_of(*words: str) -> list[str]:
    """The lines of a command's help, as on a terminal of 80 columns."""
    os.environ["COLUMNS"] = "80"
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = main.run([*words, "--help"])
    if code != ExitCode.DONE:
        raise SystemExit(f"cfstream {' '.join(words)} --help exited with {code}")
    return said.getvalue().strip("\n").splitlines()


def changelog() -> Iterator[str]:
    """The changelog, and before its first release what lies in changelog.d for the next one."""
    told = [file for file in sorted((ROOT / "changelog.d").glob("*.md")) if file.name != "README.md"]
    for line in copied("CHANGELOG.md"):
        if line != RELEASES_BEGIN:
            yield line
        elif told:
            yield from ("## Not released yet", "")
            for file in told:
                yield from file.read_text(encoding="utf-8").splitlines()


def copied(name: str) -> Iterator[str]:
    """A page that stands at the top of the repository."""
    yield from (ROOT / name).read_text(encoding="utf-8").splitlines()
