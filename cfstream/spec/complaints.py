"""Turn what pydantic reports into problems: in the words of the spec language, and at the place in the file.

Sections, defaults and examples come from the model. The rules of `fields` and `rules` have words of their own.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Mapping as MappingOf
from re import compile as pattern
from typing import Any, TypeAlias

from pydantic import ValidationError

from cfstream.errors import Problem
from cfstream.spec.edit.writing import inline
from cfstream.spec.fault import Path
from cfstream.spec.fields import account_number
from cfstream.spec.section import NEVER_GUESSED, never_suggested
from cfstream.spec.source import Document, Mapping, Scalar, plain
from cfstream.spec.unknown_keys import (
    forms_of,
    is_form,
    is_word,
    meant_here,
    names_of,
    section_at,
    sections,
    squeezed,
    unknown_key,
)
from cfstream.spec.wording import MAX_SHOWN, choices, nearest, shown

Detail: TypeAlias = MappingOf[str, Any]
"""One entry of ``ValidationError.errors()``."""

Words: TypeAlias = tuple[str, str, str]
"""What is wrong, how to fix it, and the note at the caret."""

OFF = "<off>"
"""The form of a field that takes false for none."""

_ANCHOR = pattern(r":\s+&\S")

ACCOUNTS = {"account", "trusted_signers", "also_read_by", "also_managed_by"}
"""The fields that take account numbers."""

_TRUE = {"yes", "on", "y", "1", "true"}
_FALSE = {"no", "off", "n", "0", "false"}


def complaints(
    error: ValidationError, document: Document, known: Collection[Path]
) -> Iterator[tuple[Path, Problem]]:
    """Yield a Problem for each error of pydantic's, with its path in the file.

    The paths in `known` have a problem already: for them only unknown keys are reported.
    """
    details = error.errors(include_url=False)
    misspelt = {_meant_place(detail["loc"]) for detail in details if detail["type"] == "extra_forbidden"}
    named = _entries_by_name(details, document)
    misspelt |= {(*each[:-1], missing) for each in named for missing in _required(each[:-1])}
    for detail in details:
        if line := named.get(detail["loc"]):
            spot = document.key_spot(*detail["loc"])
            what = f"unknown key {shown(detail['loc'][-1])}"
            yield detail["loc"], document.source.problem(spot, what, f"write {line}")
            continue
        place = tuple(step for step in detail["loc"] if not is_form(step))
        # pydantic counts only the valid members of a list, so this list is not empty in the file.
        none_valid = detail["type"] == "too_short" and detail["input"]
        reported = place in known and detail["type"] != "extra_forbidden"
        if not (reported or detail["loc"] in misspelt or none_valid):
            yield place, _complaint(detail, document)


def _entries_by_name(details: Iterable[Detail], document: Document) -> dict[Path, str]:
    """Return the right form of each entry of a list whose only key is its name, by the path of that key."""
    found: dict[Path, str] = {}
    for detail in details:
        above = detail["loc"][:-1]
        place = tuple(step for step in above if not is_form(step))
        if detail["type"] != "extra_forbidden" or not place or not isinstance(place[-1], int):
            continue
        if not isinstance(detail["input"], dict) or is_word(str(detail["loc"][-1])):
            continue
        entry = document.find(*above)[0]
        if isinstance(entry, Mapping) and len(entry.fields) == 1:
            line = _in_shape({"input": {detail["loc"][-1]: detail["input"]}}, above)
            found |= {detail["loc"]: line} if line else {}
    return found


def _required(path: Path) -> list[str]:
    return [name for name, field in section_at(path).model_fields.items() if field.is_required()]


def _meant_place(path: Path) -> Path | None:
    """Return the path of the field that an unknown key was probably meant to be; None if none is near."""
    meant = meant_here(str(path[-1]), path[:-1])
    return (*path[:-1], meant) if meant else None


def _complaint(detail: Detail, document: Document) -> Problem:
    path: Path = detail["loc"]
    node, _ = document.find(*path)
    line = document.source.lines[node.at[0] - 1]
    if detail["type"] == "extra_forbidden":
        above = document.find(*path[:-1])[0]
        there = {key: plain(each) for key, each in above.fields.items()} if isinstance(above, Mapping) else {}
        what, do = unknown_key(
            str(path[-1]), path[:-1], detail["input"], beside=there, anchored=bool(_ANCHOR.search(line))
        )
        return document.source.problem(document.key_spot(*path), what, do)
    text = node.text if isinstance(node, Scalar) else line[node.at[1] - 1 :]
    what, do, note = _WORDS.get(detail["type"], _other)(detail, path, text)
    spot = document.spot(*path)
    if detail["type"] == "tuple_type" and isinstance(node, Mapping) and _is_one_entry(node, path):
        spot, do = node.at, _as_item(node, line)
    return document.source.problem(spot, what, do, note)


def _is_one_entry(node: Mapping, path: Path) -> bool:
    """Return whether a mapping in the place of a list is a block with the fields of an entry."""
    known = {word for inner in forms_of(_section_name(path)) for word in names_of(inner)}
    return not node.flow and all(squeezed(key) in known for key in node.fields)


def _as_item(node: Mapping, line: str) -> str:
    """Return how to make a block mapping the only item of a list: its first line as it should be."""
    do = f"write this line as `- {line[node.at[1] - 1 :].rstrip()}`"
    more = any(key[0] > node.at[0] for key in node.keys.values())
    return f"{do}, and indent the lines below it by 2" if more else do


def field_name(path: Path) -> str:
    """Return a path as messages and plans spell it: ``http.behaviors[0].path``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif not is_form(step):
            text += f".{step}" if text else step
    return text


def _words(path: Path) -> list[str]:
    """Return the keys of a path, without places in lists and without forms."""
    return [step for step in path if isinstance(step, str) and not is_form(step)]


def _section_name(path: Path) -> str:
    return (_words(path) or [""])[-1]


def _form(path: Path) -> str:
    return str(path[-1]) if path and is_form(path[-1]) else ""


def _example(path: Path) -> Any:
    """Return an example of the field at a path."""
    from cfstream.spec.reference import reference  # it makes the JSON Schema, which valid specs do not need

    field = reference().by_name[".".join(_words(path))]
    form = _form(path)
    if not form or form == OFF:
        return field.examples[0]
    needed = [name for name, each in section_at(path).model_fields.items() if each.is_required()]
    return [{each.path[-1]: each.examples[0] for each in field.fields if each.path[-1] in needed}]


def _one(path: Path) -> str:
    """Return an example as one writes it at a path that ends at a place in a list, or is a list."""
    example = _example(path)
    return inline(example[0] if isinstance(example, list) else example)


def _line(path: Path) -> str:
    """Return an example of the field at a path, with its key."""
    return f"{_section_name(path)}: {inline(_example(path))}"


def _found(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return "a number"
        case str():
            return f"the text {shown(value)}"
        case list():
            return "a list"
    return "a mapping"


def _instead(value: Any, text: str) -> str:
    """Return what is at the place of one of a few values: a number itself, because a number can be one of them."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return text if number and len(text) <= MAX_SHOWN else _found(value)


def _in_shape(detail: Detail, path: Path) -> str | None:
    """Return the line of a field with the user's own value in the right shape; None if no shape is right."""
    from cfstream.spec.converted import converted  # valid specs do not need it

    place = tuple(step for step in path if not is_form(step))
    if isinstance(place[-1], str):
        line = converted(section_at(place[:-1]), place[-1], detail["input"])
        return line if line != place[-1] else None
    name = _section_name(path)
    line = converted(section_at(tuple(_words(path))[:-1]), name, [detail["input"]])
    return line.removeprefix(f"{name}: [").removesuffix("]") if line else None


def _rule_of(path: Path, text: str) -> str:
    """Return the fix of the rule that a text at a path breaks; empty if it breaks none."""
    from cfstream.spec.converted import rule_of  # valid specs do not need it

    place = tuple(step for step in path if not is_form(step))
    above = _words(path)[:-1]
    if above and (above[-1], "") not in sections():
        return ""  # a tag may have any text
    return rule_of(section_at(above), _section_name(path), text if isinstance(place[-1], str) else [text])


def _missing(_detail: Detail, path: Path, _: str) -> Words:
    above = field_name(path[:-1])
    example = _line(path) if not above else f"{path[-1]}: …"
    return f"{above or 'the spec'} has no {path[-1]}", f"add {example}", ""


def _not_text(detail: Detail, path: Path, text: str) -> Words:
    value = detail["input"]
    name = field_name(path)
    what = f"{name} must be text, not {_found(value)}"
    account = _section_name(path) in ACCOUNTS and isinstance(value, int | float)
    if account and (wrong := account_number(text, least=1)) and len(text) != 12:
        return *wrong, ""
    if isinstance(value, list | dict):
        return what, "write a single text, without brackets or dashes", ""
    do = _rule_of(path, text) or f'write "{text}"'
    if isinstance(value, bool):
        return what, do, "YAML reads a truth value here"
    gone = ", without the leading zero" if text.startswith("0") and len(text) > 1 else ""
    return what, do, f"YAML reads a number here{gone}"


def _not_bool(detail: Detail, path: Path, text: str) -> Words:
    word = text.casefold()
    do = "write true" if word in _TRUE else "write false" if word in _FALSE else "write true or false"
    return f"{field_name(path)} must be true or false, not {_instead(detail['input'], text)}", do, ""


def _not_a_list(detail: Detail, path: Path, text: str) -> Words:
    name, value = field_name(path), detail["input"]
    if text.startswith("-") and len(text) > 1 and isinstance(value, str):
        return f"{name} must be a list, not {_found(value)}", 'write a space after each "-"', ""
    from cfstream.spec.converted import as_list  # valid specs do not need it

    line = _in_shape(detail, path) or as_list(section_at(path[:-1]), _section_name(path), text)
    if not line and isinstance(value, dict):
        first = dict([next(iter(value.items()))]) if value else value
        line = f"one like {_in_shape({**detail, 'input': first}, path) or _line(path)}"
    return f"{name} must be a list, not {_found(value)}", f"write {line or f'one like {_line(path)}'}", ""


def _not_a_mapping(detail: Detail, path: Path, _: str) -> Words:
    example = _one(path) if not is_form(path[-1]) and isinstance(path[-1], int) else _line(path)
    do = f"write {_in_shape(detail, path) or example}"
    return f"{field_name(path)} must be a mapping, not {_found(detail['input'])}", do, ""


def _not_a_choice(detail: Detail, path: Path, text: str) -> Words:
    name, key = field_name(path), _section_name(path)
    if _form(path) == OFF:
        do = f"write {_in_shape(detail, path) or _line(path)}"
        return f"{name} must be a mapping, or false for none", do, ""
    words = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
    words = [word or '""' for word in words]
    field = section_at(path[:-1]).model_fields[key]
    value = detail["input"]
    wrong = shown(value) if isinstance(value, str) else _instead(value, text)
    known = f"it must be {choices(words)}" if len(words) > 1 else f"the only value is {words[0]}"
    what = f"{name} cannot be {wrong}: {known}"
    if same := next((word for word in words if squeezed(word) == squeezed(text)), None):
        return what, f"write {same}", ""
    safe = [word for word in words if word not in never_suggested(field)]
    if not safe:
        return what, f"delete it, or run: cfstream docs {'.'.join(_words(path))}", ""
    usual = safe[0] if field.is_required() else field.default or safe[0]
    guess = NEVER_GUESSED not in field.metadata and isinstance(value, str)
    near = nearest(text, safe) if guess else None
    if near or len(words) == 1:
        return what, f"write {near or usual}", ""
    return what, f"write one of them, like {usual}", ""


def _too_few(_detail: Detail, path: Path, _: str) -> Words:
    return f"{field_name(path)} is empty, and needs at least one", f"add one, like {_one(path)}", ""


def _fault(detail: Detail, _path: Path, _: str) -> Words:
    context = detail["ctx"]
    return context["what"], context["do"], context["note"]


def _other(detail: Detail, path: Path, _: str) -> Words:
    return f"{field_name(path)}: {detail['msg']}", f"run: cfstream docs {'.'.join(_words(path))}", ""


_WORDS: MappingOf[str, Callable[[Detail, Path, str], Words]] = {
    "missing": _missing,
    "string_type": _not_text,
    "bool_type": _not_bool,
    "tuple_type": _not_a_list,
    "model_type": _not_a_mapping,
    "dict_type": _not_a_mapping,
    "literal_error": _not_a_choice,
    "too_short": _too_few,
    "string_too_short": _too_few,
    "fault": _fault,
}
