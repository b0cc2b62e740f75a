"""Generate reference pages: help of commands, exit codes, spec fields, errors, hazards, changelog, CONTRIBUTING."""

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import cfstream
from cfstream import exit_codes
from cfstream.aws.codes import CODES
from cfstream.errors import CfstreamError
from cfstream.render.errors import anchor
from cfstream.render.reference import example_text
from cfstream.spec import reference as fields
from cfstream.steps.hazards import HazardName
from handbook import commands

ROOT = Path(__file__).resolve().parents[1]
CHECKED_IN = ("spec", "hazards")
"""The pages that other pages link to. The others are only on the site."""

RELEASES_BEGIN = "<!-- scriv-insert-here -->"
"""The line of the changelog after which scriv inserts the newest release."""


def write(folder: Path, names: Collection[str] | None = None) -> None:
    """Write the pages with these names into `folder`, replacing older ones; by default all pages."""
    folder.mkdir(parents=True, exist_ok=True)
    pages: Mapping[str, Callable[[], Iterator[str]]] = {
        "spec": spec,
        "commands": commands.page,
        "errors": errors,
        "hazards": hazards,
        "changelog": changelog,
        "contributing": lambda: copied("CONTRIBUTING.md"),
    }
    for name in names or pages:
        (folder / f"{name}.md").write_text("\n".join(pages[name]()) + "\n", encoding="utf-8")


def spec() -> Iterator[str]:
    """Yield every field of the spec language in the order of the model: its type, its meaning, an example.

    An example with several fields appears only at the first of them.
    """
    root, shown, names = fields.reference(), list[object](), set[str]()
    yield from ("# The spec", "")
    yield from ("All fields of a spec. `cfstream docs FIELD` shows the same in a terminal.", "")
    yield from (
        "If a field is absent, cfstream does not change it in AWS, unless the field has a default.",
        "",
    )
    for field in root.walk():
        needed = ", required" if field.required else ""
        if len(field.path) > 1 or field.name in names:
            # Not `{#…}`, which a code host shows as text.
            yield from (f'<a id="{"-".join(field.path)}"></a>', "")
        names.add(field.name)
        yield from (f"{'#' * (len(field.path) + 1)} {field.name}", "")
        yield from (f"*{field.takes}{needed}*", "", _without_emphasis(field.description), "")
        if field.values:
            yield from (f"One of {', '.join(f'`{_spelled(value)}`' for value in field.values)}.", "")
        if field.default is not None:
            yield from (f"Default: `{_spelled(field.default)}`.", "")
        example = fields.in_context(root, field)
        if example not in shown:
            shown.append(example)
            yield from ("```yaml", *example_text(root, field).rstrip().splitlines(), "```", "")


def _without_emphasis(text: str) -> str:
    """Return text in which a star outside of code is a star, as in ``/posters/*``."""
    parts = text.split("`")
    return "`".join(part if number % 2 else part.replace("*", "\\*") for number, part in enumerate(parts))


def _spelled(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).strip('"') or '""'


def errors() -> Iterator[str]:
    """Yield every kind of error: its meaning, its exit code, and the AWS error codes that map to it."""
    load_all()
    yield from ("# Errors", "")
    yield from (
        "An error shows what is wrong, where, and how to fix it. On a terminal its first word is a link to this page.",
        "",
    )
    for kind in kinds_of(CfstreamError):
        if kind.__name__.startswith("_"):
            continue
        title = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", kind.__name__).capitalize()
        yield from (f"## {title} {{#{anchor(kind)}}}", "", str(inspect.getdoc(kind)), "")
        yield from (f"Exit code {exit_codes.of_kind(kind).value}.", "")
        codes = sorted(code for code, meant in CODES.items() if meant is kind and not code.isdigit())
        if codes:
            yield from (f"AWS error codes: {', '.join(f'`{code}`' for code in codes)}.", "")


def hazards() -> Iterator[str]:
    """Yield every hazard, the worst first, with the changes that have it."""
    yield from ("# Hazards", "")
    yield from ("`apply` refuses a change that has a hazard until you allow it: `--allow cuts-viewers`.", "")
    for name in HazardName:
        yield from (f"## {name}", "", f"{name.when[0].upper()}{name.when[1:]}.", "")


def load_all() -> None:
    """Import all of cfstream, because a kind of error is only found after its module is imported.

    Modules of worker processes need awscrt, and define no errors of their own.
    """
    for found in pkgutil.walk_packages(cfstream.__path__, "cfstream."):
        if not found.name.endswith(("__main__", "fast.crt", "fast.worker")):
            importlib.import_module(found.name)


def kinds_of(kind: type[CfstreamError]) -> Iterator[type[CfstreamError]]:
    """Yield all subclasses of an error, each after its base classes."""
    for each in kind.__subclasses__():
        yield each
        yield from kinds_of(each)


def changelog() -> Iterator[str]:
    """Yield the changelog, with the fragments of changelog.d as its first section."""
    fragments = [file for file in sorted((ROOT / "changelog.d").glob("*.md")) if file.name != "README.md"]
    for line in copied("CHANGELOG.md"):
        if line != RELEASES_BEGIN:
            yield line
        elif fragments:
            yield from ("## Unreleased", "")
            for file in fragments:
                yield from file.read_text(encoding="utf-8").splitlines()


def copied(name: str) -> Iterator[str]:
    """Yield the lines of a page from the top directory."""
    yield from (ROOT / name).read_text(encoding="utf-8").splitlines()
