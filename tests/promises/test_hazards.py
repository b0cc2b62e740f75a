"""A dangerous change is made only if it is allowed. A harmless one needs no permission."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from cfstream.steps.hazards import HazardName
from tests.promises.account import snapshot
from tests.promises.foreign import by_hand
from tests.world.account import SandboxAccount
from tests.world.configs import listing
from tests.world.plans import hazards, outcome, report_lines
from tests.world.specs import ONE, TWO, Json, by_acl, group, http, key, rtmp, signed, without
from tests.world.statements import allow


def nothing(_account: SandboxAccount) -> None:
    """Do nothing."""


def public(**fields: object) -> Json:
    """Return a spec that needs no signature."""
    return {**without(signed(), "trusted_signers"), "public": True, **fields}


def paths(*behaviors: Json) -> Json:
    """Return the http section of a spec with these behaviors."""
    return {"behaviors": list(behaviors)}


def shared_identity(account: SandboxAccount) -> None:
    """Create an unsigned distribution of the bucket that reads with the stack's identity."""
    foreign = by_hand(account, Comment="open")
    (identity,) = account.identities()

    def open_up(config: Json) -> None:
        config["DefaultCacheBehavior"]["TrustedSigners"] = {"Enabled": False, "Quantity": 0}
        path = f"origin-access-identity/cloudfront/{identity}"
        config["Origins"]["Items"][0]["S3OriginConfig"] = {"OriginAccessIdentity": path}

    account.edit(open_up, id_=foreign["Id"])


@dataclass(frozen=True)
class HazardCase:
    """A spec before and after, a change by others in between, and the expected hazards."""

    before: Json
    after: Json
    names: list[str] = field(default_factory=list)
    between: Callable[[SandboxAccount], None] = nothing


CASES: dict[str, HazardCase] = {
    "last signer removed": HazardCase(signed(), public(), ["makes-public"]),
    "last key group removed": HazardCase(http(), public(), ["makes-public"]),
    "last signer of a stream removed": HazardCase(rtmp(), public(delivery="rtmp"), ["makes-public"]),
    "path opened": HazardCase(
        signed(http=paths({"path": "/a/*"})),
        signed(http=paths({"path": "/a/*", "public": True})),
        ["makes-public"],
    ),
    "path opened with a new behavior": HazardCase(
        signed(), signed(http=paths({"path": "/a/*", "public": True})), ["makes-public"]
    ),
    "granted to an identity that serves unsigned": HazardCase(
        signed(oai={}, origin_access=None), signed(oai={}), ["makes-public"], shared_identity
    ),
    "signer removed": HazardCase(
        signed(trusted_signers=["self", "111122223333"]), signed(), ["cuts-viewers"]
    ),
    "signer of a stream removed": HazardCase(
        rtmp(trusted_signers=["self", "111122223333"]), rtmp(), ["cuts-viewers"]
    ),
    "signer exchanged": HazardCase(signed(), signed(trusted_signers=["111122223333"]), ["cuts-viewers"]),
    "signers to key groups": HazardCase(signed(), http(), ["cuts-viewers"]),
    "key groups to signers": HazardCase(http(), signed(), ["cuts-viewers"]),
    "key removed": HazardCase(http(key_groups=[group(key(ONE), key(TWO))]), http(), ["cuts-viewers"]),
    "key group removed": HazardCase(
        http(key_groups=[group(key(ONE)), group(key(TWO), name="others")]), http(), ["cuts-viewers"]
    ),
    "signer of a path removed": HazardCase(
        signed(http=paths({"path": "/a/*", "trusted_signers": ["self", "111122223333"]})),
        signed(http=paths({"path": "/a/*", "trusted_signers": ["self"]})),
        ["cuts-viewers"],
    ),
    "cname removed": HazardCase(
        rtmp(cnames=["a.example.com", "b.example.com"]), rtmp(cnames=["a.example.com"]), ["cuts-viewers"]
    ),
    "disabled": HazardCase(signed(), signed(enabled=False), ["cuts-viewers"]),
    "stream disabled": HazardCase(rtmp(), rtmp(enabled=False), ["cuts-viewers"]),
    "prefix widened": HazardCase(signed(grant={"prefix": "a/"}), signed(), ["widens-grant"]),
    "prefix narrowed": HazardCase(signed(), signed(grant={"prefix": "a/"}), ["cuts-viewers"]),
    "prefix moved": HazardCase(
        signed(grant={"prefix": "a/"}), signed(grant={"prefix": "b/"}), ["cuts-viewers", "widens-grant"]
    ),
    "prefix widened with another identity": HazardCase(
        signed(oai={}, grant={"prefix": "a/"}), signed(), ["widens-grant"]
    ),
    "plain http allowed": HazardCase(
        signed(), signed(http={"viewer_protocol": "allow-all"}), ["weakens-tls"]
    ),
}

HARMLESS: dict[str, HazardCase] = {
    "comment": HazardCase(signed(), signed(comment="other")),
    "public path of a public stack": HazardCase(
        public(), public(http=paths({"path": "/a/*", "public": True}))
    ),
    "made private": HazardCase(public(), signed()),
    "signer added": HazardCase(signed(), signed(trusted_signers=["self", "111122223333"])),
    "key added": HazardCase(http(), http(key_groups=[group(key(ONE), key(TWO))])),
    "cname added": HazardCase(rtmp(), rtmp(cnames=["a.example.com"])),
    "enabled again": HazardCase(signed(enabled=False), signed()),
    "OAI to OAC": HazardCase(signed(oai={}), signed()),
    "OAC to OAI": HazardCase(signed(), signed(oai={})),
    "plain http refused again": HazardCase(signed(http={"viewer_protocol": "allow-all"}), signed()),
    "path closed": HazardCase(signed(http=paths({"path": "/a/*", "public": True})), signed()),
    "price class": HazardCase(signed(), signed(price_class="PriceClass_100")),
}


def clean(document: Json) -> Json:
    """Return a spec without the fields that are None here."""
    return {name: value for name, value in document.items() if value is not None}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_hazard_blocks_until_it_is_named(account: SandboxAccount, case: HazardCase) -> None:
    """Nothing is written without its name, or with the name of another hazard. With its name it is done."""
    before, after = clean(case.before), clean(case.after)
    account.converge(before)
    case.between(account)
    if case.before == case.after or case.between is not nothing:
        account.s3.delete_bucket_policy(Bucket="media")
    plan = account.stack(after)
    assert hazards(plan) == case.names
    live = snapshot(account)
    for allowed in ([], [name for name in ALL if name not in case.names]):
        report = account.apply(after, allow=allowed)
        assert (report.exit_code, outcome(report)) == (5, "blocked"), report_lines(report)
        assert {str(step.outcome) for step in report.stacks[0].steps} == {"not-tried"}
        assert snapshot(account) == live
    account.converge(after, allow=case.names)


ALL = tuple(HazardName)


@pytest.mark.parametrize("case", HARMLESS.values(), ids=HARMLESS)
def test_a_harmless_change_needs_no_flag(account: SandboxAccount, case: HazardCase) -> None:
    """The change has no hazard, and is made."""
    account.converge(case.before, allow=["makes-public"])
    assert hazards(account.stack(case.after)) == []
    account.converge(case.after)


def test_a_wider_permission_on_objects_is_a_hazard(empty: SandboxAccount) -> None:
    """READ becomes FULL_CONTROL, so the identity could change ACLs."""
    empty.bucket("media", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    empty.converge(by_acl())
    assert hazards(empty.stack(by_acl("FULL_CONTROL"))) == ["widens-grant"]
    assert outcome(empty.apply(by_acl("FULL_CONTROL"))) == "blocked"
    empty.converge(by_acl("FULL_CONTROL"), allow=["widens-grant"])
    assert hazards(empty.stack(by_acl("READ"))) == []


def test_full_control_in_place_of_a_statement_that_lets_read_is_a_hazard(empty: SandboxAccount) -> None:
    """It is also a hazard if the policy granted READ before."""
    empty.bucket("media", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    empty.converge(signed(oai={}))
    assert hazards(empty.stack(by_acl())) == []
    assert hazards(empty.stack(by_acl("FULL_CONTROL"))) == ["widens-grant"]


def test_a_weaker_tls_policy_is_a_hazard(account: SandboxAccount) -> None:
    """Viewers could connect with TLS versions that are refused now."""
    arn = account.certificate("*.example.com")
    cnames = {"cnames": ["media.example.com"]}
    account.converge(signed(**cnames, http={"certificate": arn, "minimum_tls": "TLSv1.2_2021"}))
    weaker = signed(**cnames, http={"certificate": arn, "minimum_tls": "TLSv1.1_2016"})
    assert hazards(account.stack(weaker)) == ["weakens-tls"]
    assert outcome(account.apply(weaker)) == "blocked"
    account.converge(weaker, allow=["weakens-tls"])
    stronger = signed(**cnames, http={"certificate": arn, "minimum_tls": "TLSv1.2_2025"})
    assert hazards(account.stack(stronger)) == []


def test_only_the_stack_with_the_hazard_is_left_out(account: SandboxAccount) -> None:
    """The other stacks of the run are applied. The exit code shows the skipped one."""
    account.converge(signed(), signed(name="clips"))
    report = account.apply(signed(enabled=False), signed(name="clips", comment="changed"))
    assert (report.exit_code, outcome(report), outcome(report, "clips")) == (5, "blocked", "applied")
    assert account.config()["Enabled"] is True
    assert account.config("clips")["Comment"] == "changed"


def test_each_of_several_hazards_must_be_allowed(account: SandboxAccount) -> None:
    """Allowing one does not allow the other."""
    account.converge(signed(grant={"prefix": "a/"}))
    both = signed(enabled=False)
    assert hazards(account.stack(both)) == ["cuts-viewers", "widens-grant"]
    assert account.apply(both, allow=["cuts-viewers"]).exit_code == 5
    account.converge(both, allow=["cuts-viewers", "widens-grant"])


def test_a_hazard_has_its_step_and_its_effect(account: SandboxAccount) -> None:
    """The plan shows the step, and what it would do."""
    account.converge(rtmp(cnames=["a.example.com"]))
    ((hazard, step),) = account.stack(rtmp(cnames=[])).hazards
    assert step == "modify streaming-distribution:lectures"
    assert "a.example.com" in hazard.text


def test_signers_that_were_removed_by_hand_are_restored_without_a_hazard(account: SandboxAccount) -> None:
    """Closing is never dangerous."""
    account.converge(signed())
    account.edit(
        lambda config: config["DefaultCacheBehavior"].update(TrustedSigners={"Enabled": False, **listing()})
    )
    assert hazards(account.stack(signed())) == []
    account.converge(signed())


def test_an_identity_shared_with_a_public_stack_of_the_same_run_is_a_hazard(account: SandboxAccount) -> None:
    """Neither is live yet, but the other stack would serve to anyone what the identity may read."""
    identity = account.make_identity()
    open_ = public(name="open", oai={"id": identity}, grant={"prefix": "a/"})
    guarded = signed(name="guarded", oai={"id": identity}, grant={"prefix": "b/"})
    guarded_plan, open_plan = account.plan(open_, guarded).stacks
    assert hazards(account.stack(guarded)) == []
    assert (hazards(guarded_plan), hazards(open_plan)) == (["makes-public"], ["makes-public"])
    report = account.apply(open_, guarded)
    assert (outcome(report, "guarded"), outcome(report, "open")) == ("blocked", "blocked")


ELSEWHERE: Json = {"via": "elsewhere"}
CLOUDFRONT: Json = {"Service": "cloudfront.amazonaws.com"}


def _by_policy_of_others(account: SandboxAccount, narrow: str, wide: str) -> None:
    """Add statements of others.

    One allows the stack's OAI to read one resource, another one its distribution to read another.
    """
    (identity,) = account.identities()
    live = account.live()
    oai = f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {identity}"
    by_oac = {"StringEquals": {"AWS:SourceArn": live["ARN"]}}
    account.put_policy(
        *account.statements().values(),
        allow("theirs-oai", {"AWS": oai}, f"arn:aws:s3:::media/{narrow}"),
        allow("theirs-oac", CLOUDFRONT, f"arn:aws:s3:::media/{wide}", Condition=by_oac),
    )


@pytest.mark.parametrize(
    ("narrow", "wide", "expected"),
    [
        ("a/*", "*", ["widens-grant"]),
        ("a/*", "b/*", ["cuts-viewers", "widens-grant"]),
        ("*", "*", []),
        ("*", "a/*", ["cuts-viewers"]),
    ],
)
def test_another_identity_that_may_read_more_is_a_hazard(
    empty: SandboxAccount, narrow: str, wide: str, expected: list[str]
) -> None:
    """It needs no grant, because a statement of others allows the new identity to read."""
    account = empty
    account.bucket("media", "a/one.mp4", "b/two.mp4")
    account.converge(signed(oai={}, grant=ELSEWHERE))
    _by_policy_of_others(account, narrow, wide)
    before, after = signed(oai={}, grant=ELSEWHERE), signed(oac={}, grant=ELSEWHERE)
    assert hazards(account.stack(before)) == []
    assert hazards(account.stack(after)) == expected
    account.converge(after, allow=expected)


def test_a_statement_of_others_that_satisfies_a_wider_prefix_is_a_hazard(empty: SandboxAccount) -> None:
    """The stack then needs no grant, and its new identity may read more than the former one."""
    account = empty
    account.bucket("media", "a/one.mp4", "b/two.mp4")
    account.converge(signed(oai={}, grant={"prefix": "a/"}))
    _by_policy_of_others(account, "a/*", "*")
    plan = account.stack(signed(oac={}))
    assert not [each for each in plan.steps if each.verb == "grant"]
    assert hazards(plan) == ["widens-grant"]
