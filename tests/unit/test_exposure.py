"""Who can read, before and after: told by the policy, the ACLs, the blocks and every distribution that
leads here.
"""

from typing import Any

import pytest

from cfstream.exposure import Exposure, expose
from cfstream.kinds.bucket_policy import BucketPolicyKind
from cfstream.kinds.object_acl import ObjectAclKind
from tests.unit.kinds.live import distribution, live, ours, scene
from tests.unit.kinds.s3 import (
    BUCKET,
    NONE,
    OAI,
    by_oac,
    by_oai,
    land,
    missing,
    policy_of,
    s3,
    signed,
    statement,
)

HEAD = f"version: 1\nname: lectures\nbucket: {BUCKET}\n"
KEYS = "key_groups: [{use: lectures-signers}]\n"
SELF = HEAD + "trusted_signers: [self]\n"
PUBLIC = HEAD + "public: true\n"
BY_OAI = SELF + "oai: {}\n"
GROUPS = [
    {"KeyGroup": {"Id": "G1", "KeyGroupConfig": {"Name": "lectures-signers"}}},
    {"KeyGroup": {"Id": "G2", "KeyGroupConfig": {"Name": "newsroom-signers"}}},
]
OURS = "signers: self"
GRANTED = policy_of(by_oac())


def exposure(text: str, own: Any = None, others: tuple[Any, ...] = (), **replies: Any) -> Exposure:
    """The exposure of a stack whose policy and objects get what their kinds propose."""
    account = (
        {**ours(own, others), **s3(**replies)}
        if own
        else {**s3(**replies), "list_distributions": list(others)}
    )
    aws, here = live(list_key_groups=GROUPS, **account), scene(text)
    observed = {}
    steps: list[Any] = []
    for kind in (BucketPolicyKind(), ObjectAclKind()):
        seen: Any = kind.observe(aws, here, kind.desire(here))  # type: ignore[arg-type]
        steps += kind.propose(here, kind.desire(here), seen, land()).steps  # type: ignore[arg-type]
        observed[kind.name] = seen
    return expose(here, land(live=observed), steps)


def by_oac_too() -> Any:
    """Our distribution, signed for by account holders, which reads by an OAC."""
    return signed(oac="E3OAC")


def test_new_stack() -> None:
    """A bucket that is yet to be made is read by nobody, and then by those whom the signers let in."""
    seen = exposure(SELF, head=missing("404"))
    assert seen == Exposure(before=("nobody",), after=(OURS,), ours=(OURS,))


def test_unchanged() -> None:
    """A stack that is as its spec says is exposed to the same people before and after."""
    seen = exposure(SELF, by_oac_too(), policy=GRANTED)
    assert seen == Exposure(before=(OURS,), after=(OURS,), ours=(OURS,))


def test_not_granted_yet() -> None:
    """A distribution that the bucket does not let in shows nobody anything."""
    assert exposure(SELF, by_oac_too()).before == ("nobody",)
    assert exposure(SELF, distribution("E1DIST"), policy=policy_of(by_oac(), by_oai())).before == ("nobody",)


def test_key_groups() -> None:
    """Key groups are called by name, and several signers stand in one phrase."""
    text = HEAD + "key_groups: [{use: lectures-signers}, {use: G2}]\n"
    seen = exposure(text, distribution("E1DIST", oac="E3OAC", groups=("G1",)), policy=GRANTED)
    assert seen.before == ("signers: key-group lectures-signers",)
    assert seen.after == ("signers: key-group lectures-signers, key-group newsroom-signers",)


def test_own_account_number() -> None:
    """Our own account goes by the name that it has in specs."""
    own = signed(oac="E3OAC")
    own["DefaultCacheBehavior"]["TrustedSigners"]["Items"] = ["123456789012", "111122223333"]
    assert exposure(SELF, own, policy=GRANTED).before == ("signers: self, 111122223333",)


def test_public_spec() -> None:
    """A public spec opens our distribution to anyone, and that is no opening to warn of."""
    seen = exposure(PUBLIC, by_oac_too(), policy=GRANTED)
    anyone = "anyone through distribution lectures"
    assert seen == Exposure(before=(OURS,), after=(anyone,), ours=(anyone, OURS), anyone=(anyone,))


def test_disabled() -> None:
    """A disabled stack lets nobody in."""
    assert exposure(SELF + "enabled: false\n", by_oac_too(), policy=GRANTED).after == ("nobody",)
    assert exposure(SELF, {**by_oac_too(), "Enabled": False}, policy=GRANTED).before == ("nobody",)


def test_behaviors() -> None:
    """Paths with other rules stand beside the default's; those with the same do not."""
    text = (
        HEAD
        + KEYS
        + 'http: {behaviors: [{path: "/posters/*", public: true}, '
        + '{path: "/clips/*", key_groups: [{use: newsroom-signers}]}, '
        + '{path: "*.m3u8", cache_policy: CachingDisabled}]}\n'
    )
    own = distribution(
        "E1DIST", oac="E3OAC", groups=("G1",), behaviors={"/clips/*": ("G1",), "/forgotten/*": ()}
    )
    seen = exposure(text, own, policy=GRANTED)
    assert seen.before == (
        "signers: key-group lectures-signers",
        "anyone through distribution lectures (/forgotten/*)",
    )
    assert seen.after == (
        "signers: key-group lectures-signers",
        "anyone through distribution lectures (/posters/*)",
        "signers: key-group newsroom-signers (/clips/*)",
    )
    assert seen.openings == ()


def test_public_default_keeps_signers_of_paths() -> None:
    """Where the default is public, a path that the spec does not name keeps its signers."""
    own = distribution("E1DIST", oac="E3OAC", behaviors={"/clips/*": ("G2",)})
    seen = exposure(PUBLIC, own, policy=GRANTED)
    assert seen.after == (
        "anyone through distribution lectures",
        "signers: key-group newsroom-signers (/clips/*)",
    )


OPEN = statement("Open", "*")


def test_public_statement() -> None:
    """A public statement lets anyone in past CloudFront, and is warned of."""
    seen = exposure(SELF, by_oac_too(), block=NONE, policy=policy_of(by_oac(), OPEN))
    assert seen.after == (OURS, "anyone: bucket policy statement Open")
    assert seen.openings == ("anyone: bucket policy statement Open",)


def test_what_closes_a_public_statement() -> None:
    """The statement goes first, and then what let it be: block public access, by a command that can be pasted."""
    (opening,) = exposure(SELF, by_oac_too(), block=NONE, policy=policy_of(by_oac(), OPEN)).not_ours
    said, command = opening.do.splitlines()
    assert said.startswith(
        "take that statement out of the bucket's policy, or narrow it; then block public access"
    )
    assert f"which is off for the bucket {BUCKET}" in said
    assert command.startswith(f"`aws s3api put-public-access-block --bucket {BUCKET} --public-access-block")
    assert command.count("=true") == 4


def test_public_statement_without_effect() -> None:
    """A public statement lets nobody in where public buckets are restricted, or where it is of other
    objects.
    """
    assert exposure(SELF, by_oac_too(), policy=policy_of(by_oac(), OPEN)).openings == ()
    text = SELF + "grant: {prefix: hls/}\n"
    elsewhere = policy_of(by_oac(prefix="hls/"), statement("Open", "*", "posters/"))
    assert exposure(text, by_oac_too(), block=NONE, policy=elsewhere).openings == ()


def test_anybodys_distribution() -> None:
    """The CloudFront service without a pin lets in whoever makes a distribution."""
    unpinned = statement("Loose", {"Service": "cloudfront.amazonaws.com"})
    seen = exposure(SELF, by_oac_too(), block=NONE, policy=policy_of(by_oac(), unpinned))
    assert seen.openings == ("anyone with a distribution: bucket policy statement Loose",)


def test_origin_access_none() -> None:
    """A stack that reads as anyone does serves only what anyone may read, and that is no opening to warn
    of.
    """
    text = PUBLIC + "origin_access: none\n"
    seen = exposure(text, distribution("E1DIST"), block=NONE, policy=policy_of(OPEN))
    assert seen.before == ("anyone through distribution lectures", "anyone: bucket policy statement Open")
    assert seen.openings == ()
    assert exposure(text, distribution("E1DIST")).after == ("nobody",)


@pytest.mark.parametrize(
    ("principal", "phrase"),
    [
        ({"AWS": "111122223333"}, "account 111122223333"),
        ({"AWS": "arn:aws:iam::111122223333:role/reader"}, "account 111122223333"),
        ({"CanonicalUser": "8" * 64}, f"canonical user {'8' * 64}"),
        ({"Service": "media.amazonaws.com"}, "service media.amazonaws.com"),
        ({"Federated": "idp"}, "federated idp"),
        (by_oai("x", "", "EFOREIGN")["Principal"], "identity EFOREIGN of another account"),
    ],
)
def test_named_by_the_policy(principal: Any, phrase: str) -> None:
    """Others whom a statement names are told with it; they are no opening for anyone."""
    seen = exposure(SELF, by_oac_too(), policy=policy_of(by_oac(), statement("Theirs", principal)))
    assert seen.after == (OURS, f"{phrase}: bucket policy statement Theirs")
    assert seen.openings == ()


@pytest.mark.parametrize(
    "theirs",
    [
        statement("Theirs", {"AWS": "123456789012"}),
        statement("Theirs", {"AWS": "arn:aws:iam::123456789012:user/me"}),
        statement("Theirs", {"AWS": "AIDAJ3EXAMPLE7QUSDP"}),
        {**statement("Theirs", "*"), "Effect": "Deny"},
        {**statement("Theirs", {"AWS": "111122223333"}), "Action": "s3:PutObject"},
    ],
)
def test_not_worth_a_word(theirs: Any) -> None:
    """Our own account, principals that are gone, denials and other actions are none of it."""
    assert exposure(SELF, by_oac_too(), policy=policy_of(by_oac(), theirs)).after == (OURS,)


def test_condition() -> None:
    """A statement for anyone that a fixed value narrows is for whoever meets it."""
    fixed = statement("Office", "*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    seen = exposure(SELF, by_oac_too(), policy=policy_of(by_oac(), fixed))
    assert seen.after == (OURS, "whoever meets the condition: bucket policy statement Office")


def test_distribution_of_another_account() -> None:
    """A statement pinned to another account's distribution names the account."""
    arn = "arn:aws:cloudfront::111122223333:distribution/E9"
    seen = exposure(SELF, by_oac_too(), policy=policy_of(by_oac(), by_oac("Theirs", arn=arn)))
    assert seen.after == (OURS, "a distribution of account 111122223333: bucket policy statement Theirs")


def test_other_distributions() -> None:
    """Another distribution that the bucket lets in is told, and an unsigned one is warned of."""
    theirs = "arn:aws:cloudfront::123456789012:distribution/"
    others = (
        distribution("E5OPEN", oac="E7OAC"),
        distribution("E6SIGNED", oac="E7OAC", groups=("G2",)),
        distribution("E7SHUT", oac="E7OAC", enabled=False),
        distribution("E8NOT", oac="E7OAC"),
        distribution("E9BARE"),
        distribution("E9ELSE", oac="E7OAC", bucket="else-media"),
    )
    pinned = by_oac(
        "Theirs", arn=[theirs + id_ for id_ in ("E5OPEN", "E6SIGNED", "E7SHUT", "E9BARE", "E9ELSE")]
    )
    seen = exposure(SELF, by_oac_too(), others, policy=policy_of(by_oac(), pinned))
    assert seen.before == (
        OURS,
        "anyone: distribution E5OPEN (unsigned)",
        "signers: key-group newsroom-signers through distribution E6SIGNED",
    )
    assert seen.openings == ("anyone: distribution E5OPEN (unsigned)",)
    (opening,) = seen.not_ours
    assert opening.do == "give that distribution signers, or take its access to the bucket away"


def test_grant_that_opens_another_distribution() -> None:
    """A grant to an OAI by which another distribution serves anyone shows in what comes after."""
    seen = exposure(BY_OAI, signed(oai="E2OAI"), (distribution("E5OPEN", oai="E2OAI"),))
    assert seen.before == ("nobody",)
    assert seen.after == (OURS, "anyone: distribution E5OPEN (unsigned)")


def test_revoked_for_another_distribution() -> None:
    """What is revoked from an OAI is revoked from all that read by it."""
    seen = exposure(
        SELF, signed(oai="E2OAI"), (distribution("E5OPEN", oai="E2OAI"),), policy=policy_of(by_oai())
    )
    assert seen.before == (OURS, "anyone: distribution E5OPEN (unsigned)")
    assert (seen.after, seen.openings) == ((OURS,), ())


def test_transient_id() -> None:
    """A transient id in our statement stands for the OAI of our distribution, and of no other."""
    shown = policy_of({**by_oai(), "Principal": {"AWS": "AIDAJ3EXAMPLE7QUSDP"}})
    seen = exposure(BY_OAI, signed(oai="E2OAI"), (distribution("E5OPEN", oai="E2OAI"),), policy=shown)
    assert seen.before == (OURS,)


ON_OBJECTS = BY_OAI + "grant: {via: object-acl}\n"
TO_OAI = {"Grantee": {"Type": "CanonicalUser", "ID": OAI["S3CanonicalUserId"]}, "Permission": "READ"}
TO_ALL = {
    "Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"},
    "Permission": "READ",
}


def on_objects(*grants: Any, **more: Any) -> dict[str, Any]:
    """Replies of a bucket with one object that has these grants."""
    return {
        "ownership": "BucketOwnerPreferred",
        "list_objects_v2": {"Contents": [{"Key": "a.mp4"}]},
        "get_object_acl": {"Owner": {"ID": "0"}, "Grants": list(grants)},
        "get_bucket_acl": {"Owner": {"ID": "0"}, "Grants": []},
        **more,
    }


def test_granted_on_objects() -> None:
    """Grants on objects let in whoever reads by their OAI."""
    others = (distribution("E5OPEN", oai="E2OAI"),)
    seen = exposure(ON_OBJECTS, signed(oai="E2OAI"), others, **on_objects(TO_OAI))
    assert seen.before == seen.after == (OURS, "anyone: distribution E5OPEN (unsigned)")
    assert exposure(ON_OBJECTS, signed(oai="E2OAI"), others, **on_objects()).before == ("nobody",)


def test_public_objects() -> None:
    """Objects that their ACL opens are warned of, unless public ACLs are ignored."""
    open_objects = on_objects(TO_OAI, TO_ALL, block=NONE)
    seen = exposure(ON_OBJECTS, signed(oai="E2OAI"), **open_objects)
    assert seen.openings == ("anyone: 1 object with a public ACL",)
    assert exposure(ON_OBJECTS, signed(oai="E2OAI"), **on_objects(TO_OAI, TO_ALL)).openings == ()


def test_bucket_acl() -> None:
    """A bucket that anyone may list is warned of."""
    acl = {"Owner": {"ID": "0"}, "Grants": [TO_ALL]}
    seen = exposure(SELF, by_oac_too(), policy=GRANTED, **on_objects(block=NONE, get_bucket_acl=acl))
    assert seen.openings == ("anyone may see which objects there are: ACL of the bucket",)


def test_streaming_distribution() -> None:
    """A streaming distribution is asked like any other, ours by its config and others by their rows."""

    def row(id_: str, *signers: str) -> dict[str, Any]:
        origin = {
            "DomainName": f"{BUCKET}.s3.amazonaws.com",
            "OriginAccessIdentity": "origin-access-identity/cloudfront/E2OAI",
        }
        return {
            "Id": id_,
            "ARN": f"arn:aws:cloudfront::123456789012:streaming-distribution/{id_}",
            "Status": "Deployed",
            "DomainName": f"{id_.lower()}.cloudfront.net",
            "Enabled": True,
            "S3Origin": origin,
            "TrustedSigners": {"Enabled": bool(signers), "Quantity": len(signers), "Items": list(signers)},
        }

    def tags(params: Any) -> Any:
        mine = params["Resource"].endswith("/E1STREAM")
        return {"Tags": {"Items": [{"Key": "cfstream:name", "Value": "lectures"}] if mine else []}}

    own = row("E1STREAM", "self")
    seen = exposure(
        HEAD + "delivery: rtmp\ntrusted_signers: [self]\n",
        policy=policy_of(by_oai()),
        list_streaming_distributions=[own, row("E5OPEN")],
        list_tags_for_resource=tags,
        get_streaming_distribution={
            "StreamingDistribution": {**own, "StreamingDistributionConfig": own},
            "ETag": "E2",
        },
    )
    assert seen.before == seen.after == (OURS, "anyone: distribution E5OPEN (unsigned)")
