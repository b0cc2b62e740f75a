"""What pydantic found wrong, in the words of the spec language and at the place in the file.

Does not live here: rules of our own (`fields`, `rules`), which bring their own words.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

from pydantic import ValidationError

from cfstream.errors import Problem
from cfstream.spec import model
from cfstream.spec.compose import resolve
from cfstream.spec.fault import Path
from cfstream.spec.fields import RESOURCE_ID
from cfstream.spec.source import Document, Scalar, Step
from cfstream.spec.wording import choices, nearest, shown

Detail: TypeAlias = Mapping[str, Any]
"""One entry of ``ValidationError.errors()``."""

Words: TypeAlias = tuple[str, str, str]
"""What is wrong, what to do, and what the caret adds."""

SECTIONS: Mapping[str, type[model.Section]] = {
    "": model.Spec,
    "bucket": model.Bucket,
    "oac": model.Oac,
    "oai": model.Oai,
    "grant": model.Grant,
    "key_groups": model.KeyGroup,
    "public_keys": model.PublicKey,
    "sign": model.Sign,
    "logging": model.Logging,
    "http": model.Http,
    "behaviors": model.Behavior,
    "cors": model.Cors,
    "dns": model.Dns,
    "wait": model.Wait,
}
"""The section that stands under a key, or in the list under it."""

EXAMPLES = {
    "bucket": "bucket: lectures-media",
    "oac": "oac: {}",
    "oai": "oai: {}",
    "grant": "grant: {via: bucket-policy}",
    "key_groups": "{use: NAME} or {name: NAME, public_keys: […]}",
    "public_keys": "{name: lectures-2026-11, file: keys/lectures-2026-11.pub.pem}",
    "sign": "sign: {max_validity: 24h}",
    "http": "http: {viewer_protocol: redirect-to-https}",
    "behaviors": '{path: "/posters/*", public: true}',
    "wait": "wait: {timeout: 30m}",
    "tags": "tags: {team: media}",
}
SWITCHES = {
    "logging": "{bucket: my-logs, prefix: cf/}",
    "cors": '{origins: ["https://www.example.com"]}',
    "dns": "{route53: example.com}",
}
MEANT = {
    "aliases": "cnames",
    "alias": "cnames",
    "cname": "cnames",
    "origin": "bucket",
    "description": "comment",
    "trusted_key_groups": "key_groups",
    "signers": "trusted_signers",
    "origin_access_control": "oac",
    "origin_access_identity": "oai",
    "ssl_certificate": "certificate",
}
"""Words of AWS and of other tools, and ours for them."""

_TRUE = {"yes", "on", "y", "1", "true"}
_FALSE = {"no", "off", "n", "0", "false"}


def complaints(
    error: ValidationError, document: Document, known: Collection[Path]
) -> Iterator[tuple[Path, Problem]]:
    """Each fault that pydantic found as a Problem, with its path in the file.

    Of the paths in `known`, whose fault has been found before, only an unknown key is told.
    """
    details = error.errors(include_url=False)
    misspelt = {_meant_place(detail["loc"]) for detail in details if detail["type"] == "extra_forbidden"}
    for detail in details:
        place = tuple(step for step in detail["loc"] if not _is_form(step))
        # pydantic counts the sound members of a list; whether it is empty is seen in what was written.
        all_unsound = detail["type"] == "too_short" and detail["input"]
        heard = place in known and detail["type"] != "extra_forbidden"
        if not (heard or detail["loc"] in misspelt or all_unsound):
            yield place, _complaint(detail, document)


def _meant_place(path: Path) -> Path | None:
    """Where an unknown key would stand if it were spelt as it was probably meant."""
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


def meant_by(key: str, known: Collection[str]) -> str | None:
    """The known key that an unknown one was probably meant to be."""
    return MEANT[key] if MEANT.get(key) in known else nearest(key, known)


def _is_form(step: Step) -> bool:
    return isinstance(step, str) and step.startswith("<")


def field_name(path: Path) -> str:
    """``http.behaviors[0].path``: a path as messages and plans spell it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif not _is_form(step):
            text += f".{step}" if text else step
    return text


def _section_name(path: Path) -> str:
    words = [step for step in path if isinstance(step, str) and not _is_form(step)]
    return words[-1] if words else ""


def _known_keys(path: Path) -> list[str]:
    section = model.UsedKeyGroup if path and path[-1] == "<used>" else SECTIONS[_section_name(path)]
    return list(section.model_fields)


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
    if above and above[-1] == "<used>" and key in model.KeyGroup.model_fields:
        return (
            f"{key} does not go with use, which refers to a group of somebody else's",
            f"take {key} or use out",
            "",
        )
    homes = [
        name for name, section in SECTIONS.items() if name and MEANT.get(key, key) in section.model_fields
    ]
    if near := meant_by(key, known):
        return f"unknown key {shown(key)}", f"write {near}", ""
    if above and key in model.Spec.model_fields:
        return f"unknown key {shown(key)} here", f"write {key} at the top of the spec", ""
    if homes:
        return f"unknown key {shown(key)} here", f"write {MEANT.get(key, key)} under {choices(homes)}", ""
    return f"unknown key {shown(key)}", f"take it out; the keys here are {', '.join(known)}", ""


def _missing(_detail: Detail, path: Path, _: str) -> Words:
    key, above = path[-1], field_name(path[:-1])
    examples = {"version": "version: 1", "name": "name: lectures", "bucket": "bucket: lectures-media"}
    example = examples.get(str(key), f"{key}: …") if not above else f"{key}: …"
    return f"{above or 'the spec'} has no {key}", f"add {example}", ""


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
    gone = ", and its leading zero is gone" if text.startswith("0") and len(text) > 1 else ""
    return what, f'write "{text}"', f"YAML reads a number here{gone}"


def _not_bool(detail: Detail, path: Path, text: str) -> Words:
    word = text.casefold()
    do = "write true" if word in _TRUE else "write false" if word in _FALSE else "write true or false"
    return f"{field_name(path)} is true or false, not {_found(detail['input'])}", do, ""


def _not_a_list(detail: Detail, path: Path, text: str) -> Words:
    name, value = field_name(path), detail["input"]
    # An account number without quotes would be read as a number again.
    item = text if isinstance(resolve(text), str) else f'"{text}"' if text else "…"
    do = 'put "- " before it' if isinstance(value, dict) else f"write {_section_name(path)}: [{item}]"
    return f"{name} is a list, not {_found(value)}", do, ""


def _not_a_mapping(detail: Detail, path: Path, text: str) -> Words:
    section = _section_name(path)
    example = EXAMPLES[section]
    if section in {"oac", "oai"} and RESOURCE_ID.fullmatch(text):
        example = f"{section}: {{id: {text}}}"
    return f"{field_name(path)} is a mapping, not {_found(detail['input'])}", f"write {example}", ""


def _not_a_choice(detail: Detail, path: Path, text: str) -> Words:
    name, section = field_name(path), _section_name(path)
    if section in SWITCHES:
        return f"{name} is a mapping, or false for none", f"write {section}: {SWITCHES[section]}", ""
    words = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
    usual = SECTIONS[_section_name(path[:-1])].model_fields[section].default or words[0]
    # Of two names of TLS policies that are near each other, one may be far weaker.
    near = next((word for word in words if word.casefold() == text.casefold()), None)
    near = near or (nearest(text, words) if section != "minimum_tls" else None)
    do = (
        f"write {near}"
        if near
        else f"write {usual}"
        if len(words) == 1
        else f"write one of them, like {usual}"
    )
    return f"{name} is {choices(words)}, not {_found(detail['input'])}", do, ""


def _too_few(_detail: Detail, path: Path, _: str) -> Words:
    return f"{field_name(path)} is empty, and needs at least one", f"add one, like {_one_more(path)}", ""


def _one_more(path: Path) -> str:
    section = _section_name(path)
    return EXAMPLES.get(
        section, "https://www.example.com" if section == "origins" else "keys/lectures.pub.pem"
    )


def _fault(detail: Detail, _path: Path, _: str) -> Words:
    context = detail["ctx"]
    return context["what"], context["do"], context["note"]


def _other(detail: Detail, path: Path, _: str) -> Words:
    return f"{field_name(path)}: {detail['msg']}", "see the description of the field in the JSON schema", ""


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
