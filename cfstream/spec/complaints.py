"""Turn what pydantic reports into problems: in the words of the spec language, and at the place in the file.

Sections, defaults and examples come from the model. The rules of `fields` and `rules` have words of their own.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, TypeAlias, get_args, get_origin

from pydantic import Tag, ValidationError

from cfstream.errors import Problem
from cfstream.spec import model
from cfstream.spec.compose import resolve
from cfstream.spec.edit.writing import inline
from cfstream.spec.fault import Path
from cfstream.spec.fields import RESOURCE_ID
from cfstream.spec.section import NEVER_GUESSED, Section, other_words
from cfstream.spec.source import Document, Scalar, Step
from cfstream.spec.wording import choices, nearest, shown

Detail: TypeAlias = Mapping[str, Any]
"""One entry of ``ValidationError.errors()``."""

Words: TypeAlias = tuple[str, str, str]
"""What is wrong, how to fix it, and the note at the caret."""

OFF = "<off>"
"""The form of a field that takes false for none."""

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
    for detail in details:
        place = tuple(step for step in detail["loc"] if not _is_form(step))
        # pydantic counts only the valid members of a list, so this list is not empty in the file.
        none_valid = detail["type"] == "too_short" and detail["input"]
        reported = place in known and detail["type"] != "extra_forbidden"
        if not (reported or detail["loc"] in misspelt or none_valid):
            yield place, _complaint(detail, document)


def _meant_place(path: Path) -> Path | None:
    """Return the path of the field that an unknown key was probably meant to be; None if none is near."""
    meant = meant_by(str(path[-1]), _known_keys(path[:-1]))
    return (*path[:-1], meant) if meant else None


def _complaint(detail: Detail, document: Document) -> Problem:
    path: Path = detail["loc"]
    node, _ = document.find(*path)
    what, do, note = _WORDS.get(detail["type"], _other)(
        detail, path, node.text if isinstance(node, Scalar) else ""
    )
    if detail["type"] == "extra_forbidden":
        return document.source.problem(document.key_spot(*path), what, do, note)
    return document.source.problem(document.spot(*path), what, do, note)


@cache
def _words_of_others() -> Mapping[str, str]:
    """Return the field that each word of AWS and of other tools means, without capitals and underscores."""
    sections = _sections().values()
    return {_squeezed(word): name for section in sections for word, name in other_words(section)}


def _squeezed(key: str) -> str:
    return key.replace("_", "").replace("-", "").casefold()


def _meant(key: str) -> str:
    """Return the field that a word of another tool means; the word itself if it is not known."""
    return _words_of_others().get(_squeezed(key), key)


def meant_by(key: str, known: Collection[str]) -> str | None:
    """Return the known key that an unknown one was probably meant to be; None if none is near."""
    meant = _meant(key)
    same = next((name for name in known if _squeezed(name) == _squeezed(key)), None)
    return meant if meant in known else same or nearest(key, known)


def _is_form(step: Step) -> bool:
    return isinstance(step, str) and step.startswith("<")


def field_name(path: Path) -> str:
    """Return a path as messages and plans spell it: ``http.behaviors[0].path``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif not _is_form(step):
            text += f".{step}" if text else step
    return text


def _words(path: Path) -> list[str]:
    """Return the keys of a path, without places in lists and without forms."""
    return [step for step in path if isinstance(step, str) and not _is_form(step)]


def _section_name(path: Path) -> str:
    return (_words(path) or [""])[-1]


def _form(path: Path) -> str:
    return str(path[-1]) if path and _is_form(path[-1]) else ""


@cache
def _sections() -> Mapping[tuple[str, str], type[Section]]:
    """Return the sections of the language by the key that they are under, and by their form or an empty text.

    If a key has several forms, the first one is also its section without a form.
    """
    found: dict[tuple[str, str], type[Section]] = {("", ""): model.Spec}

    def visit(section: type[Section]) -> None:
        for name, field in section.model_fields.items():
            for form, inner in _sections_in(field.annotation):
                found.setdefault((name, ""), inner)
                found.setdefault((name, form), inner)
                visit(inner)

    visit(model.Spec)
    return found


def _sections_in(annotation: Any, form: str = "") -> Iterator[tuple[str, type[Section]]]:
    """Yield the sections that a type contains, each with the tag of its form."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield form, annotation
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        form = next((each.tag for each in inner if isinstance(each, Tag)), form)
    for each in inner:
        yield from _sections_in(each, form)


def _section(path: Path) -> type[Section]:
    """Return the section at a path."""
    name, found = _section_name(path), _sections()
    return found.get((name, _form(path))) or found[name, ""]


def _known_keys(path: Path) -> list[str]:
    return list(_section(path).model_fields)


def _example(path: Path) -> Any:
    """Return an example of the field at a path."""
    from cfstream.spec.reference import reference  # it makes the JSON Schema, which valid specs do not need

    field = reference().by_name[".".join(_words(path))]
    form = _form(path)
    if not form or form == OFF:
        return field.examples[0]
    needed = [name for name, each in _section(path).model_fields.items() if each.is_required()]
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


def _unknown_key(_detail: Detail, path: Path, _: str) -> Words:
    key, above = str(path[-1]), path[:-1]
    known = _known_keys(above)
    other_forms = [each for (name, _), each in _sections().items() if name == _section_name(above)]
    if any(key in form.model_fields and key not in known for form in other_forms):
        return f"{key} and {known[0]} exclude each other", f"delete {key} or {known[0]}", ""
    meant = _meant(key)
    homes = {
        name: None for (name, _), section in _sections().items() if name and meant in section.model_fields
    }
    elsewhere = bool(homes) or meant in model.Spec.model_fields
    near = meant_by(key, known)
    if near and (_squeezed(near) == _squeezed(meant) or not elsewhere):
        return f"unknown key {shown(key)}", f"write {near}", ""
    if above and key in model.Spec.model_fields:
        return f"unknown key {shown(key)} here", f"write {key} at the top of the spec", ""
    if homes:
        return f"unknown key {shown(key)} here", f"write {meant} under {choices(homes)}", ""
    return f"unknown key {shown(key)}", f"delete it; the keys here are {', '.join(known)}", ""


def _missing(_detail: Detail, path: Path, _: str) -> Words:
    above = field_name(path[:-1])
    example = _line(path) if not above else f"{path[-1]}: …"
    return f"{above or 'the spec'} has no {path[-1]}", f"add {example}", ""


def _not_text(detail: Detail, path: Path, text: str) -> Words:
    value = detail["input"]
    name = field_name(path)
    what = f"{name} is text, not {_found(value)}"
    if _section_name(path) == "trusted_signers" and isinstance(value, int | float):
        what = "a trusted signer is an account number of 12 digits, in quotes"
    if isinstance(value, list | dict):
        return what, "write a single text, without brackets or dashes", ""
    if isinstance(value, bool):
        return what, f'write "{text}"', "YAML reads a truth value here"
    gone = ", without the leading zero" if text.startswith("0") and len(text) > 1 else ""
    return what, f'write "{text}"', f"YAML reads a number here{gone}"


def _not_bool(detail: Detail, path: Path, text: str) -> Words:
    word = text.casefold()
    do = "write true" if word in _TRUE else "write false" if word in _FALSE else "write true or false"
    return f"{field_name(path)} is true or false, not {_found(detail['input'])}", do, ""


def _not_a_list(detail: Detail, path: Path, text: str) -> Words:
    name, value = field_name(path), detail["input"]
    # An account number without quotes would be read as a number again.
    item = text if isinstance(resolve(text), str) else f'"{text}"' if text else "…"
    do = 'add "- " before it' if isinstance(value, dict) else f"write {_section_name(path)}: [{item}]"
    return f"{name} is a list, not {_found(value)}", do, ""


def _not_a_mapping(detail: Detail, path: Path, text: str) -> Words:
    place = tuple(step for step in path if not _is_form(step))
    example = _one(path) if isinstance(place[-1], int) else _line(path)
    section = _section_name(path)
    if section in {"oac", "oai"} and RESOURCE_ID.fullmatch(text):
        example = f"{section}: {{id: {text}}}"
    return f"{field_name(path)} is a mapping, not {_found(detail['input'])}", f"write {example}", ""


def _not_a_choice(detail: Detail, path: Path, text: str) -> Words:
    name, key = field_name(path), _section_name(path)
    if _form(path) == OFF:
        return f"{name} is a mapping, or false for none", f"write {_line(path)}", ""
    words = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
    words = [word or '""' for word in words]
    field = _section(path[:-1]).model_fields[key]
    usual = words[0] if field.is_required() else field.default or words[0]
    near = next((word for word in words if _squeezed(word) == _squeezed(text)), None)
    guess = NEVER_GUESSED not in field.metadata and isinstance(detail["input"], str)
    near = near or (nearest(text, words) if guess else None)
    only = usual if len(words) == 1 else None
    do = f"write {near or only}" if near or only else f"write one of them, like {usual}"
    return f"{name} is {choices(words)}, not {_found(detail['input'])}", do, ""


def _too_few(_detail: Detail, path: Path, _: str) -> Words:
    return f"{field_name(path)} is empty, and needs at least one", f"add one, like {_one(path)}", ""


def _fault(detail: Detail, _path: Path, _: str) -> Words:
    context = detail["ctx"]
    return context["what"], context["do"], context["note"]


def _other(detail: Detail, path: Path, _: str) -> Words:
    return f"{field_name(path)}: {detail['msg']}", f"run: cfstream docs {'.'.join(_words(path))}", ""


_WORDS: Mapping[str, Callable[[Detail, Path, str], Words]] = {
    "extra_forbidden": _unknown_key,
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
