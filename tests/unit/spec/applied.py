"""Apply the fix of a problem to a spec, as a user who reads it would."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from cfstream.errors import Problem
from cfstream.spec.compose import documents
from cfstream.spec.edit.writing import inline
from cfstream.spec.source import Listing, Node, Source, Spot, plain
from cfstream.spec.source import Mapping as Fields

Path = tuple[Any, ...]

_WRITE = re.compile(
    r"write (?:one (?:of them, )?like )?(?P<text>.+?)"
    r"(?: under (?P<under>[\w.]+)(?: or [\w.]+)*|(?P<top> at the top of the spec))?(?:, like (?P<like>\w+: .+))?"
)
NEW: Mapping[str, Any] = {
    "behaviors": [{"path": "/other/*"}],
    "key_groups": [{"name": "others"}],
    "public_keys": [{"name": "other"}],
}
"""The other fields that an entry of a list needs, which a user adds to a field that belongs in one."""

_INDENT = re.compile(r"begin it with (?P<count>no|[0-9]+) spaces?\b.*")
_ITEM = re.compile(r"write this line as `(?P<line>.+)`(?P<below>, and indent the lines below it by 2)?")
_ACTS = re.compile(r"""\w+: .+|".*"|[\[{].*[\]}]|[^\s,]+""")
"""What a fix says to write literally: a field, a name, a text in quotes, brackets, or one word."""


def applied(text: str, place: str, what: str, do: str) -> str | None:
    """Return the text after a fix; None if the fix leaves it to the user what to write."""
    line, col = map(int, place.split(":"))
    lines = text.splitlines()
    if found := _ITEM.fullmatch(do):
        return _as_item(lines, (line, col), found["line"], below=bool(found["below"]))
    if found := _INDENT.fullmatch(do):
        spaces = 0 if found["count"] == "no" else int(found["count"])
        return "\n".join([*lines[: line - 1], " " * spaces + lines[line - 1].lstrip(), *lines[line:]]) + "\n"
    if do.startswith("delete it") and ": " in do:
        return _with(text, (line, col), what, None)
    found = _WRITE.fullmatch(do)
    first = found and re.split(",? or ", found["like"] or found["text"])[0]
    if not found or not first or not _ACTS.fullmatch(first) or first.startswith(("x-", "<<", "NAME")):
        return None
    try:
        written = _values(first)
    except YAMLError:
        return None
    under = tuple((found["under"] or "").split(".")) if found["under"] else () if found["top"] else None
    return _with(text, (line, col), what, written, under, entry=first.startswith("{"))


def _values(text: str) -> Any:
    """Return what a fix says to write: a value, or the fields of ``a: b and c: d``."""
    yaml = YAML(typ="safe", pure=True)
    parts = re.split(r" and (?=\w+: )", text)
    values = [yaml.load(part) for part in parts]
    return values[0] if len(values) == 1 else {key: item for each in values for key, item in each.items()}


def _as_item(lines: list[str], spot: Spot, first: str, *, below: bool) -> str:
    indent = spot[1] - 1
    lines = [*lines[: spot[0] - 1], " " * indent + first, *lines[spot[0] :]]
    for number in range(spot[0], len(lines)):
        if not below or len(lines[number]) - len(lines[number].lstrip()) < indent:
            break
        lines[number] = f"  {lines[number]}"
    return "\n".join(lines) + "\n"


def _with(
    text: str, spot: Spot, what: str, written: Any, under: Path | None = None, *, entry: bool = False
) -> str | None:
    problems: list[Problem] = []
    found = list(documents(Source("spec", text), problems))
    if problems or len(found) != 1:
        return None
    data = _as_written(found[0].root)
    places = sorted((path for path, at in _places(found[0].root) if at == spot), key=len)
    if what.startswith("unknown key"):
        _replace_key(data, next(path for path in places if f'"{path[-1]}"' in what), written, under)
    elif isinstance(written, Mapping) and len(written) == 1 and (key := next(iter(written))):
        path = next((each for each in places if each[-1] == key), None)
        if path is None and not entry:
            return None
        _put(data, path or places[-1], written[key] if path else written)
    elif places and written is not None:
        _put(data, places[-1], written)
    else:
        return None
    return "".join(f"{inline(key)}: {_line(value)}\n" for key, value in data.items())


class _Number(str):
    """A number as the file has it."""


def _as_written(node: Node) -> Any:
    """Return a tree as plain values, in which numbers keep their leading zeros."""
    match node:
        case Fields():
            return {key: _as_written(inner) for key, inner in node.fields.items()}
        case Listing():
            return [_as_written(inner) for inner in node.items]
        case _ if isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            return _Number(node.text)
    return plain(node)


def _line(value: Any) -> str:
    match value:
        case Mapping():
            return "{" + ", ".join(f"{inline(key)}: {_line(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_line, value)) + "]"
    return "" if value is None else str(value) if isinstance(value, _Number) else inline(value)


def at(data: Any, path: Path) -> Any:
    """Return the value at a path."""
    for step in path:
        data = data[step]
    return data


def _put(data: Any, path: Path, value: Any) -> None:
    at(data, path[:-1])[path[-1]] = value


def _replace_key(data: Any, path: Path, written: Any, under: Path | None) -> None:
    """Replace a key, or move it to another section, with its value or the one of the fix."""
    above = at(data, path[:-1])
    value = above.pop(path[-1])
    if written is None:
        return
    fields = written if isinstance(written, Mapping) else {written: value}
    for name, item in fields.items():
        _in_section(data, above, under)[name] = item


def _in_section(data: Any, here: Any, under: Path | None) -> Any:
    """Return the section at a path, or the first entry of a list there; a new entry has an example of its pattern."""
    if under is None:
        return here
    for step in under:
        inner = data.setdefault(step, deepcopy(NEW.get(step, {})))
        data = inner[0] if isinstance(inner, list) else inner
    return data


def _places(node: Node, above: Path = ()) -> Iterator[tuple[Path, Spot]]:
    """Yield the path of each value with its place, and with the place of its key."""
    if above:
        yield above, node.at
    match node:
        case Fields():
            for key, inner in node.fields.items():
                yield (*above, key), node.keys[key]
                yield from _places(inner, (*above, key))
        case Listing():
            for number, inner in enumerate(node.items):
                yield from _places(inner, (*above, number))
