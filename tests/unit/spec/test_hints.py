"""The hints for keys that are another tool's word, misspelt, or right at another level."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from ruamel.yaml import YAML

from cfstream.spec.reference import SUBJECTS, reference
from cfstream.spec.section import Section, other_words
from cfstream.spec.unknown_keys import AWS_ONLY, meant_here, sections, squeezed, unknown_key
from tests.unit.spec.reading import problems, whole

OTHER_WORDS: dict[str, list[str]] = YAML(typ="safe").load(Path(__file__).parent / "other_words.yaml")
FIELDS = set(reference().by_name)
LISTS = {"key_groups", "public_keys", "behaviors", "error_pages"}
LEVELS = ["", "http", "http.behaviors", "bucket", "key_groups"]
PUBLIC_FIELDS = {"public", "origin_access"}
"""The fields that can make something readable."""


def _under(level: str, keys: Iterable[str]) -> str:
    """Return a spec with these keys at a level; each in an entry of its own if the level is a list."""
    names = level.split(".") if level else []
    value: Any = [{key: "x"} for key in keys] if LISTS & {*names[-1:]} else dict.fromkeys(keys, "x")
    for name in reversed(names):
        value = {name: [value] if name in LISTS and not isinstance(value, list) else value}
    return whole("".join(f"{name}: {json.dumps(inner)}\n" for name, inner in value.items()))


def _fixes(level: str, keys: Iterable[str]) -> dict[str, str]:
    """Return the fix for each of these keys that is unknown at a level, without the value. One spec has all of them."""
    found = problems(_under(level, keys))
    return {
        key[1]: _without_value(do)
        for _, what, do in found
        if (key := re.match(r'unknown key "([^"]*)"', what))
    }


_VALUE = re.compile(r"(?<=^write )(\w+)(?:: .*?(?=$| under | at the top)|, like .*)|, like .*$")


def _without_value(fix: str) -> str:
    renamed = re.sub(r"^delete it: (\w+) has the same meaning$", r"write \1", fix)
    return _VALUE.sub(r"\1", renamed) if renamed.startswith("write") else renamed


def _spelled(word: str) -> set[str]:
    """Return a word as written, and as Terraform writes it."""
    return {word, re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", word).lower()}


WORDS = {
    path: sorted({each for word in words for each in _spelled(word)})
    for path, words in OTHER_WORDS.items()
    if path in FIELDS and words
}
"""The words of other tools for each field."""


def test_every_field_is_in_the_table() -> None:
    """A new field needs a line in other_words.yaml: the words of other tools, or none."""
    inner = {
        name
        for name in FIELDS
        if name.startswith(("http.behaviors.key_groups.", "http.behaviors.functions."))
    }
    assert FIELDS - inner <= OTHER_WORDS.keys()


@pytest.mark.parametrize("path", WORDS)
def test_the_words_of_other_tools_name_the_field(path: str) -> None:
    """At the level of the field, the fix is the field's name."""
    level, _, name = path.rpartition(".")
    # A group with only a word of another tool counts as one that is used.
    assert {*_fixes(level, WORDS[path]).values()} <= {f"write {name}", f"write {name} under key_groups"}


@pytest.mark.parametrize("level", LEVELS)
def test_the_word_of_another_tool_at_another_level(level: str) -> None:
    """At another level, the fix names a field that the word means, and where it belongs."""
    wrong = []
    for word, fix in _fixes(level, sorted({word for words in WORDS.values() for word in words})).items():
        meant = {path.rpartition(".")[2] for path, words in WORDS.items() if word in words} | {word}
        if not any(re.fullmatch(f"write {name}( (under|at) .*)?", fix) for name in meant):
            wrong.append((word, fix))
    assert not wrong


@pytest.mark.parametrize("level", LEVELS)
def test_a_field_at_the_wrong_level(level: str) -> None:
    """A field of another section is named with its place; a field of the same name here is the one.

    A field that is true or false and makes something readable is not meant by a text.
    """
    fixes = _fixes(level, sorted({path.rpartition(".")[2] for path in FIELDS} - {"public"}))
    form = r"write \w+( under .*| at the top of the spec)?"
    assert [(name, fix) for name, fix in fixes.items() if not re.fullmatch(form, fix)] == []


def _members(shape: Any, depth: int = 0) -> Iterator[str]:
    if depth > 12:
        return
    if shape.type_name == "list":
        yield from _members(shape.member, depth + 1)
    if shape.type_name == "structure":
        for name, inner in shape.members.items():
            yield name
            yield from _members(inner, depth + 1)


NESTED = {
    *("Certificate", "ClientCertificateArn", "IgnoreCertificateExpiry", "OwnerAccountId", "VpcOriginId"),
    *("TrustStoreConfig", "TrustStoreId", "AdvertiseTrustStoreCaNames", "Mode", "Definition", "StringSchema"),
    *(
        "DefaultValue",
        "Required",
        "ParameterDefinitions",
        "OriginMtlsConfig",
        "OriginHttpVersion",
        "IpAddressType",
    ),
    *("HeaderName", "HeaderValue", "StatusCodes", "Members", "SelectionCriteria"),
}
"""Members inside members that cfstream does not manage: the outer one has a hint."""


def test_every_word_of_the_api_has_a_hint() -> None:
    """A key from CloudFront's API is explained, wherever somebody writes it: no key is only listed or guessed."""
    model = botocore.session.get_session().get_service_model("cloudfront")
    shapes = ["DistributionConfig", "StreamingDistributionConfig", "PublicKeyConfig", "KeyGroupConfig"]
    shapes += [
        "OriginAccessControlConfig",
        "ResponseHeadersPolicyCorsConfig",
        "CloudFrontOriginAccessIdentityConfig",
    ]
    found = {name for shape in shapes for name in _members(model.shape_for(shape))} - NESTED
    known = {squeezed(word) for words in OTHER_WORDS.values() for word in words}
    known |= {squeezed(path.rpartition(".")[2]) for path in FIELDS} | {squeezed(word) for word in AWS_ONLY}
    assert {name for name in found if squeezed(name) not in known} == set()
    assert not {name for name, fix in _fixes("", found).items() if "the keys here are" in fix}


def test_a_word_means_a_field_or_none() -> None:
    """When a field for a word of AWS is added, the word moves from AWS_ONLY to the field's AlsoCalled."""
    of_fields = {squeezed(name) for section in sections().values() for name in section.model_fields}
    of_fields |= {squeezed(word) for section in sections().values() for word, _ in other_words(section)}
    stale = sorted(word for word in AWS_ONLY if squeezed(word) in of_fields)
    assert not stale, f"delete from AWS_ONLY in cfstream/spec/unknown_keys.py: {', '.join(stale)}"


@pytest.mark.parametrize("level", LEVELS)
def test_no_hint_suggests_what_opens(level: str) -> None:
    """A misspelling of any word never leads to a field that makes something readable."""
    words = {word for words in OTHER_WORDS.values() for word in words} | {
        p.rpartition(".")[2] for p in FIELDS
    }
    typos = (
        {word[:-1] for word in words} | {f"{word}s" for word in words} | {"publik", "origin_acces", "origin"}
    )
    fixes = _fixes(level, sorted(typo for typo in typos if len(typo) > 2))
    opening = {
        typo: fix for typo, fix in fixes.items() if re.match(rf"write ({'|'.join(PUBLIC_FIELDS)})\b", fix)
    }
    assert {typo for typo in opening if squeezed(typo) not in PUBLIC_FIELDS} == set()


@pytest.mark.parametrize(
    ("lines", "unwanted"),
    [
        ("origin_access: oac", "none"),
        ("http: {viewer_protocol: allow}", "allow-all"),
        ("http: {unlisted_behaviors: deleted}", "delete"),
        ("grant: {permission: FULL}", "FULL_CONTROL"),
        ("grant: {via: elsewher}", "elsewhere"),
    ],
)
def test_no_hint_suggests_a_value_that_opens_or_deletes(lines: str, unwanted: str) -> None:
    """The fix for a wrong value is a safe one."""
    ((_, what, do),) = problems(whole(lines))
    assert unwanted in what
    assert not do.endswith(unwanted)


def _misspelt(field: str) -> Iterator[str]:
    """Yield near-misses of a field: plurals, other ways to join its words, typos, and its words in another order."""
    words = field.split("_")
    yield from (f"{field}s", re.sub("ies$", "y", field), field.removesuffix("s"), re.sub("y$", "ies", field))
    yield from ("-".join(words), "".join(words), words[0] + "".join(word.title() for word in words[1:]))
    yield "_".join(reversed(words))
    for at, word in enumerate(words):
        other = word.removesuffix("s") if word.endswith("s") else f"{word}s"
        yield "_".join([*words[:at], other, *words[at + 1 :]])
    for at in range(len(field)):
        yield field[:at] + field[at + 1 :]
        yield field[:at] + field[at : at + 2][::-1] + field[at + 2 :]


@pytest.mark.parametrize("section", sorted({*sections().values()}, key=str))
def test_a_misspelt_field_is_the_right_one_or_none(section: type[Section]) -> None:
    """No near-miss leads to another field of its section, and most lead to the field."""
    place = next(form for form, each in sections().items() if each is section)
    path = [step for step in place if step]
    found = {
        (field, key): meant_here(key, path)
        for field in section.model_fields
        for key in _misspelt(field)
        if key not in section.model_fields and len(key) > 2
    }
    assert {pair: meant for pair, meant in found.items() if meant not in (pair[0], None)} == {}
    safe = [(field, meant) for (field, _), meant in found.items() if field not in {*GUARDED, *SHORT}]
    assert sum(meant is not None for _, meant in safe) >= 0.95 * len(safe)


GUARDED = {"public", "origin_access", "origin_shield", "minimum_tls"}
"""Fields that no misspelling leads to."""

SHORT = {"oac", "oai", "via", "use", "id", "code"}
"""Fields that are so short that half a typo is another word."""


@pytest.mark.parametrize(
    ("key", "place", "value", "do"),
    [
        ("signer", (), ["self"], "write trusted_signers"),
        ("sign_by", (), ["self"], ""),
        ("domain", (), "media.example.com", "write cnames: [media.example.com]"),
        ("names", (), ["media.example.com"], ""),
        ("signer_accounts", (), ["111122223333"], ""),
        ("disabled", (), True, "write enabled, with the opposite value"),
        ("private", (), True, "delete it: only the signers that the spec names can play"),
        ("public", ("key_groups", 0), "a.pub.pem", ""),
        ("public", ("http",), True, "write public at the top of the spec"),
        ("public_key", ("key_groups", 0), [{"name": "a", "file": "a.pem"}], "write public_keys"),
        ("origin_shiel", ("http",), "eu-west-1", ""),
        ("viewer", ("http", "functions"), "rewrite", ""),
    ],
)
def test_words_count_before_letters(key: str, place: tuple[Any, ...], value: Any, do: str) -> None:
    """The words count before the letters, and a key that may be two fields is neither."""
    _, found = unknown_key(key, place, value, beside={}, anchored=False)
    assert found == do if do else found.startswith("correct it or delete it; the keys here are ")


def test_the_subjects_of_docs_have_a_hint() -> None:
    """A key that `cfstream docs` knows as a subject names the field that does it, at any level."""
    words = {word.replace(" ", "_"): field for word, field in SUBJECTS.items()}
    for level in LEVELS:
        for word, fix in _fixes(level, words).items():
            assert words[word] in fix or words[word].rpartition(".")[2] in fix
    assert _fixes("", ["public_paths"])["public_paths"].startswith("use http.behaviors")
