"""What changed, in the words of the spec."""

from typing import Any

import pytest

from cfstream.domain import counted
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS, Part
from cfstream.steps.differences import differences
from tests.world.configs import behavior_of, config, signers

BASE = config("by-hand")
API: dict[str, Any] = {**BASE["DefaultCacheBehavior"], "PathPattern": "/api/*"}
NEVER = "NeverInCloudFront"
"""A member that CloudFront does not have, so no spec will ever have a field for it."""


def changed(**members: Any) -> tuple[str, ...]:
    """Return the differences after members of a distribution's configuration were replaced."""
    return differences(BASE, {**BASE, **members})


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"Comment": "old"}, {"Comment": "new"}, ['comment: "old" -> "new"']),
        ({"Enabled": True}, {"Enabled": False}, ["enabled: true -> false"]),
        (
            {"Aliases": counted(["a.example.com", "b.example.com"])},
            {"Aliases": counted(["b.example.com"])},
            ['cnames: - "a.example.com" (1 kept)'],
        ),
        ({"Aliases": counted([])}, {"Aliases": counted(["a.example"])}, ['cnames: [] -> ["a.example"]']),
        ({"tags": {}}, {"tags": {"cost": "42"}}, ['tags.cost: none -> "42"']),
        ({"Name": "g", "Items": ["K1"]}, {"Name": "g", "Items": ["K2"]}, ['public_keys: + "K2", - "K1"']),
        (
            {"S3Origin": {"OriginAccessIdentity": "origin-access-identity/cloudfront/E1"}},
            {"S3Origin": {"OriginAccessIdentity": ""}},
            ['oai: "E1" -> ""'],
        ),
        (
            {"CustomErrorResponses": counted([{"ErrorCode": 404, "ResponsePagePath": "/a"}])},
            {"CustomErrorResponses": counted([{"ErrorCode": 404, "ResponsePagePath": "/b"}])},
            ['http.error_pages[404].page: "/a" -> "/b"'],
        ),
        (
            {"ViewerCertificate": {"MinimumProtocolVersion": "TLSv1"}},
            {"ViewerCertificate": {"MinimumProtocolVersion": "TLSv1.2_2021"}},
            ['http.minimum_tls: "TLSv1" -> "TLSv1.2_2021"'],
        ),
        (
            {"Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}},
            {
                "Restrictions": {
                    "GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 1, "Items": ["SE"]}
                }
            },
            ['http.geo: none -> ["SE"]', 'http.geo: "none" -> "allow"'],
        ),
        ({"id": "1"}, {"id": "2"}, ['id: "1" -> "2"']),
        ({"Strange": {"Member": 1}}, {"Strange": {"Member": 2}}, ["Strange.Member: 1 -> 2"]),
    ],
)
def test_a_line_names_field_and_values_as_a_spec_does(before: Any, after: Any, lines: list[str]) -> None:
    """Texts have double quotes, truth values are those of YAML, and lists show what they gained and lost."""
    assert list(differences(before, after)) == lines


@pytest.mark.parametrize("field", HTTP_FIELDS, ids=lambda each: each.name)
def test_every_field_under_http_has_its_name(field: Any) -> None:
    """A member of the configuration is shown as the field that manages it."""
    before, after = {field.member: "old"}, {field.member: "new"}
    match field.part:
        case Part.DISTRIBUTION:
            assert differences(before, after) == (f'http.{field.name}: "old" -> "new"',)
        case Part.ORIGIN:
            origins = ({"Origins": counted([{"Id": "films", **each}])} for each in (before, after))
            assert differences(*origins) == (f'http.{field.name} (origin films): "old" -> "new"',)
        case Part.BEHAVIOR:
            default = ({"DefaultCacheBehavior": each} for each in (before, after))
            assert differences(*default) == (f'http.{field.name}: "old" -> "new"',)
            named = ({"CacheBehaviors": counted([{"PathPattern": "/x", **each}])} for each in (before, after))
            assert differences(*named) == (f'http.behaviors[/x].{field.name}: "old" -> "new"',)


def test_signers_of_behaviors_are_those_of_the_spec() -> None:
    """Those of the default behavior are at the top of the spec."""
    default = {**behavior_of(BASE, ""), "TrustedSigners": signers("self", "111122223333")}
    (line,) = changed(DefaultCacheBehavior=default)
    assert line.startswith("trusted_signers: ")
    assert "Quantity" not in line


def test_a_new_behavior_shows_what_a_spec_can_say_of_it() -> None:
    """The members that no spec has would only hide the others."""
    api = {**API, "TrustedSigners": signers("self"), NEVER: True}
    lines = changed(CacheBehaviors=counted([api]))
    assert "http.behaviors[/api/*]: absent -> present" in lines
    assert 'http.behaviors[/api/*].trusted_signers: none -> ["self"]' in lines
    assert not any(NEVER in line or "TargetOriginId" in line for line in lines)


def test_a_member_that_no_spec_has_is_named_as_such() -> None:
    """It is CloudFront's, and the place is still that of the spec."""
    before, after = ({**API, NEVER: value} for value in (True, False))
    named = ({"CacheBehaviors": counted([each])} for each in (before, after))
    assert differences(*named) == (f"CloudFront's {NEVER} of http.behaviors[/api/*]: true -> false",)
    default = ({"DefaultCacheBehavior": each} for each in (before, after))
    assert differences(*default) == (f"CloudFront's {NEVER} of the default behavior: true -> false",)


def test_a_statement_is_shown_whole() -> None:
    """A reviewer needs the whole statement."""
    statement = {"Sid": "theirs", "Effect": "Allow", "Principal": "*"}
    assert differences({"Statement": []}, {"Statement": [statement]}) == (
        'statement[theirs]: none -> {Sid: "theirs", Effect: "Allow", Principal: "*"}',
    )
