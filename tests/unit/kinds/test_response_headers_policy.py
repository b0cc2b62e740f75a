"""Response headers policies: named after the stack, marked, and limited to CORS."""

from typing import Any

import pytest

from cfstream.kinds.response_headers_policy import (
    Attachment,
    LiveHeadersPolicy,
    ResponseHeadersPolicyKind,
    attachment,
)
from cfstream.ports import Call
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.live_state import LiveState
from cfstream.stack.proposal import KindResults, Proposal
from cfstream.steps.create import Create, Twin
from cfstream.steps.delete import Delete
from cfstream.steps.modify import Modify
from cfstream.steps.step import Change, Stage
from cfstream.values import Address, Json, Ref
from tests.unit.kinds.live import context, distribution, live, ours, proposal

KIND = ResponseHeadersPolicyKind()
ADDRESS = Address("response-headers-policy", "lectures")
CONFIG = "ResponseHeadersPolicyConfig"
PATH = f"ResponseHeadersPolicy.{CONFIG}"

SPEC = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"
PAGE = "https://www.example.com"
CORS = f"{SPEC}http:\n  cors: {{origins: ['{PAGE}'], credentials: true}}\n"
FALSE = f"{SPEC}http: {{cors: false}}\n"

HEADERS = [
    "Accept",
    "Cache-Control",
    "Content-Type",
    "If-Modified-Since",
    "If-None-Match",
    "Origin",
    "Range",
    "X-Requested-With",
]
EXPOSED = ["Accept-Ranges", "Age", "Content-Length", "Content-Range", "Date", "ETag"]


def items(*values: Any) -> Json:
    """Return a list in CloudFront's form."""
    return {"Quantity": len(values), "Items": list(values)}


OURS: Json = {
    "Name": "cfstream-lectures",
    "Comment": "cfstream:lectures",
    "CorsConfig": {
        "AccessControlAllowOrigins": items(PAGE),
        "AccessControlAllowCredentials": True,
        "AccessControlAllowMethods": items("GET", "HEAD", "OPTIONS"),
        "AccessControlAllowHeaders": items(*HEADERS),
        "AccessControlExposeHeaders": items(*EXPOSED),
        "AccessControlMaxAgeSec": 600,
        "OriginOverride": True,
    },
}


def row(id_: str, *, managed: bool = False, **fields: Any) -> Json:
    """Return a row of ListResponseHeadersPolicies: an owned policy, except for these fields."""
    config = {**OURS, **fields}
    return {"Type": "managed" if managed else "custom", "ResponseHeadersPolicy": {"Id": id_, CONFIG: config}}


def carrying(policy: str) -> Json:
    """Return replies of an account whose stack has this policy on the default behavior."""
    row = distribution("E1")
    row["DefaultCacheBehavior"]["ResponseHeadersPolicyId"] = policy
    return ours(row)


def test_headers_are_shown_without_counts() -> None:
    """The headers of others are listed as in CloudFront's document, with plain lists."""
    custom = {"Header": "X-Robots-Tag", "Value": "noindex", "Override": True}
    config = {
        **OURS,
        "CustomHeadersConfig": items(custom),
        "RemoveHeadersConfig": {"Quantity": 0},
        "SecurityHeadersConfig": {"ContentTypeOptions": {"Override": False}},
    }
    shown = LiveHeadersPolicy("P1", config).shown
    assert shown["cors"]["origins"] == [PAGE]
    assert {name: shown[name] for name in shown if name != "cors"} == {
        "CustomHeadersConfig": [custom],
        "RemoveHeadersConfig": [],
        "SecurityHeadersConfig": {"ContentTypeOptions": {"Override": False}},
    }


def test_a_missing_policy_is_created_from_the_spec() -> None:
    """It is named and marked, and found by its name after a lost reply."""
    step = Create(
        address=ADDRESS,
        stage=Stage.POLICIES,
        because="allow pages of other origins to read the media",
        line=6,
        changes=(
            Change("http.cors.name", None, "cfstream-lectures"),
            Change("http.cors.origins", None, [PAGE]),
            Change("http.cors.credentials", None, True),
            Change("http.cors.methods", None, ["GET", "HEAD", "OPTIONS"]),
            Change("http.cors.headers", None, HEADERS),
            Change("http.cors.exposed", None, EXPOSED),
            Change("http.cors.override", None, True),
        ),
        call=Call("cloudfront", "create_response_headers_policy", {CONFIG: OURS}),
        outputs={"id": "ResponseHeadersPolicy.Id"},
        twin=Twin(
            listing=Call("cloudfront", "list_response_headers_policies"),
            row_id="ResponseHeadersPolicy.Id",
            row={f"{PATH}.Name": "cfstream-lectures"},
            detail="get_response_headers_policy",
            match={f"{PATH}.Name": "cfstream-lectures"},
            content=PATH,
        ),
        document=CONFIG,
    )

    assert proposal(KIND, context(CORS), live()) == Proposal(
        steps=(step,), brings={ADDRESS: {"id": Ref(step.id)}}
    )


@pytest.mark.parametrize("comment", ["cfstream:lectures", "cfstream:lectures for the player"])
def test_an_owned_policy_with_all_settings_is_kept(comment: str) -> None:
    """A live policy with all settings is brought, relied on and not changed."""
    found = proposal(KIND, context(CORS), live(list_response_headers_policies=[row("p1", Comment=comment)]))
    assert (found.steps, found.brings) == ((), {ADDRESS: {"id": "p1"}})
    assert [relied.address for relied in found.relied_on] == [ADDRESS]


def test_other_orders_and_additional_entries_are_not_drift() -> None:
    """Order and the case of header names do not matter, and additions stay."""
    cors = {
        **OURS["CorsConfig"],
        "AccessControlAllowMethods": items("OPTIONS", "GET", "POST", "HEAD"),
        "AccessControlAllowHeaders": items("x-ours", *(name.lower() for name in reversed(HEADERS))),
        "AccessControlMaxAgeSec": 5,
    }
    aws = live(list_response_headers_policies=[row("p1", CorsConfig=cors)])
    assert proposal(KIND, context(CORS), aws).steps == ()


def test_credentials_do_not_allow_wildcards() -> None:
    """Without credentials, ``*`` and ``ALL`` stay. With them, the needed names replace these."""
    loose = {
        **OURS["CorsConfig"],
        "AccessControlAllowCredentials": False,
        "AccessControlAllowMethods": items("ALL"),
        "AccessControlAllowHeaders": items("*"),
    }
    live_one = row("p1", CorsConfig=loose)
    config = {CONFIG: live_one["ResponseHeadersPolicy"][CONFIG], "ETag": "E2"}
    aws = live(list_response_headers_policies=[live_one], get_response_headers_policy_config=config)
    without = CORS.replace(", credentials: true", "")
    assert proposal(KIND, context(without), aws).steps == ()
    (step,) = proposal(KIND, context(CORS), aws).steps
    assert isinstance(step, Modify)
    sent = step.call.params[CONFIG]["CorsConfig"]
    assert sent["AccessControlAllowMethods"] == items("GET", "HEAD", "OPTIONS")
    assert sent["AccessControlAllowHeaders"] == items(*HEADERS)
    assert (step.etag, step.base) == ("E2", live_one["ResponseHeadersPolicy"][CONFIG])


def test_one_of_our_name_that_is_not_ours_is_a_problem() -> None:
    """The problem names its owner, and nothing is brought."""
    for comment, owner in (
        ("by hand", "it does not belong to cfstream"),
        ("cfstream:other", "the cfstream stack other"),
    ):
        aws = live(list_response_headers_policies=[row("p1", Comment=comment)])
        found = proposal(KIND, context(CORS), aws)
        (problem,) = found.problems
        assert owner in problem.what
        assert (found.steps, found.brings) == ((), {})


def test_an_owned_policy_is_deleted_after_its_last_use() -> None:
    """``cors: false`` deletes a policy that only the stack's distribution uses, if it has not changed."""
    aws = live(**carrying("p1"), list_response_headers_policies=[row("p1")])
    (step,) = proposal(KIND, context(FALSE), aws).steps
    assert isinstance(step, Delete)
    assert (step.address, step.stage, step.base) == (ADDRESS, Stage.DELETE_POLICIES, OURS)
    assert step.changes == (Change("http.cors.name", "cfstream-lectures", None),)


def test_without_the_field_nothing_is_read() -> None:
    """Without `http.cors`, not even the list is read."""
    aws = live(list_response_headers_policies=AssertionError, list_distributions=AssertionError)
    assert proposal(KIND, context(SPEC), aws) == Proposal()


def results_of(text: str, aws: Any) -> KindResults:
    """Return the results that the distribution's kind gets."""
    stack_context = context(text)
    want = KIND.desire(stack_context)
    have = KIND.observe(aws, LiveState(AccountLists(aws), stack_context), want)
    brought = KIND.propose(stack_context, want, have, KindResults()).brings
    return KindResults(brought, live={KIND.name: have}, wanted={KIND.name: want})


def test_the_behaviors_get_the_policy() -> None:
    """It gets the owned policy, live or from a step; none; or, if CORS is not managed, nothing."""
    create = Ref(f"create {ADDRESS}")  # type: ignore[arg-type]
    fresh = attachment(context(CORS), results_of(CORS, live()))
    assert fresh == Attachment(create, {str(create): "cfstream-lectures"}, frozenset())
    here = live(**carrying("p1"), list_response_headers_policies=[row("p1")])
    assert attachment(context(CORS), results_of(CORS, here)) == Attachment(
        "p1", {"p1": "cfstream-lectures"}, frozenset()
    )
    off = attachment(context(FALSE), results_of(FALSE, here))
    assert off == Attachment("", {"p1": "cfstream-lectures"}, frozenset({"p1"}))
    assert attachment(context(SPEC), results_of(SPEC, live())) is None


def test_a_policy_of_others_is_not_detached() -> None:
    """A policy without CORS that belongs to others is not detached."""
    theirs = row(
        "p1", Comment="by hand", Name="security", CorsConfig=None, SecurityHeadersConfig={"XSSProtection": {}}
    )
    aws = live(**carrying("p1"), list_response_headers_policies=[theirs])
    off = attachment(context(FALSE), results_of(FALSE, aws))
    assert off is not None
    assert off.policy is None
