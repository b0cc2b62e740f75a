"""The fields of the spec language as a tree, read from its JSON Schema.

Each field has its type, its default, and an example that loads. `render.reference` shows it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from cfstream.errors import WrongUsage
from cfstream.spec.edit.writing import inline
from cfstream.spec.schema import json_schema
from cfstream.spec.wording import choices, nearest, shown
from cfstream.startup.frozen import dataclass

TYPES: Mapping[str, tuple[str, str]] = {
    "string": ("text", "texts"),
    "boolean": ("true or false", "truth values"),
    "integer": ("number", "numbers"),
    "object": ("mapping", "mappings"),
}
"""JSON Schema's types in words, singular and plural."""

SUBJECTS: Mapping[str, str] = {
    **dict.fromkeys(("thumbnails", "posters", "paths", "public paths"), "http.behaviors"),
    **dict.fromkeys(("rotate", "rotation"), "key_groups.public_keys.replaces"),
    **dict.fromkeys(("expires", "expiry", "validity"), "sign.max_validity"),
    **dict.fromkeys(("readers", "who can read"), "also_read_by"),
    **dict.fromkeys(("tls", "https"), "http.minimum_tls"),
}
"""Words for what people look for, with the field that does it."""

_IN_BRACKETS = re.compile(r"\[[^]]*\]")
"""The item of a list, as in the ``http.behaviors[/posters/*].public`` of a plan."""


@dataclass(frozen=True)
class SpecField:
    """A field of the language. `path` has no steps for lists: ``http.behaviors.path``."""

    path: tuple[str, ...]
    takes: str
    """``text``, ``list of mappings``, ``mapping, or false``."""
    description: str
    required: bool
    default: Any
    """None if it has none: no field has the default null."""
    values: tuple[Any, ...]
    """All valid values if they are few; else empty."""
    examples: tuple[Any, ...]
    fields: "tuple[SpecField, ...]"
    beside: frozenset[str]
    """Fields of the same mapping that are required with this one."""
    listed: bool
    """Whether its value is a list, of values or of mappings with `fields`."""

    @property
    def name(self) -> str:
        """The path as people write it; empty for the spec as a whole."""
        return ".".join(self.path)

    def walk(self) -> "Iterator[SpecField]":
        """Yield all fields below this one, each before those in it."""
        for field in self.fields:
            yield field
            yield from field.walk()

    @cached_property
    def by_name(self) -> "dict[str, SpecField]":
        """Every field below this one by its name."""
        return {field.name: field for field in self.walk()}


@cache
def reference() -> SpecField:
    """Return the whole spec, with all its fields in the order of the model."""
    schema = json_schema()
    return _Reading(schema["$defs"]).field((), schema, required=True)


@dataclass(frozen=True)
class _Reading:
    sections: Mapping[str, Any]

    def field(
        self,
        path: tuple[str, ...],
        schema: Mapping[str, Any],
        *,
        required: bool,
        beside: frozenset[str] = frozenset(),
    ) -> SpecField:
        forms = self._forms(schema)
        items = [item for form in forms if "items" in form for item in self._forms(form["items"])]
        fields = tuple(self._fields(path, items or forms))
        return SpecField(
            path=path,
            takes=choices(dict.fromkeys(_words(items, 1, "list of ") if items else _words(forms, 0))),
            description=str(schema.get("description") or forms[0].get("description", "")),
            required=required,
            default=schema.get("default"),
            values=tuple(value for form in items or forms for value in form.get("enum", ())),
            examples=_examples(schema, forms, items, fields),
            fields=fields,
            beside=beside,
            listed=bool(items),
        )

    def _fields(self, path: tuple[str, ...], forms: Sequence[Mapping[str, Any]]) -> Iterator[SpecField]:
        """Yield the fields of a mapping that has one of these forms."""
        inside = [form for form in forms if "properties" in form]
        needed = [frozenset(form.get("required", ())) for form in inside]
        members = {
            name: (inner, names.union(form.get("dependentRequired", {}).get(name, ())))
            for form, names in zip(inside, needed, strict=True)
            for name, inner in form["properties"].items()
        }
        for name, (inner, beside) in members.items():
            required = all(name in names for names in needed)
            yield self.field((*path, name), inner, required=required, beside=beside - {name})

    def _forms(self, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Return the alternative schemas, with references resolved."""
        if "$ref" in schema:
            return self._forms(self.sections[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return [form for each in schema["anyOf"] for form in self._forms(each)]
        return [schema]


def _words(forms: Sequence[Mapping[str, Any]], number: int, before: str = "") -> Iterator[str]:
    for form in forms:
        if "const" in form:
            yield json.dumps(form["const"]).strip('"')
        else:
            yield before + TYPES[form["type"]][number]


def _examples(
    schema: Mapping[str, Any],
    forms: Sequence[Mapping[str, Any]],
    items: Sequence[Mapping[str, Any]],
    fields: Sequence[SpecField],
) -> tuple[Any, ...]:
    """Return the examples in the schema, or one made from the fields in it."""
    given = tuple(schema.get("examples", ()))
    if given:
        return given
    first = (items or forms)[0]
    if fields and first.get("type") == "object":
        needed = first.get("required") or [fields[0].path[-1]]
        whole = {field.path[-1]: field.examples[0] for field in fields if field.path[-1] in needed}
        return ([whole] if items else whole,)
    if items:
        return (list(first.get("examples", ())),)
    if "const" in first:
        return (first["const"],)
    if first.get("type") == "boolean":
        return (not schema.get("default", False),)
    return tuple(first.get("examples") or [schema.get("default", first["enum"][0])])


def example_line(section: str, name: str) -> str:
    """Return an example of a field with its key. `section` is the key that its section is under, or an empty text."""
    path = (section, name) if section else (name,)
    field = next(each for each in reference().walk() if each.path[-len(path) :] == path)
    return f"{name}: {inline(field.examples[0])}"


def in_context(root: SpecField, field: SpecField) -> dict[str, Any]:
    """Return the field's first example as in a spec: inside its sections, with their required fields."""
    value: Any = field.examples[0]
    for depth in range(len(field.path), 0, -1):
        above = root.by_name[".".join(field.path[: depth - 1])] if depth > 1 else root
        this = root.by_name[".".join(field.path[:depth])]
        # The required fields of every spec are not repeated.
        beside = this.beside if depth > 1 else frozenset()
        value = {
            each.path[-1]: value if each is this else each.examples[0]
            for each in above.fields
            if each is this or each.path[-1] in beside
        }
        value = [value] if above.listed else value
    found: dict[str, Any] = value
    return found


def _meant(root: SpecField, path: str) -> list[str]:
    """Return the fields that a path with words of other tools means: those whose sections the path names, if any."""
    from cfstream.spec.unknown_keys import fields_meant

    above, _, word = path.rpartition(".")
    ends = {".".join(step) for step in fields_meant(word).items()}  # a field of the spec itself is ".bucket"
    found = [
        name
        for name in root.by_name
        if any(f".{name}" == end or f".{name}".endswith(f".{end}") for end in ends)
    ]
    inside = [name for name in found if name.rpartition(".")[0] in (above, above.rpartition(".")[2])]
    return (above and inside) or found


def subject(text: str) -> str | None:
    """Return the name of the field that does what somebody looks for: ``public paths`` or ``public_paths``."""
    plain = re.sub("[-_ ]", "", text).casefold()
    return next((field for words, field in SUBJECTS.items() if words.replace(" ", "") == plain), None)


def named(root: SpecField, text: str) -> SpecField:
    """Return the field that `text` names: by its path, also as in a plan, or by a unique end of its path.

    Words of other tools, like ``aliases``, and subjects name the field that they mean. Raises WrongUsage with the
    nearest name, or with all candidates.
    """
    path = _IN_BRACKETS.sub("", text).strip(".")
    if path in root.by_name:
        return root.by_name[path]
    ends = [name for name in root.by_name if name.endswith(f".{path}")]
    if len(ends) == 1:
        return root.by_name[ends[0]]
    if ends:
        raise WrongUsage(f"there are {len(ends)} fields named {shown(text)}", f"name one of {choices(ends)}")
    if name := subject(path):
        return root.by_name[name]
    if meant := _meant(root, path):
        if len(meant) == 1:
            return root.by_name[meant[0]]
        raise WrongUsage(f"{shown(text)} means several fields", f"name one of {choices(meant)}")
    near = nearest(path, root.by_name) or nearest(path.rpartition(".")[2], root.by_name)
    do = f"run: cfstream docs {near}" if near else "see all of them: cfstream docs"
    raise WrongUsage(f"the field {shown(text)} does not exist", do)
