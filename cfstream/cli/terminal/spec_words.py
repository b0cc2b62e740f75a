"""Words in spec files and in the schema, for completion. They are read without the model, whose import takes 0.2 s.

Files with problems are read as far as possible: a word that is not offered can still be typed.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cfstream.startup.frozen import dataclass

YAML_SPECS = (".yaml", ".yml")
DEPTH = 3
"""The depth to which folders are searched for specs."""

SKIPPED_FOLDERS = frozenset({"node_modules", "venv", "__pycache__"})
LONGEST = 1 << 20
"""The largest file that is read, in bytes: the limit of specs."""

_NAME = re.compile(r"""^name:[ ]*["']?([a-z][a-z0-9-]*)""", re.MULTILINE)
_ROLE = re.compile(r"""^role:[ ]*["']?(arn:[^\s"'#]+)""", re.MULTILINE)

SCHEMAS = (
    Path(__file__).parents[2] / "cfstream.v1.json",
    Path(__file__).parents[3] / "schemas" / "cfstream.v1.json",
)
"""The schema of specs: in a wheel, and in a clone."""


@dataclass(frozen=True)
class KeyGroupWords:
    """A key group that a spec creates, and the names of its keys."""

    stack: str
    name: str
    keys: tuple[str, ...]


def yaml_under(start: Path) -> Iterator[Path]:
    """Yield the YAML files of a folder and those below it."""
    for above, folders, names in os.walk(start):
        depth = len(Path(above).relative_to(start).parts)
        folders[:] = sorted(
            name
            for name in folders
            if depth < DEPTH and name not in SKIPPED_FOLDERS and not name.startswith(".")
        )
        yield from (Path(above, name) for name in names if name.endswith(YAML_SPECS))


def stack_names(specs: Iterable[str]) -> list[str]:
    """Return the names of the stacks in these files and folders."""
    return sorted({name for text in _texts(specs) for name in _NAME.findall(text)})


def roles(specs: Iterable[str]) -> list[str]:
    """Return the roles that these specs name."""
    return sorted({role for text in _texts(specs) for role in _ROLE.findall(text)})


def key_groups(spec: str) -> Iterator[KeyGroupWords]:
    """Yield the key groups that a spec creates. Raises OSError and ValueError for a file that cannot be read."""
    from cfstream.spec.compose import documents
    from cfstream.spec.source import Source, plain

    for document in documents(Source(spec, Path(spec).read_text(encoding="utf-8")), []):
        values = plain(document.root)
        behaviors = _of(values, "http", Mapping).get("behaviors")
        for holder in (values, *(each for each in behaviors or () if isinstance(each, Mapping))):
            for group in _of(holder, "key_groups", list):
                if isinstance(group, Mapping) and group.get("name"):
                    keys = [each for each in _of(group, "public_keys", list) if isinstance(each, Mapping)]
                    names = tuple(str(each.get("name", "")) for each in keys)
                    yield KeyGroupWords(str(values.get("name", "")), str(group["name"]), names)


def schema_fields() -> Iterator[tuple[str, str]]:
    """Yield the fields of a spec with the first sentence of their descriptions, from the schema."""
    for file in SCHEMAS:
        if file.is_file():
            schema = json.loads(file.read_text(encoding="utf-8"))
            yield from _fields(schema, schema, "")
            return


def _fields(part: Mapping[str, Any], schema: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, field in _merged(part, schema).get("properties", {}).items():
        yield above + name, str(_merged(field, schema).get("description", "")).partition(". ")[0]
        for inner in _inside(field, schema):
            yield from _fields(inner, schema, f"{above}{name}.")


def _inside(field: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the mappings that a field, or an entry of its list, can be."""
    merged = _merged(field, schema)
    if "properties" in merged:
        yield merged
    for inner in (*merged.get("anyOf", ()), *merged.get("oneOf", ()), merged.get("items")):
        if isinstance(inner, Mapping):
            yield from _inside(inner, schema)


def _merged(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a part of the schema with what it refers to."""
    where = part.get("$ref", "")
    return {**schema["$defs"][where.rpartition("/")[2]], **part} if where.startswith("#/$defs/") else part


def _texts(specs: Iterable[str]) -> Iterator[str]:
    for spec in specs:
        for path in yaml_under(Path(spec)) if os.path.isdir(spec) else (Path(spec),):
            with suppress(OSError, ValueError), path.open(encoding="utf-8") as file:
                yield file.read(LONGEST)


def _of(values: Any, name: str, kind: type[Any]) -> Any:
    """Return a member of a mapping, or an empty value of the type if it is something else."""
    found = values.get(name) if isinstance(values, Mapping) else None
    return found if isinstance(found, kind) else ({} if kind is Mapping else kind())
