"""The hazard of a name move names each field by which viewers lose something, with both values."""

from typing import Any

import pytest

from cfstream.kinds.distribution.viewers_lose import viewers_lose
from cfstream.spec.model import Spec

BEHAVIOR = {"path": "/posters/*", "public": True}
GROUPS = [{"use": "a"}, {"use": "b"}]


def spec(fields: dict[str, Any]) -> Spec:
    """Return a spec with these fields; it names a signer, unless they do."""
    signers = {} if {"public", "key_groups"} & fields.keys() else {"trusted_signers": ["self"]}
    return Spec.model_validate({"version": 1, "name": "any", "bucket": "media", **signers, **fields})


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ({}, {"bucket": "other"}, ['bucket: "media" -> "other"']),
        ({"grant": {"prefix": "a/"}}, {"grant": {"prefix": "a/b/"}}, ['grant.prefix: "a/" -> "a/b/"']),
        ({}, {"enabled": False}, ["enabled: true -> false"]),
        ({"public": True}, {}, ["public: true -> false"]),
        ({}, {"key_groups": GROUPS}, ['key_groups: absent -> ["a", "b"]', 'trusted_signers: ["self"] -> absent']),
        ({"key_groups": GROUPS}, {"key_groups": GROUPS[1:]}, ['key_groups: - "a" (1 kept)']),
        ({}, {"http": {"behaviors": [BEHAVIOR]}}, ['http.behaviors: [] -> ["/posters/*"]']),
        (
            {"http": {"behaviors": [{**BEHAVIOR, "path": "posters/*"}]}},
            {"http": {"behaviors": [{"path": "/posters/*"}]}},
            ["http.behaviors[/posters/*].public: true -> false"],
        ),
        (
            {"http": {"behaviors": [BEHAVIOR, {"path": "/a/*"}]}},
            {"http": {"behaviors": [{"path": "/a/*"}, BEHAVIOR]}},
            ['http.behaviors: ["/posters/*", "/a/*"] -> ["/a/*", "/posters/*"]'],
        ),
        (
            {"http": {"cors": {"origins": ["https://a.example"]}}},
            {},
            ['http.cors.origins: ["https://a.example"] -> absent', "http.cors.credentials: false -> absent"],
        ),
        ({}, {"http": {"geo": {"allow": ["US"]}}}, ['http.geo: absent -> {allow: ["US"]}']),
    ],
)  # fmt: skip
def test_each_field_is_named_with_both_values(
    old: dict[str, Any], new: dict[str, Any], lost: list[str]
) -> None:
    """The values are written as in a spec."""
    assert [str(each) for each in viewers_lose(spec(old), spec(new))] == lost


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"grant": {"prefix": "a/"}}, {}),
        ({}, {"public": True}),
        ({"key_groups": GROUPS[1:]}, {"key_groups": GROUPS}),
        ({}, {"comment": "other", "price_class": "PriceClass_100"}),
        ({}, {"http": {"minimum_tls": "TLSv1.2_2025", "ipv6": True, "cache_policy": "CachingDisabled"}}),
        (
            {"http": {"behaviors": [BEHAVIOR]}},
            {"http": {"behaviors": [{**BEHAVIOR, "cache_policy": "CachingDisabled"}]}},
        ),
    ],
)
def test_viewers_lose_nothing(old: dict[str, Any], new: dict[str, Any]) -> None:
    """A field that gives them the same or more is not named."""
    assert viewers_lose(spec(old), spec(new)) == ()
