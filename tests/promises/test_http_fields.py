"""Every field under ``http`` that a spec may leave unmanaged works in every command."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from ruamel.yaml import YAML

from cfstream.comparing import compare
from cfstream.inventory.lookup import by_id
from cfstream.inventory.showing import details_of
from cfstream.kinds.distribution.http_fields import HTTP_FIELDS, Part
from cfstream.render.inventory import show_text
from tests.promises.test_import import imported
from tests.world.account import SandboxAccount
from tests.world.configs import behavior_of, make_function
from tests.world.plans import changes, hazards, problems, steps
from tests.world.specs import Json, signed


@dataclass(frozen=True)
class FieldCase:
    """A value of a field, and the part of the live configuration that it becomes."""

    name: str
    value: Any
    live: Json
    none: Any = ""
    """The value that removes it."""
    nothing: Json = field(default_factory=dict)
    """What is live after it is removed."""
    shown: str = ""
    """What `show` displays."""


ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/viewers"
CLASSIC = "a1b2c3d4-5678-90ab-cdef-111111111111"

CASES = [
    FieldCase(
        name="response_headers_policy",
        value="SecurityHeadersPolicy",
        live={"ResponseHeadersPolicyId": "67f7725c-6f97-4210-82d7-5512b31e9d03"},
        shown="response headers policy SecurityHeadersPolicy",
    ),
    FieldCase(
        name="origin_request_policy",
        value="CORS-S3Origin",
        live={"OriginRequestPolicyId": "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"},
        shown="origin request policy CORS-S3Origin",
    ),
    FieldCase(
        name="origin_path",
        value="/v2",
        live={"OriginPath": "/v2"},
        shown="Path              /v2",
    ),
    FieldCase(
        name="error_pages",
        value=[
            {"code": 404, "page": "/errors/404.html", "response_code": 404, "cache": "10s"},
            {"code": 503, "cache": "5m"},
        ],
        live={
            "CustomErrorResponses": {
                "Quantity": 2,
                "Items": [
                    {
                        "ErrorCode": 404,
                        "ResponsePagePath": "/errors/404.html",
                        "ResponseCode": "404",
                        "ErrorCachingMinTTL": 10,
                    },
                    {"ErrorCode": 503, "ResponsePagePath": "", "ResponseCode": "", "ErrorCachingMinTTL": 300},
                ],
            }
        },
        none=[],
        nothing={"CustomErrorResponses": {"Quantity": 0}},
        shown="404 -> /errors/404.html as 404, cached for 10s;",
    ),
    FieldCase(
        name="geo",
        value={"allow": ["CA", "US"]},
        live={
            "Restrictions": {
                "GeoRestriction": {"RestrictionType": "whitelist", "Quantity": 2, "Items": ["CA", "US"]}
            }
        },
        none={},
        nothing={"Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}}},
        shown="Countries         allow CA, US",
    ),
    FieldCase(
        name="web_acl",
        value=CLASSIC,
        live={"WebACLId": CLASSIC},
        shown=f"Web ACL           {CLASSIC}",
    ),
    FieldCase(
        name="http_version",
        value="http2and3",
        live={"HttpVersion": "http2and3"},
        none="http2",
        nothing={"HttpVersion": "http2"},
        shown="HTTP version      http2and3",
    ),
    FieldCase(
        name="origin_shield",
        value="eu-west-1",
        live={"OriginShield": {"Enabled": True, "OriginShieldRegion": "eu-west-1"}},
        nothing={"OriginShield": {"Enabled": False}},
        shown="Origin Shield     eu-west-1",
    ),
]


def part(account: SandboxAccount, case: FieldCase) -> Json:
    """The members that the case describes, wherever in the configuration they are."""
    config = account.config()
    found = {**config, **config["DefaultCacheBehavior"], **config["Origins"]["Items"][0]}
    return {name: ordered(found.get(name, "")) for name in case.live}


def ordered(value: Any) -> Any:
    """A member with its lists of texts sorted: CloudFront does not keep their order."""
    match value:
        case dict():
            return {name: ordered(each) for name, each in value.items()}
        case [str(), *_]:
            return sorted(value)
    return value


def named(case: FieldCase) -> str:
    """The name of a case among its tests."""
    return case.name


every_field = pytest.mark.parametrize("case", CASES, ids=named)


@every_field
def test_a_value_is_written_and_repaired_and_removed(account: SandboxAccount, case: FieldCase) -> None:
    """The distribution is created with it, a change by hand is undone, and the empty value removes it."""
    document = signed(http={case.name: case.value})
    account.converge(document)
    assert part(account, case) == case.live
    removed = account.stack(signed(http={case.name: case.none}))
    assert changes(removed)[f"http.{case.name}"][0] == case.value
    account.converge(signed(http={case.name: case.none}), allow=hazards(removed))
    assert part(account, case) == {name: case.nothing.get(name, "") for name in case.live}
    again = account.stack(document)
    assert changes(again)[f"http.{case.name}"][1] == case.value
    account.converge(document, allow=hazards(again))
    assert part(account, case) == case.live


@every_field
def test_an_absent_field_stays_and_is_imported_and_shown(account: SandboxAccount, case: FieldCase) -> None:
    """A spec without the field plans nothing for it. `import` writes it, with an empty plan, and `show` displays it."""
    account.converge(signed(http={case.name: case.value}))
    assert steps(account.plan(signed())) == []
    account.converge(signed(comment="another field"))
    assert part(account, case) == case.live
    found = imported(account, account.id())
    assert found.pending == ()
    assert YAML(typ="safe").load(found.text)["http"][case.name] == case.value
    reads = account.world.reads()
    details = details_of(reads, by_id(reads, account.id()))
    shown = show_text(details, color=False, width=100)
    assert " ".join(case.shown.split()) in " ".join(shown.split())


@every_field
def test_diff_shows_a_changed_field(account: SandboxAccount, case: FieldCase) -> None:
    """Two versions of a spec that differ in one field differ in exactly that field."""
    sections: list[Json] = [{}, {case.name: case.value}, {case.name: case.none}]
    before, after, none = (account.load(signed(http=each))[0] for each in sections)
    (appeared,) = compare([before], [after]).stacks
    assert {each.field: each.after for each in appeared.changes} == {f"http.{case.name}": case.value}
    (went,) = compare([after], [none]).stacks
    assert {each.field: each.after for each in went.changes} == {f"http.{case.name}": case.none}


def web_acl(account: SandboxAccount, name: str = "viewers") -> str:
    """The ARN of a new web ACL for CloudFront."""
    metrics = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": name}
    created = account.clients("wafv2").create_web_acl(
        Name=name, Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=metrics
    )
    return str(created["Summary"]["ARN"])


def test_a_web_acl_must_exist(account: SandboxAccount) -> None:
    """WAF is asked at plan, because CloudFront refuses an unknown web ACL at apply."""
    arn = web_acl(account)
    account.converge(signed(http={"web_acl": arn}))
    assert account.config()["WebACLId"] == arn
    gone = f"{ACL}/{CLASSIC}"
    assert problems(account.stack(signed(http={"web_acl": gone}))) == [
        f"the web ACL {gone} does not exist in account 123456789012"
    ]


@pytest.mark.parametrize(
    ("before", "after", "dangerous"),
    [
        ({"geo": {"allow": ["US"]}}, {"geo": {"allow": ["US", "CA"]}}, True),
        ({"geo": {"allow": ["US"]}}, {"geo": {}}, True),
        ({"geo": {"allow": ["US"]}}, {"geo": {"block": ["US"]}}, True),
        ({"geo": {"block": ["KP", "US"]}}, {"geo": {"block": ["KP"]}}, True),
        ({"geo": {"allow": ["US", "CA"]}}, {"geo": {"allow": ["US"]}}, False),
        ({"geo": {}}, {"geo": {"block": ["KP"]}}, False),
        ({"geo": {"block": ["KP"]}}, {"geo": {"allow": ["US"]}}, False),
        ({"geo": {"allow": ["US"]}}, {}, False),
        ({"web_acl": CLASSIC}, {"web_acl": ""}, True),
        ({"web_acl": CLASSIC}, {"web_acl": CLASSIC.replace("1", "2")}, True),
        ({"web_acl": ""}, {"web_acl": CLASSIC}, False),
        ({"web_acl": CLASSIC}, {}, False),
    ],
)
def test_more_countries_or_another_firewall_is_a_hazard(
    account: SandboxAccount, before: Json, after: Json, dangerous: bool
) -> None:
    """`loses-firewall` blocks apply if more countries are served, or if the live web ACL no longer applies."""
    expected = ["loses-firewall"] if dangerous else []
    account.converge(signed(http=before))
    planned = account.stack(signed(http=after))
    assert hazards(planned) == expected
    assert (account.apply(signed(http=after)).exit_code == 5) is dangerous
    (old,), (new,) = account.load(signed(http=before)), account.load(signed(http=after))
    found = compare([old], [new]).stacks
    assert [each.name for stack in found for each in stack.hazards] == expected


@pytest.mark.parametrize(
    ("page", "warning"),
    [
        ({"code": 403, "page": "/errors/403.html", "response_code": 200}, "answers 200 for a 403"),
        ({"code": 404, "page": "/sorry.html"}, "is on a signed path (the default behavior)"),
        ({"code": 403, "page": "/errors/403.html"}, ""),
    ],
)
def test_an_error_page_that_can_hide_a_refusal_is_a_warning(
    account: SandboxAccount, page: Json, warning: str
) -> None:
    """The plan warns before the page is written, and the page does not block apply."""
    behaviors = [{"path": "/errors/*", "public": True}]
    document = signed(http={"error_pages": [page], "behaviors": behaviors})
    account.converge(signed(http={"behaviors": behaviors}), allow=["makes-public"])
    planned = account.stack(document)
    warnings = [notice.text for notice in planned.notices if "the error page" in notice.text]
    assert [warning in text for text in warnings] == ([True] if warning else [])
    assert account.apply(document).exit_code == 0


def test_an_origin_path_changes_who_can_read_what(account: SandboxAccount) -> None:
    """Signers lose the objects outside the origin path, and a public behavior opens the objects below it."""
    account.converge(signed())
    assert hazards(account.stack(signed(http={"origin_path": "/v2"}))) == ["cuts-viewers"]
    behaviors = [{"path": "/posters/*", "public": True}]
    opened = account.stack(signed(http={"origin_path": "/v2", "behaviors": behaviors}))
    rows = [row for row in opened.exposure.access if str(row.reader) == "anyone" and row.after]
    assert [row.witness for row in rows] == ["/posters/"]
    assert opened.exposure.openings == ()


def test_an_origin_request_policy_needs_a_cache_policy(account: SandboxAccount) -> None:
    """CloudFront refuses it on a behavior with legacy cache settings, so it is a problem at plan."""
    document = signed(http={"origin_request_policy": "CORS-S3Origin"})
    account.converge(signed())

    def make_legacy(config: Json) -> None:
        default = config["DefaultCacheBehavior"]
        del default["CachePolicyId"]
        default |= {"ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}, "MinTTL": 0}

    account.edit(make_legacy)
    assert problems(account.stack(document)) == [
        "the default behavior has legacy cache settings, and no cache policy"
    ]
    account.converge(
        signed(http={"origin_request_policy": "CORS-S3Origin", "cache_policy": "CachingDisabled"})
    )


@pytest.mark.parametrize("field", ["cache_policy", "origin_request_policy", "response_headers_policy"])
def test_a_policy_must_exist(account: SandboxAccount, field: str) -> None:
    """A policy is found by its name among the managed ones and the account's own; an unknown one is a problem."""
    kind = field.replace("_", " ")
    assert problems(account.stack(signed(http={field: "no-such"}))) == [f"the {kind} no-such does not exist"]


@pytest.mark.parametrize(
    ("field", "name", "near"),
    [
        ("cache_policy", "Managed-CachingOptimised", "CachingOptimized"),
        ("origin_request_policy", "CORS-S3-Origin", "CORS-S3Origin"),
        ("response_headers_policy", "SimpleCors2", "SimpleCORS"),
    ],
)
def test_a_misspelt_policy_gets_the_nearest_name(
    account: SandboxAccount, field: str, name: str, near: str
) -> None:
    """The names of AWS's policies are known."""
    (problem,) = account.stack(signed(http={field: name})).problems
    assert problem.do == f"write {near}"


def test_a_policy_of_the_account_is_found_by_its_name(account: SandboxAccount) -> None:
    """Also in a behavior, where another one, or none, replaces that of the default behavior."""
    config = {
        "Name": "referer",
        "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 1, "Items": ["Referer"]}},
        "CookiesConfig": {"CookieBehavior": "none"},
        "QueryStringsConfig": {"QueryStringBehavior": "none"},
    }
    created = account.cloudfront.create_origin_request_policy(OriginRequestPolicyConfig=config)
    behaviors = [{"path": "/live/*", "origin_request_policy": ""}, {"path": "/clips/*"}]
    account.converge(signed(http={"origin_request_policy": "referer", "behaviors": behaviors}))
    live = account.config()
    own = created["OriginRequestPolicy"]["Id"]
    assert live["DefaultCacheBehavior"]["OriginRequestPolicyId"] == own
    found = {
        each["PathPattern"]: each.get("OriginRequestPolicyId") for each in live["CacheBehaviors"]["Items"]
    }
    assert found == {"/live/*": None, "/clips/*": own}


def test_a_policy_that_s3_refuses_is_a_warning(account: SandboxAccount) -> None:
    """S3 takes a forwarded Host for the name of a bucket."""
    planned = account.stack(signed(http={"origin_request_policy": "AllViewer"}))
    assert [each.text for each in planned.notices if "Host" in each.text] == [
        "the origin request policy AllViewer forwards the header Host, and S3 refuses such requests"
    ]


def test_a_named_policy_replaces_that_of_cors(account: SandboxAccount) -> None:
    """The stack's own policy is detached from all behaviors and deleted."""
    cors = {"origins": ["https://www.example.com"]}
    account.converge(signed(http={"cors": cors, "behaviors": [{"path": "/clips/*"}]}))
    behaviors = [{"path": "/clips/*"}, {"path": "/live/*", "response_headers_policy": ""}]
    account.converge(signed(http={"response_headers_policy": "SimpleCORS", "behaviors": behaviors}))
    live = account.config()
    assert live["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] == "60669652-455b-4ae9-85a4-c4c02393f86c"
    assert {each.get("ResponseHeadersPolicyId", "") for each in live["CacheBehaviors"]["Items"]} == {""}
    listed = account.cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]
    assert listed["Quantity"] == 0


def test_a_policy_of_cors_is_not_imported_as_one_by_name(account: SandboxAccount) -> None:
    """The stack's own policy belongs to `cors`. A spec that named it would delete it."""
    account.converge(signed(http={"cors": {"origins": ["*"]}, "behaviors": [{"path": "/posters/*"}]}))
    found = imported(account, account.id())
    assert found.pending == ()
    assert "response_headers_policy" not in found.text.partition("# Kept as it is")[0]


@pytest.mark.parametrize("of_default", ["value", "none"])
@pytest.mark.parametrize("of_path", ["value", "none"])
@pytest.mark.parametrize("name", [each.name for each in HTTP_FIELDS if each.part is Part.BEHAVIOR])
def test_a_plan_shows_each_field_of_a_new_behavior(
    account: SandboxAccount, name: str, of_path: str, of_default: str
) -> None:
    """Also the value that removes what the default behavior has: a new behavior is a copy of it."""
    make_function(account.cloudfront, "rewrite")
    values = BEHAVIOR_VALUES[name]
    behavior = {"path": "/posters/*", name: values[of_path]}
    document = signed(http={name: values[of_default], "behaviors": [behavior]})
    account.converge(signed(http={name: values[of_default]}))
    planned = account.stack(document)
    (_, after) = changes(planned)["http.behaviors[/posters/*]"]
    assert after == {name: values[of_path]}
    account.converge(document)
    live = account.config()
    entry = next(each for each in HTTP_FIELDS if each.name == name)
    default, path = (entry.read(behavior_of(live, where)) for where in ("", "/posters/*"))
    assert (default == path) is (of_default == of_path)


BEHAVIOR_VALUES: dict[str, Json] = {
    "cache_policy": {"value": "CachingDisabled", "none": "CachingOptimized"},
    "origin_request_policy": {"value": "CORS-S3Origin", "none": ""},
    "response_headers_policy": {"value": "SimpleCORS", "none": ""},
    "functions": {"value": {"viewer_request": "rewrite"}, "none": {}},
}
"""Two values of each field that a behavior can have; the second one removes the first, if anything does."""


ELSEWHERE = {"ipv6", "default_root_object", "cache_policy", "functions"}
"""Fields with tests of their own: test_absent_is_not_empty, test_behaviors, test_functions."""


def test_every_field_is_among_the_cases() -> None:
    """A new entry of the table needs a case here."""
    assert {each.name for each in HTTP_FIELDS} == {case.name for case in CASES} | ELSEWHERE
