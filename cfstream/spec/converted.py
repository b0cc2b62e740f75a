"""Convert a value that has another tool's shape, or only its most important part, to the shape that a field has.

A fix shows the user's own value in the right shape. The model decides what is right: each candidate is validated.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from itertools import islice
from typing import Any

from pydantic import ValidationError

from cfstream.spec.edit.writing import inline
from cfstream.spec.fields import bucket_at
from cfstream.spec.section import NEVER_GUESSED, Section, never_suggested
from cfstream.spec.unknown_keys import forms_of, is_aws_only, is_form, names_of, squeezed

LONGEST = 100
"""Characters of a converted line. A longer one would not be typed; the fix then shows an example."""

MOST = 200
"""Candidates that are tried. A value with many members has very many."""

_DEPTH = 6

_OPPOSITES = "geo"
"""The section whose fields have opposite meanings, so that a list alone may mean either."""

_FUNCTIONS = "functions"
"""The field with CloudFront functions by event. Other tools list an event and a function."""

_FUNCTION = "functionarn"

_ANY_NAME = "NAME"
"""Stands for a name that only the user knows."""

_KEY_FILE = re.compile(r"(?:[^\r\n]*/)?([^/\r\n]+?)(?:\.pub)?\.pem")
"""A file with a public key, which has the name of the key."""

_IDENTITY = re.compile(r"origin-access-identity/cloudfront/([A-Z0-9]{2,40})")
"""How CloudFront's documents name an OAI."""


def converted(section: type[Section], name: str, value: Any) -> str | None:
    """Return only the name of a field that accepts a value; its line with the value in the right shape; or None.

    A value of the right shape that breaks a rule of the field has a problem of its own afterwards. A line is always
    valid: what a rule says to write instead of a part is in it already.
    """
    if name == _OPPOSITES and isinstance(value, list):
        ways = [_corrected(section, name, {way: value}) for way in forms_of(name)[0].model_fields]
        lines = [f"{name}: {inline(each)}" for each in ways if is_valid(section, name, each)]
        return " or ".join(lines) or None
    for fits in (is_valid, _has_the_shape):
        if fits(section, name, value):
            return name
        for candidate in islice(_candidates(section, name, value, _DEPTH), MOST):
            right = candidate if fits is is_valid else _corrected(section, name, candidate)
            if right not in ({}, [], "") and is_valid(section, name, right):
                line = f"{name}: {inline(right)}"
                return line if len(line) <= LONGEST else None
    return None


def rule_of(section: type[Section], name: str, value: Any) -> str:
    """Return the fix of the first rule that a value of the right type breaks; empty if it breaks none."""
    faults = (fault for fault in _faults(section, name, value) if fault["type"] == "fault")
    return next((str(fault["ctx"]["do"]) for fault in faults), "")


def is_list(section: type[Section], name: str) -> bool:
    """Return whether a field is a list."""
    return any(fault["type"] == "tuple_type" for fault in _faults(section, name, {}))


def is_valid(section: type[Section], name: str, value: Any) -> bool:
    """Return whether a field accepts a value, and a hint may repeat it."""
    return not _opens(section, name, value) and accepts(section, name, value)


def accepts(section: type[Section], name: str, value: Any) -> bool:
    """Return whether a field accepts a value. A value that opens something may be right if the user named the field."""
    return not _has_null(value) and not _faults(section, name, value)


def _has_null(value: Any) -> bool:
    """Return whether anything in a value is null, which would mean that a field is absent."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return value is None or any(map(_has_null, inner))


def _has_the_shape(section: type[Section], name: str, value: Any) -> bool:
    if _opens(section, name, value):
        return False
    if isinstance(value, (dict, list)) and _is_refused_as_such(section, name, value):
        return False
    return {fault["type"] for fault in _faults(section, name, value)} <= {"fault"}


def _is_refused_as_such(section: type[Section], name: str, value: Any) -> bool:
    """Return whether a field is refused as a mapping or a list, whatever is in it, by a rule of its own."""
    faults = _faults(section, name, type(value)())
    return any(fault["type"] == "fault" and fault["loc"] == (name,) for fault in faults)


_WRITE = re.compile(r'write "?([^\s"]+)"?')
"""A fix of a rule that is a value."""


def _corrected(section: type[Section], name: str, value: Any) -> Any:
    """Return a value in which each part that breaks a rule is replaced with what the rule says to write; or None."""
    whole = {name: deepcopy(value)}
    for fault in _faults(section, name, value):
        if fault["type"] == "too_short":
            continue  # pydantic counts only valid members
        found = _WRITE.fullmatch(fault.get("ctx", {}).get("do", ""))
        if not found:
            return None
        _replace(whole, [step for step in fault["loc"] if not is_form(step)], found[1])
    return whole[name]


def _replace(whole: dict[str, Any], path: Sequence[Any], text: str) -> None:
    """Replace the part at a path, or the short form of a section that the path leads into."""
    place: Any = whole
    for step in path[:-1]:
        if not isinstance(place[step], (dict, list)):
            place[step] = text
            return
        place = place[step]
    place[path[-1]] = text


def as_list(section: type[Section], name: str, text: str) -> str | None:
    """Return the line of a field of the file with its text as the only member of a list; None if that is not valid."""
    for value in ([text], _corrected(section, name, [text])):
        if value is not None and not _faults(section, name, value):
            return f"{name}: {inline(value)}"
    return None


def _faults(section: type[Section], name: str, value: Any) -> list[Mapping[str, Any]]:
    """Return pydantic's errors for a value of a field."""
    try:
        section.model_validate({name: value})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return [{**detail} for detail in details if detail["loc"][:1] == (name,)]
    return []


def _opens(section: type[Section], name: str, value: Any) -> bool:
    """Return whether no hint may suggest the value: the field or the value can open something."""
    field = section.model_fields[name]
    return NEVER_GUESSED in field.metadata or (isinstance(value, str) and value in never_suggested(field))


def _candidates(section: type[Section], name: str, value: Any, depth: int) -> Iterator[Any]:
    """Yield what a value may mean for a field, the most literal first."""
    if depth < 0:
        return
    yield value
    match value:
        case Mapping():
            yield from _of_mapping(section, name, value, depth)
        case list():
            yield from _of_list(section, name, value, depth)
        case str() | int() if not isinstance(value, bool):
            yield from _of_scalar(name, value)
            if len(parts := re.split(r"[\s,]+", str(value).strip())) > 1:
                yield parts


def _of_mapping(section: type[Section], name: str, value: Mapping[str, Any], depth: int) -> Iterator[Any]:
    squeezed_keys = {squeezed(str(key)): item for key, item in value.items()}
    if name == _OPPOSITES:
        yield from _countries(squeezed_keys)
    if name == _FUNCTIONS:
        yield from _by_event([squeezed_keys])
    yield from _by_name(name, value, depth)
    for inner in forms_of(name):
        if renamed := _renamed(inner, value, depth):
            yield renamed
            yield [renamed]
    if "items" in squeezed_keys:
        yield from _candidates(section, name, squeezed_keys["items"], depth - 1)
    words = {word for word, field in names_of(section).items() if field == name}
    inner_words = {word for inner in forms_of(name) for word in names_of(inner)}
    for key, item in squeezed_keys.items():
        if (
            key in words
            or key == _FUNCTION
            or (len(value) == 1 and key not in inner_words and forms_of(name))
        ):
            yield from _candidates(section, name, item, depth - 1)


def _of_list(section: type[Section], name: str, value: list[Any], depth: int) -> Iterator[Any]:
    pairs = [
        {squeezed(str(key)): item for key, item in each.items()}
        for each in value
        if isinstance(each, Mapping)
    ]
    if name == "tags" and value and all(each.keys() == {"key", "value"} for each in pairs):
        yield {each["key"]: each["value"] for each in pairs}
    if name == _FUNCTIONS:
        yield from _by_event(pairs)
    found = []
    for item in value:
        tried = islice(_candidates(section, name, item, depth - 1), MOST)
        found.append(next((each for each in tried if is_valid(section, name, [each])), None))
    if found and None not in found:
        yield found
    if len(value) == 1:
        yield from _candidates(section, name, value[0], depth - 1)


def _by_event(pairs: Sequence[Mapping[str, Any]]) -> Iterator[Any]:
    """Yield the functions by event, if another tool lists both."""
    if pairs and all({"eventtype", _FUNCTION} <= each.keys() for each in pairs):
        yield {
            str(each["eventtype"]).replace("-", "_"): str(each[_FUNCTION]).rpartition("function/")[2]
            for each in pairs
        }


def _by_name(name: str, value: Mapping[str, Any], depth: int) -> Iterator[Any]:
    """Yield the entries of a list that is written as a mapping: each key is the first field of its entry.

    Each value has the other fields of an entry; for a public key it may be the file.
    """
    words = {word for inner in forms_of(name) for word in names_of(inner)}
    if any(squeezed(str(key)) in words or is_aws_only(str(key)) for key in value):
        return
    for inner in forms_of(name):
        first = next((each for each, field in inner.model_fields.items() if field.is_required()), None)
        entries = [_named(inner, first, key, item, depth) for key, item in value.items()] if first else []
        if entries and all(entries):
            yield entries
            yield from entries[: len(entries) == 1]


def _named(inner: type[Section], first: str, key: Any, item: Any, depth: int) -> dict[str, Any] | None:
    if isinstance(item, str) and _is_of_keys(inner) and _KEY_FILE.fullmatch(item):
        return _renamed(inner, {first: key, "file": item}, depth)
    return _renamed(inner, {first: key, **item}, depth) if item and isinstance(item, Mapping) else None


def _renamed(inner: type[Section], value: Mapping[str, Any], depth: int) -> dict[str, Any] | None:
    """Return a mapping with the fields of a section for another tool's words; None if a word means no field."""
    found: dict[str, Any] = {}
    for key, item in value.items():
        field = names_of(inner).get(squeezed(str(key)))
        if field is None and (is_aws_only(str(key)) or (squeezed(str(key)) == "enabled" and item is True)):
            continue
        if field is None or field in found:
            return None
        own = key == field and accepts(inner, field, item)
        right = item if own else _fitting(inner, field, item, depth - 1)
        if right is None:
            return None
        found[field] = right
    return found or None


def _fitting(section: type[Section], name: str, value: Any, depth: int) -> Any:
    """Return the first valid candidate for a value; None if none is valid."""
    tried = islice(_candidates(section, name, value, depth), MOST)
    return next((each for each in tried if is_valid(section, name, each)), None)


def _of_scalar(name: str, value: str | int) -> Iterator[Any]:
    """Yield a value in other types, in a list, and as the main field of a section."""
    if name == _FUNCTIONS and (event := _event(str(value))) is not None:
        yield from [{event: _ANY_NAME}] if event else []
        return
    others = _in_other_types(value)
    yield from others[1:]
    for each in others:
        yield [each]
        for inner in forms_of(name):
            if entry := _key_of(inner, str(each)):
                yield entry
                yield [entry]
            for field in _main_fields(inner):
                for right in (each, [each]):
                    if is_valid(inner, field, right):
                        yield {field: right}
                        yield [{field: right}]


def _in_other_types(value: str | int) -> list[Any]:
    """Return a value, and what it is as a number, a duration, a bucket or an identity."""
    others: list[Any] = [value]
    if isinstance(value, int):
        others.append(f"{value}s")
    elif re.fullmatch("[0-9]{1,9}", value):
        others += [int(value), f"{value}s"]
    elif bucket := bucket_at(value):
        others.append(bucket)
    elif identity := _IDENTITY.fullmatch(value):
        others.append(identity[1])
    return others


def _event(text: str) -> str | None:
    """Return the field for an event, empty for one that has none; None if the text is not an event."""
    fields = {squeezed(field): field for field in forms_of(_FUNCTIONS)[0].model_fields}
    return fields.get(squeezed(text), "" if is_aws_only(text) else None)


def _is_of_keys(inner: type[Section]) -> bool:
    """Return whether a section is a public key in a file."""
    return {"name", "file"} <= inner.model_fields.keys()


def _key_of(inner: type[Section], text: str) -> dict[str, str] | None:
    """Return a public key for the name of its file, or for its own name; None if a section is not for keys."""
    if not _is_of_keys(inner):
        return None
    file = _KEY_FILE.fullmatch(text)
    return {"name": file[1], "file": text} if file else {"name": text, "file": f"keys/{text}.pub.pem"}


def _main_fields(section: type[Section]) -> list[str]:
    """Return the fields that a single value may mean: the id, those that are required, or else the first."""
    fields = section.model_fields
    if section in forms_of(_OPPOSITES):
        return []
    if "id" in fields:
        return ["id"]
    return [name for name, field in fields.items() if field.is_required()] or [next(iter(fields))]


def _countries(keys: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the restriction by country of CloudFront or of Terraform as allow or block."""
    way = {"whitelist": "allow", "blacklist": "block"}.get(str(keys.get("restrictiontype")).lower())
    places = keys.get("locations", keys.get("items"))
    if way and isinstance(places, list):
        yield {way: places}
    for inner in keys.values():
        below = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
        if isinstance(below, Mapping):
            yield from _countries({squeezed(str(key)): item for key, item in below.items()})
