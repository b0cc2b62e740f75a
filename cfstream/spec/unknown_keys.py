"""Find the field that an unknown key was meant to be: a misspelling, another tool's word, or another place.

Everything is read from the model: its sections, the names of their fields, and `AlsoCalled`. Only `AWS_ONLY` lists
words that mean no field.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Annotated, Any, TypeAlias, get_args, get_origin

from pydantic import Tag

from cfstream.spec import model
from cfstream.spec.section import NEVER_GUESSED, Section, never_suggested, other_words
from cfstream.spec.wording import choices, ranked_by_likeness, shown

Form: TypeAlias = tuple[str, str]
"""The key that a section is under, and the form of the section, or an empty text."""

TOP: Form = ("", "")

_STAYS = "delete it: cfstream does not manage it, and CloudFront keeps its setting"

AWS_ONLY: Mapping[str, str] = {
    "caller_reference": "delete it: cfstream chooses it",
    "origin_id": "delete it: cfstream chooses it",
    "target_origin_id": "delete it: the origin is the bucket",
    "ssl_support_method": "delete it: a certificate is served by SNI",
    "cloudfront_default_certificate": "delete it: without cnames CloudFront uses its own certificate",
    "certificate_source": "delete it: certificate is auto or an ARN",
    "signing_protocol": "delete it: write oac: {}, which signs every request",
    "signing_behavior": "delete it: write oac: {}, which signs every request",
    "origin_access_control_origin_type": "delete it: write oac: {}, which is for S3",
    "wait_for_deployment": "delete it: apply waits, except with --no-wait",
    "custom_origin_config": "delete it: the origin is a bucket, which bucket names",
    "distribution_config": "write its fields at the top of the spec",
    "streaming_distribution_config": "write its fields at the top of the spec, with delivery: rtmp",
    "restriction_type": "write the countries as allow: [US] or block: [KP]",
    "locations": "write the countries as allow: [US] or block: [KP]",
    "quantity": "delete it, and write the items as a list",
    "origin_request": "delete it: only Lambda@Edge has this event, and cfstream does not manage Lambda@Edge",
    "origin_response": "delete it: only Lambda@Edge has this event, and cfstream does not manage Lambda@Edge",
    "disabled": "write enabled, with the opposite value",
    "private": "delete it: only the signers that the spec names can play",
    "compress": _STAYS,
    "smooth_streaming": _STAYS,
    "allowed_methods": _STAYS,
    "cached_methods": _STAYS,
    "lambda_function_associations": _STAYS,
    "lambda_function_association": _STAYS,
    "lambda_function_arn": _STAYS,
    "lambda_arn": _STAYS,
    "include_body": _STAYS,
    "field_level_encryption_id": _STAYS,
    "realtime_log_config_arn": _STAYS,
    "grpc_config": _STAYS,
    "forwarded_values": "delete it, and name a cache_policy under http",
    "query_string": "delete it, and name a cache_policy under http",
    "query_string_cache_keys": "delete it, and name a cache_policy under http",
    "cookies": "delete it, and name a cache_policy under http",
    "headers": "delete it, and name a cache_policy under http",
    "forward": "delete it, and name a cache_policy under http",
    "whitelisted_names": "delete it, and name a cache_policy under http",
    "min_ttl": "delete it, and name a cache_policy under http",
    "default_ttl": "delete it, and name a cache_policy under http",
    "max_ttl": "delete it, and name a cache_policy under http",
    "include_cookies": _STAYS,
    "origin_groups": _STAYS,
    "origin_group": _STAYS,
    "failover_criteria": _STAYS,
    "custom_headers": _STAYS,
    "custom_header": _STAYS,
    "origin_read_timeout": _STAYS,
    "vpc_origin_config": _STAYS,
    "connection_attempts": _STAYS,
    "connection_timeout": _STAYS,
    "response_completion_timeout": _STAYS,
    "http_port": _STAYS,
    "https_port": _STAYS,
    "origin_protocol_policy": _STAYS,
    "origin_ssl_protocols": _STAYS,
    "origin_keepalive_timeout": _STAYS,
    "continuous_deployment_policy_id": _STAYS,
    "staging": _STAYS,
    "anycast_ip_list_id": _STAYS,
    "tenant_config": _STAYS,
    "connection_mode": _STAYS,
    "viewer_mtls_config": _STAYS,
    "connection_function_association": _STAYS,
    "cache_tag_config": _STAYS,
    "access_control_allow_headers": "delete it: cors allows what players need",
    "access_control_allow_methods": "delete it: cors allows what players need",
    "access_control_expose_headers": "delete it: cors allows what players need",
    "access_control_max_age_sec": "delete it: cors allows what players need",
    "origin_override": "delete it: cors allows what players need",
}
"""Words of AWS and Terraform that mean no field, and what to do with each. A word of `AlsoCalled` must not be here."""


_WRITTEN_BY_CFSTREAM: Mapping[str, str] = {
    "bucketpolicy": "delete it: cfstream adds its own statement to the bucket policy, as grant says",
}
"""Words that mean a field, whose value nobody writes."""


ALIKE = 0.75
"""The least share of equal letters between a misspelt key and the field that it was meant to be."""

ALMOST_EQUAL = 0.9
"""From this share on, a key with the same words as one field may still be another field: ``names``, ``cnames``."""

TIE = 0.02
"""If the second field is as near as this, the key may have been meant to be either."""


def squeezed(key: str) -> str:
    """Return a key without capitals, underscores and hyphens: two spellings of one word are the same."""
    return key.replace("_", "").replace("-", "").casefold()


def is_form(step: Any) -> bool:
    """Return whether a step of a path is a form of the model, which the file does not have."""
    return isinstance(step, str) and step.startswith("<")


@cache
def sections() -> Mapping[Form, type[Section]]:
    """Return the sections of the language by the key that they are under, and by their form or an empty text.

    If a key has several forms, the first one is also its section without a form.
    """
    found: dict[Form, type[Section]] = {TOP: model.Spec}

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


def form_of(path: Sequence[Any]) -> Form:
    """Return the key and the form of the section at a path."""
    words = [step for step in path if isinstance(step, str) and not is_form(step)]
    return (words or [""])[-1], str(path[-1]) if path and is_form(path[-1]) else ""


def section_at(path: Sequence[Any]) -> type[Section]:
    """Return the section at a path."""
    name, form = form_of(path)
    return sections().get((name, form)) or sections()[name, ""]


@cache
def _paths() -> Mapping[str, str]:
    """Return the first path of each key that a section is under: ``http.behaviors`` for behaviors."""
    found: dict[str, str] = {}

    def visit(section: type[Section], above: str) -> None:
        for name, field in section.model_fields.items():
            for _, inner in _sections_in(field.annotation):
                found.setdefault(name, above + name)
                visit(inner, f"{above}{name}.")

    visit(model.Spec, "")
    return found


def _path_of(name: str) -> str:
    return _paths()[name]


def forms_of(name: str) -> tuple[type[Section], ...]:
    """Return the sections that are under a key: several if the key has several forms, none for a plain value."""
    return tuple(dict.fromkeys(section for (key, _), section in sections().items() if key == name and key))


@cache
def names_of(section: type[Section]) -> Mapping[str, str]:
    """Return the fields of a section by their names and by the words of other tools, squeezed; names count first."""
    words = {squeezed(word): name for word, name in other_words(section)}
    return words | {squeezed(name): name for name in section.model_fields}


def _is_guessable(section: type[Section], name: str) -> bool:
    """Return whether a similar key may be meant to be this field: not if it can open something."""
    return NEVER_GUESSED not in section.model_fields[name].metadata


def _stem(key: str) -> str:
    """Return the words of a key without plurals, sorted: ``KeyGroup`` and ``groups-key`` are the same."""
    return "_".join(sorted(_singular(word) for word in _snake(key).split("_")))


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _snake(key: str) -> str:
    """Return a key with underscores between its words: ``keyGroup`` and ``key-group`` are ``key_group``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", key).casefold()


@cache
def _by_stem(section: type[Section]) -> Mapping[str, str]:
    """Return the fields of a section by the stems of their names and of other tools' words; names count first.

    Leaves out stems that may mean several fields, and fields that can open something.
    """
    found: dict[str, str] = {}
    for pairs in (((name, name) for name in section.model_fields), other_words(section)):
        fields: defaultdict[str, set[str]] = defaultdict(set)
        for word, name in pairs:
            fields[_stem(word)].add(name)
        for stem, names in fields.items():
            if len(names) == 1 and _is_guessable(section, *names):
                found.setdefault(stem, *names)
    return found


def meant_here(key: str, path: Sequence[Any]) -> str | None:
    """Return the field of the section at a path that an unknown key was probably meant to be; None if none is near."""
    section = section_at(path)
    if same := names_of(section).get(squeezed(key)):
        return same
    if same := _by_stem(section).get(_stem(key)):
        other = _nearest(key, section, alike=ALMOST_EQUAL)
        return same if other in (same, None) else None
    if is_aws_only(key):
        started = (name for name in section.model_fields if name.startswith(f"{key}_"))
        return next((name for name in started if _is_guessable(section, name)), None)
    return None if fields_meant(key) else _nearest(key, section)


def _nearest(key: str, section: type[Section], *, alike: float = ALIKE) -> str | None:
    """Return the field whose name is almost the key; None if several are, or if that field can open something."""
    ranked = ranked_by_likeness(_snake(key), section.model_fields, alike=alike - TIE)
    (best, name), (second, _) = (*ranked, (0.0, ""), (0.0, ""))[:2]
    return name if best >= alike and best - second > TIE and _is_guessable(section, name) else None


def fields_meant(key: str) -> dict[str, str]:
    """Return the field that a key or another tool's word means in each section that has it, by the section's key.

    The key of the spec's own section is empty.
    """
    found: dict[str, str] = {}
    for (name, _), section in sections().items():
        if squeezed(key) in names_of(section):
            found.setdefault(name, names_of(section)[squeezed(key)])
    return found


def is_word(key: str) -> bool:
    """Return whether a key is a word of the language or of another tool, so that it is not a name of the user's."""
    return bool(fields_meant(key)) or is_aws_only(key)


def is_aws_only(key: str) -> bool:
    """Return whether a key is a word of AWS or Terraform that means no field."""
    return squeezed(key) in _aws_only()


@cache
def _aws_only() -> Mapping[str, str]:
    return {squeezed(word): do for word, do in AWS_ONLY.items()}


def unknown_key(
    key: str, above: Sequence[Any], value: Any, *, beside: Mapping[str, Any], anchored: bool
) -> tuple[str, str]:
    """Return what is wrong with an unknown key in the section at `above`, and how to fix it.

    `beside` are the fields of that section in the file. `anchored` says whether the value has an anchor, for aliases.
    """
    section = section_at(above)
    known = list(section.model_fields)
    others = [each for (name, _), each in sections().items() if name == form_of(above)[0]]
    if any(key in form.model_fields and key not in known for form in others):
        return f"{key} and {known[0]} exclude each other", f"delete {key} or {known[0]}"
    what = f"unknown key {shown(key)}"
    if do := _WRITTEN_BY_CFSTREAM.get(squeezed(key)) or _for_a_subject(key):
        return what, do
    if near := meant_here(key, above):
        if near in beside:
            return what, f"delete it: {near} has the same meaning"
        return what, _write(above, near, value)
    if by_section := _accepting(fields_meant(key), value) or _near_fields_meant(key, section):
        whole = None if above else _in_whole(by_section, value, beside)
        return f"{what} here", whole or _elsewhere(by_section, value)
    do = _aws_only().get(squeezed(key), f"correct it or delete it; the keys here are {', '.join(known)}")
    if anchored and not above:
        do = f"write x-{key.lstrip('._-')}: keys at the top that begin with x- may hold anchors"
    return what, do


def _for_a_subject(key: str) -> str | None:
    """Return the fix for a word of what people look for, as `cfstream docs` knows it; None for another key."""
    from cfstream.spec.reference import subject  # it makes the JSON Schema, which valid specs do not need

    field = None if fields_meant(key) else subject(key)
    return field and f"use {field}: cfstream docs {field} shows an example"


def _write(above: Sequence[Any], name: str, value: Any, place: str = "") -> str:
    """Return how to write a field with the value: only its name if it accepts the value, or else its line.

    `place` says where it is written, if that is not the place of the unknown key.
    """
    from cfstream.spec.converted import accepts, converted
    from cfstream.spec.members import lines_of_members
    from cfstream.spec.reference import example_line

    form = form_of(above)[0]
    section = next((each for each in forms_of(form) if name in each.model_fields), model.Spec)
    if lines := lines_of_members(form, name, value):
        there = {
            each: place if each == form else f" under {each}" if each else " at the top of the spec"
            for each in lines
        }
        return "write " + "; and ".join(
            f"{choices(several, 'and')}{there[each]}" for each, several in lines.items()
        )
    line = converted(section, name, value)
    if NEVER_GUESSED in (field := section.model_fields[name]).metadata:
        opens = field.annotation is bool or never_suggested(field)
        line = name if opens or accepts(section, name, value) else None
    if line is None:
        return f"write {name}{place}, like {example_line(form, name)}"
    return f"write {line}{place}"


def _in_whole(by_section: Mapping[str, str], value: Any, beside: Mapping[str, Any]) -> str | None:
    from cfstream.spec.members import line_of_section

    lines = (line_of_section(place, beside.get(place), field, value) for place, field in by_section.items())
    return next((f"write {line}" for line in lines if line), None)


def _elsewhere(by_section: Mapping[str, str], value: Any) -> str:
    """Return where to write a field of other sections. The top goes first, then the first section's field."""
    if top := by_section.get(""):
        return _write((), top, value, " at the top of the spec")
    field = next(iter(by_section.values()))
    places = [name for name, each in by_section.items() if each == field]
    return _write(places[:1], field, value, f" under {choices(map(_path_of, places))}")


def _accepting(by_section: Mapping[str, str], value: Any) -> dict[str, str]:
    """Return the fields without those that can open something and do not accept the value: another one is meant."""
    found: dict[str, str] = {}
    for place, name in by_section.items():
        field = next(
            each for each in forms_of(place) or (model.Spec,) if name in each.model_fields
        ).model_fields[name]
        if NEVER_GUESSED not in field.metadata or isinstance(value, bool) is (field.annotation is bool):
            found[place] = name
    return found


def _near_fields_meant(key: str, here: type[Section]) -> dict[str, str]:
    """Return the fields of sections other than `here` whose name is almost the key, by the section's key."""
    stem = _stem(key)
    if is_aws_only(key) or stem in _by_stem(here):
        return {}
    found: dict[str, str] = {}
    for (place, _), section in sections().items():
        near = section is not here and (_by_stem(section).get(stem) or _nearest(key, section, alike=0.85))
        if near:
            found.setdefault(place, near)
    return found
