"""Who can read before and after a plan, in words."""

from typing import Any

import pytest

from cfstream.planning.exposure import Exposure
from tests.unit.kinds.live import distribution
from tests.unit.kinds.s3 import ALL, BUCKET, NONE, by_oac, by_oai, missing, policy_of, signed, statement
from tests.unit.planning.planned import (
    BY_OAI,
    HEAD,
    OAC,
    ON_OBJECTS,
    PUBLIC,
    TO_ALL,
    TO_OAI,
    account,
    on_objects,
    planned,
)

GROUPS = [
    {"KeyGroup": {"Id": "G1", "KeyGroupConfig": {"Name": "lectures-signers", "Items": ["K1"]}}},
    {"KeyGroup": {"Id": "G2", "KeyGroupConfig": {"Name": "newsroom-signers", "Items": ["K2"]}}},
]
KEYS = HEAD + "key_groups: [{use: lectures-signers}]\n"
OURS = "signers: self"
GRANTED = policy_of(by_oac())
OPEN = statement("Open", "*")
OWN = signed(oac="E3OAC")


def exposure(text: str, own: Any = None, others: tuple[Any, ...] = (), **replies: Any) -> Exposure:
    """Return who can read a stack, before and after its plan."""
    return planned(text, account(own, others, list_key_groups=GROUPS, **replies)).exposure


def opening_texts(seen: Exposure) -> list[str]:
    """Return the texts of the openings."""
    return [each.text for each in seen.openings]


def test_new_stack() -> None:
    """Nobody can read a bucket that does not exist; afterwards the signers can."""
    text = OAC.replace(BUCKET, f"{{name: {BUCKET}, region: eu-west-1, create: true}}")
    seen = exposure(text, head=missing("404"))
    assert (seen.before, seen.after, seen.openings) == (("nobody",), (OURS,), ())
    assert (seen.ours, seen.anyone) == ((OURS,), ())


def test_unchanged() -> None:
    """The same people can read a stack that is as its spec says, before and after."""
    seen = exposure(OAC, OWN, policy=GRANTED)
    assert (seen.before, seen.after, seen.openings) == ((OURS,), (OURS,), ())


def test_not_granted_yet() -> None:
    """A distribution that the bucket does not grant anything serves nobody."""
    assert exposure(OAC, OWN).before == ("nobody",)
    both = policy_of(by_oac(), by_oai())
    assert exposure(OAC, distribution("E1DIST"), policy=both).before == ("nobody",)


def test_key_groups() -> None:
    """Key groups have their names, and several signers are one phrase."""
    text = HEAD + "key_groups: [{use: lectures-signers}, {use: G2}]\n"
    seen = exposure(text, distribution("E1DIST", oac="E3OAC", groups=("G1",)), policy=GRANTED)
    assert seen.before == ("signers: key-group lectures-signers",)
    assert seen.after == ("signers: key-group lectures-signers, key-group newsroom-signers",)


def test_own_account_number() -> None:
    """The own account has the name that specs give it."""
    own = signed(oac="E3OAC")
    own["DefaultCacheBehavior"]["TrustedSigners"]["Items"] = ["123456789012", "111122223333"]
    assert exposure(OAC, own, policy=GRANTED).before == ("signers: self, 111122223333",)


def test_public_spec() -> None:
    """A public spec lets anyone read through the stack's distribution, which is no opening."""
    seen = exposure(PUBLIC, OWN, policy=GRANTED)
    anyone = "anyone through distribution lectures"
    assert (seen.before, seen.after, seen.openings) == ((OURS,), (anyone,), ())
    assert (seen.ours, seen.anyone) == ((anyone, OURS), (anyone,))


def test_disabled() -> None:
    """A disabled stack serves nobody."""
    assert exposure(OAC + "enabled: false\n", OWN, policy=GRANTED).after == ("nobody",)
    assert exposure(OAC, {**OWN, "Enabled": False}, policy=GRANTED).before == ("nobody",)


def test_behaviors() -> None:
    """Paths with other rules are listed by precedence after the default; those with the same rules are not."""
    text = KEYS + (
        'http: {behaviors: [{path: "/posters/*", public: true}, '
        '{path: "/clips/*", key_groups: [{use: newsroom-signers}]}, '
        '{path: "*.m3u8", cache_policy: CachingDisabled}]}\n'
    )
    behaviors = {"/clips/*": ("G1",), "/forgotten/*": (), "/also/*": ()}
    own = distribution("E1DIST", oac="E3OAC", groups=("G1",), behaviors=behaviors)
    seen = exposure(text, own, policy=GRANTED)
    assert seen.before == (
        "signers: key-group lectures-signers",
        "anyone through distribution lectures (/forgotten/*)",
        "anyone through distribution lectures (/also/*)",
    )
    assert seen.after[:3] == (
        "signers: key-group lectures-signers",
        "anyone through distribution lectures (/posters/*)",
        "signers: key-group newsroom-signers (/clips/*)",
    )
    assert seen.openings == ()


def test_rows_hold_paths_with_equal_answers_only() -> None:
    """A path that is public now and one that was public are two rows."""
    text = KEYS + 'http: {behaviors: [{path: "/posters/*", public: true}]}\n'
    own = distribution("E1DIST", oac="E3OAC", groups=("G1",), behaviors={"/old/*": ()})
    rows = [each for each in exposure(text, own, policy=GRANTED).access if str(each.reader) == "anyone"]
    assert {each.paths: (each.before, each.after) for each in rows} == {
        ("/old/*",): (True, False),
        ("/posters/*",): (False, True),
    }


def test_public_default_keeps_signers_of_paths() -> None:
    """If the default is public, a path that the spec does not name keeps its signers."""
    own = distribution("E1DIST", oac="E3OAC", behaviors={"/clips/*": ("G2",)})
    seen = exposure(PUBLIC, own, policy=GRANTED)
    assert seen.after == (
        "anyone through distribution lectures",
        "signers: key-group newsroom-signers (/clips/*)",
    )


def test_public_statement() -> None:
    """With a public statement anyone can read past CloudFront: one phrase, and one opening."""
    seen = exposure(OAC, OWN, block=NONE, policy=policy_of(by_oac(), OPEN))
    assert seen.after == (OURS, "anyone: bucket policy statement Open")
    assert opening_texts(seen) == ["anyone can read /*: bucket policy statement Open"]


def test_what_closes_a_public_statement() -> None:
    """The statement comes first, then block public access by a command that can be pasted."""
    (opening,) = exposure(OAC, OWN, block=NONE, policy=policy_of(by_oac(), OPEN)).openings
    said, command = opening.do.splitlines()
    assert said.startswith(
        "remove that statement from the bucket policy, or narrow it; then block public access"
    )
    assert f"for the bucket {BUCKET}" in said
    assert command.startswith(f"`aws s3api put-public-access-block --bucket {BUCKET} --public-access-block")
    assert command.count("=true") == 4


def test_public_statement_under_the_blocks() -> None:
    """RestrictPublicBuckets denies the public, but leaves distributions of any account and services in."""
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), OPEN))
    assert "anyone: bucket policy statement Open" not in seen.after
    assert "anyone through a distribution of any account: bucket policy statement Open" in seen.after
    assert len(seen.openings) == 1


def test_public_statement_for_other_paths() -> None:
    """Every object of the bucket counts, also those outside of the prefix that the stack serves."""
    elsewhere = policy_of(by_oac(prefix="hls/"), statement("Open", "*", "posters/"))
    seen = exposure(OAC + "grant: {prefix: hls/}\n", OWN, block=NONE, policy=elsewhere)
    assert opening_texts(seen) == ["anyone can read /posters/*: bucket policy statement Open"]
    assert [each.witness for each in seen.openings] == ["/posters/"]


def test_distributions_of_anyone() -> None:
    """A statement for CloudFront without a fixed source lets distributions of any account read, blocks or not."""
    unfixed = statement("Loose", {"Service": "cloudfront.amazonaws.com"})
    for block in (NONE, ALL):
        seen = exposure(OAC, OWN, block=block, policy=policy_of(by_oac(), unfixed))
        assert seen.after == (
            OURS,
            "anyone through a distribution of any account: bucket policy statement Loose",
        )
        assert len(seen.openings) == 1


def test_origin_access_none() -> None:
    """A stack that reads as anyone does serves only what anyone can read, and that is no opening."""
    text = PUBLIC + "origin_access: none\n"
    seen = exposure(text, distribution("E1DIST"), block=NONE, policy=policy_of(OPEN))
    assert seen.before == ("anyone through distribution lectures", "anyone: bucket policy statement Open")
    assert seen.openings == ()
    assert exposure(text, distribution("E1DIST")).after == ("nobody",)


@pytest.mark.parametrize(
    ("principal", "reader"),
    [
        ({"AWS": "111122223333"}, "account 111122223333"),
        (
            {"AWS": "arn:aws:iam::111122223333:role/reader"},
            "principal arn:aws:iam::111122223333:role/reader",
        ),
        ({"CanonicalUser": "8" * 64}, f"canonical {'8' * 64}"),
        (by_oai("x", "", "EFOREIGN")["Principal"], "oai EFOREIGN"),
    ],
)
def test_named_by_the_policy(principal: Any, reader: str) -> None:
    """Others that a statement names are listed with it, and are openings unless the spec lists them."""
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), statement("Theirs", principal)))
    assert seen.after == (OURS, f"{reader}: bucket policy statement Theirs")
    assert opening_texts(seen) == [f"{reader} can read /*: bucket policy statement Theirs"]
    (opening,) = seen.openings
    assert "also_read_by" in opening.do


def test_service() -> None:
    """A service that acts for any account is an opening, and is named once."""
    seen = exposure(
        OAC, OWN, policy=policy_of(by_oac(), statement("Theirs", {"Service": "media.amazonaws.com"}))
    )
    assert opening_texts(seen) == [
        "service media.amazonaws.com for any account can read /*: bucket policy statement Theirs"
    ]


def test_listed_in_the_spec() -> None:
    """A reader that also_read_by lists is shown, and is no opening."""
    theirs = statement("Theirs", {"AWS": "arn:aws:iam::111122223333:role/reader"})
    text = OAC + 'also_read_by: ["111122223333"]\n'
    seen = exposure(text, OWN, policy=policy_of(by_oac(), theirs))
    assert (len(seen.after), seen.openings) == (2, ())


@pytest.mark.parametrize(
    "theirs",
    [
        statement("Theirs", {"AWS": "123456789012"}),
        statement("Theirs", {"AWS": "arn:aws:iam::123456789012:user/me"}),
        {**statement("Theirs", "*"), "Effect": "Deny"},
    ],
)
def test_inside(theirs: Any) -> None:
    """The own account, its principals and denials are neither listed nor openings."""
    own = (
        {**theirs, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
        if theirs["Effect"] == "Deny"
        else theirs
    )
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), own))
    assert (seen.after, seen.openings) == ((OURS,), ())


def test_deleted_principal() -> None:
    """A unique id of a principal that was deleted is a note, not an opening."""
    theirs = statement("Theirs", {"AWS": "AIDAJ3EXAMPLE7QUSDP"})
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), theirs))
    assert seen.openings == ()
    assert any("AIDAJ3EXAMPLE7QUSDP" in note for note in seen.notes)


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("s3:PutObject", "can write objects"),
        ("s3:DeleteObject", "can write objects"),
        ("s3:PutBucketPolicy", "can change who can read"),
        ("s3:PutObjectAcl", "can change who can read"),
        ("s3:ListBucket", "can list which objects there are"),
    ],
)
def test_who_can_do_something_else_than_read(action: str, text: str) -> None:
    """Others who can write, list or change who can read are openings too."""
    resources = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    theirs = {**statement("Theirs", {"AWS": "111122223333"}), "Action": action, "Resource": resources}
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), theirs))
    assert opening_texts(seen) == [f"account 111122223333 {text}: bucket policy statement Theirs"]


def test_network() -> None:
    """A statement for anyone from one network names the network."""
    fixed = statement("Office", "*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), fixed))
    assert seen.after == (OURS, "network 203.0.113.0/24: bucket policy statement Office")
    listed = exposure(OAC + "also_read_by: [203.0.113.0/24]\n", OWN, policy=policy_of(by_oac(), fixed))
    assert listed.openings == ()


def test_distribution_of_another_account() -> None:
    """A statement for one distribution of another account names it."""
    arn = "arn:aws:cloudfront::111122223333:distribution/E9"
    seen = exposure(OAC, OWN, policy=policy_of(by_oac(), by_oac("Theirs", arn=arn)))
    assert seen.after == (OURS, f"distribution {arn}: bucket policy statement Theirs")
    assert len(seen.openings) == 1


def test_other_distributions() -> None:
    """Other distributions that the bucket grants are listed; an unsigned one is an opening."""
    theirs = "arn:aws:cloudfront::123456789012:distribution/"
    others = (
        distribution("E5OPEN", oac="E7OAC"),
        distribution("E5PATH", oac="E7OAC", groups=("G2",), behaviors={"/free/*": ()}),
        distribution("E6SIGNED", oac="E7OAC", groups=("G2",)),
        distribution("E7OFF", oac="E7OAC", enabled=False),
        distribution("E8NOT", oac="E7OAC"),
        distribution("E9BARE"),
        distribution("E9ELSE", oac="E7OAC", bucket="else-media"),
    )
    named = ("E5OPEN", "E5PATH", "E6SIGNED", "E7OFF", "E9BARE", "E9ELSE")
    pinned = by_oac("Theirs", arn=[theirs + id_ for id_ in named])
    seen = exposure(OAC, OWN, others, policy=policy_of(by_oac(), pinned))
    assert seen.before == (
        OURS,
        "anyone: distribution E5OPEN (unsigned), bucket policy statement Theirs",
        "anyone: distribution E5PATH (unsigned), bucket policy statement Theirs (/free/*)",
        "signers: key-group newsroom-signers through distribution E5PATH",
        "signers: key-group newsroom-signers through distribution E6SIGNED",
    )
    assert [text for text in opening_texts(seen) if "unsigned" in text] == [
        "anyone can read /*: distribution E5OPEN (unsigned), bucket policy statement Theirs",
        "anyone can read /free/*: distribution E5PATH (unsigned), bucket policy statement Theirs",
    ]
    assert seen.openings[0].do.startswith("give that distribution signers, remove its access to the bucket")


def test_grant_that_opens_another_distribution() -> None:
    """A grant to an OAI by which another distribution serves anyone shows after the plan."""
    seen = exposure(BY_OAI, signed(oai="E2OAI"), (distribution("E5OPEN", oai="E2OAI"),))
    assert seen.before == ("nobody",)
    statement_ = "bucket policy statement cfstream-lectures-oai"
    assert seen.after == (OURS, f"anyone: distribution E5OPEN (unsigned), {statement_}")


def test_what_another_distribution_reads_by_stays() -> None:
    """It is not revoked, so that distribution goes on serving, and is an opening."""
    seen = exposure(
        OAC, signed(oai="E2OAI"), (distribution("E5OPEN", oai="E2OAI"),), policy=policy_of(by_oai())
    )
    open_ = "anyone: distribution E5OPEN (unsigned), bucket policy statement cfstream-lectures-oai"
    assert seen.before == seen.after == (OURS, open_)
    assert len(seen.openings) == 1


def test_transient_id() -> None:
    """A transient id in our statement stands for the OAI of our distribution, and for no other principal."""
    shown = policy_of({**by_oai(), "Principal": {"AWS": "AIDAJ3EXAMPLE7QUSDP"}})
    assert exposure(BY_OAI, signed(oai="E2OAI"), policy=shown).before == (OURS,)


OPEN_BY_ACL = "anyone: distribution E5OPEN (unsigned), object ACL"


def test_granted_on_objects() -> None:
    """Grants on objects serve every distribution that reads by their OAI."""
    others = (distribution("E5OPEN", oai="E2OAI"),)
    seen = exposure(ON_OBJECTS, signed(oai="E2OAI"), others, mark="E2OAI", **on_objects(TO_OAI))
    assert seen.before == seen.after == (OURS, OPEN_BY_ACL)
    assert exposure(ON_OBJECTS, signed(oai="E2OAI"), others, **on_objects()).before == ("nobody",)


def test_granted_on_objects_earlier() -> None:
    """A plan that moves the grant to the policy reads what objects were granted, so it shows who could read."""
    seen = exposure(BY_OAI, signed(oai="E2OAI"), mark="E2OAI", **on_objects(TO_OAI))
    assert seen.before == (OURS,)
    assert seen.after[0] == OURS


def test_public_objects() -> None:
    """Objects with a public ACL are openings, unless public ACLs are ignored; the first plan sees them too."""
    for own in (None, signed(oai="E2OAI")):
        seen = exposure(ON_OBJECTS, own, **on_objects(TO_OAI, TO_ALL, block=NONE))
        assert opening_texts(seen) == ["anyone can read /a.mp4: object ACL"]
        assert exposure(ON_OBJECTS, own, **on_objects(TO_OAI, TO_ALL)).openings == ()


def test_bucket_acl() -> None:
    """A bucket whose objects anyone can list is an opening."""
    acl = {"Owner": {"ID": "0"}, "Grants": [TO_ALL]}
    seen = exposure(OAC, OWN, policy=GRANTED, **on_objects(block=NONE, get_bucket_acl=acl))
    assert opening_texts(seen) == ["anyone can list which objects there are: bucket ACL"]
    assert seen.after == (OURS, "anyone can list which objects there are: bucket ACL")


def test_streaming_distribution() -> None:
    """A streaming distribution counts like any other: ours by its configuration, others by their rows."""

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
    open_ = "anyone: streaming distribution E5OPEN (unsigned), bucket policy statement cfstream-lectures-oai"
    assert seen.before == seen.after == (OURS, open_)
