"""Find the fields that the members of another tool's mapping mean, if they are several and not all in one section.

``viewer_certificate`` of Terraform has the certificate and the oldest TLS version; ``origin`` has the bucket, its
origin path, and the identity with which CloudFront reads.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from cfstream.spec import model
from cfstream.spec.converted import accepts, converted, is_list, is_valid
from cfstream.spec.edit.writing import inline
from cfstream.spec.foreign import SHARED
from cfstream.spec.section import NEVER_GUESSED, Section, never_suggested
from cfstream.spec.unknown_keys import forms_of, names_of, squeezed

Place: TypeAlias = str
"""The key of a section, or an empty text for the top of the spec."""

LONGEST = 200
"""Characters of all lines. More would not be typed."""


def lines_of_members(place: Place, name: str, value: Any) -> dict[Place, list[str]]:
    """Return the lines to write in each section for the members of a mapping; empty if only one field is meant.

    `name` is the field that the key of the mapping means. The members of a list's entry are about that entry alone, so
    they mean no other field.
    """
    inner = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(inner, Mapping) or is_list(_section(place, name), name):
        return {}
    own_words = {word for form in forms_of(name) for word in names_of(form)}
    own = {key: item for key, item in inner.items() if squeezed(str(key)) in own_words}
    found: dict[tuple[Place, str], str | None] = {}
    if own:
        line = converted(_section(place, name), name, own)
        found[place, name] = f"{name}: {inline(own)}" if line == name else line
    for key, item in inner.items():
        if key not in own and (meant := next(_meant(place, str(key), item), None)):
            found.setdefault(meant, _line(*meant, item))
    if len(found) < 2 or None in found.values() or sum(len(line or "") for line in found.values()) > LONGEST:
        return {}
    lines: dict[Place, list[str]] = {}
    for (each, _), line in found.items():
        lines.setdefault(each, []).append(line or "")
    return lines


def line_of_section(place: Place, text: Any, name: str, value: Any) -> str | None:
    """Return the line of a section that is written as a text, with one more field; None if that is not valid."""
    if not isinstance(text, str) or place not in model.Spec.model_fields:
        return None
    for form in forms_of(place):
        if name not in form.model_fields:
            continue
        first = next((each for each, field in form.model_fields.items() if field.is_required()), "")
        whole: dict[str, Any] = {first: text, name: value}
        if first and is_valid(form, name, value) and is_valid(model.Spec, place, whole):
            return f"{place}: {inline(whole)}"
    return None


def _section(place: Place, name: str) -> type[Section]:
    return next((each for each in forms_of(place) if name in each.model_fields), model.Spec)


def _meant(place: Place, key: str, item: Any) -> Iterator[tuple[Place, str]]:
    """Yield the section and the field that a member means."""
    for each in dict.fromkeys((place, "", "http")):
        for section in forms_of(each) or (model.Spec,):
            name = names_of(section).get(squeezed(key))
            if name and name not in SHARED and _may_be_named(section, name, item):
                yield each, name


def _may_be_named(section: type[Section], name: str, item: Any) -> bool:
    """Return whether a hint may name a field: one that can open something only with a value that does not."""
    field = section.model_fields[name]
    safe = isinstance(item, str) and item not in never_suggested(field) and accepts(section, name, item)
    return safe or NEVER_GUESSED not in field.metadata


def _line(place: Place, name: str, item: Any) -> str:
    """Return the line of a field with the user's value, or with an example if no shape of it is valid."""
    from cfstream.spec.reference import example_line  # it makes the JSON Schema

    section = _section(place, name)
    own = isinstance(item, str) and NEVER_GUESSED in section.model_fields[name].metadata
    if own or is_valid(section, name, item):
        return f"{name}: {inline(item)}"
    line = converted(section, name, item)
    return example_line(place, name) if line in (None, name) else str(line)
