"""Who can read before and after a plan, in words."""

from typing import Any

import pytest

from cfstream.access.route import MERGED
from cfstream.render.readers import before_and_after, readers_after, readers_before
from tests.unit.kinds.live import distribution
from tests.unit.kinds.s3 import BUCKET, NONE, by_oac, by_oai, missing, policy_of, signed, statement
from tests.unit.planning.planned import (
    BY_OAI,
    GROUPS,
    HEAD,
    OAC,
    ON_OBJECTS,
    PUBLIC,
    TO_ALL,
    TO_OAI,
    account,
    exposure,
    on_objects,
    opening_texts,
    planned,
)

KEYS = HEAD + "key_groups: [{use: lectures-signers}]\n"
OURS = "signers: self"
GRANTED = policy_of(by_oac())
OPEN = statement("Open", "*")
OWN = signed(oac="E3OAC")


def test_new_stack() -> None:
    """Nobody can read a bucket that does not exist; afterwards the signers can."""
    text = OAC.replace(BUCKET, f"{{name: {BUCKET}, region: eu-west-1, create: true}}")
    seen = exposure(text, head=missing("404"))
    assert (seen.before, seen.after, seen.openings) == (("nobody",), (OURS,), ())
    assert (seen.ours, seen.anyone) == ((OURS,), ())


def test_unchanged() -> None:
    """The same readers can read a stack that is in sync, before and after."""
    seen = exposure(OAC, OWN, policy=GRANTED)
    assert (seen.before, seen.after, seen.openings) == ((OURS,), (OURS,), ())


@pytest.mark.parametrize(
    ("live", "spec", "before", "after"),
    [
        ("", "a/", "/*", "/a/*"),
        ("a/", "", "/a/*", "/*"),
        ("a/", "a/", "/a/*", "/a/*"),
        ("b/", "a/", "/b/*", "/a/*"),
    ],
)
def test_both_sides_have_the_paths_that_the_bucket_allows(
    live: str, spec: str, before: str, after: str
) -> None:
    """A grant that changes shows what viewers lose or gain."""
    text = OAC + f'grant: {{prefix: "{spec}"}}\n'
    seen = exposure(text, OWN, policy=policy_of(by_oac(prefix=live)))
    assert before_and_after(seen) == ((f"{OURS} ({before})",), (f"{OURS} ({after})",))
    assert (seen.before, seen.after) == ((OURS,), (OURS,))


def test_not_granted_yet() -> None:
    """A distribution to which the bucket grants nothing serves nobody."""
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
    """The account itself is shown as in specs: self."""
    own = signed(oac="E3OAC")
    own["DefaultCacheBehavior"]["TrustedSigners"]["Items"] = ["123456789012", "111122223333"]
    assert exposure(OAC, own, policy=GRANTED).before == ("signers: self, 111122223333",)


def test_public_spec() -> None:
    """A public spec allows anyone to read through the stack's distribution, which is not an opening."""
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


def test_a_behavior_of_its_own_changes_no_answer() -> None:
    """Signers of the default behavior can read the same through a new one with the same signers."""
    text = KEYS + 'http: {behaviors: [{path: "*.m3u8", cache_policy: CachingDisabled}]}\n'
    own = distribution("E1DIST", oac="E3OAC", groups=("G1",))
    (row,) = exposure(text, own, policy=GRANTED).access
    assert (row.paths, row.before, row.after) == (("/*", "/*.m3u8"), True, True)


def test_a_path_that_passes_to_other_signers() -> None:
    """The row of those who lose it names that path, and not all that they could read."""
    text = KEYS + 'http: {behaviors: [{path: "/clips/*", key_groups: [{use: newsroom-signers}]}]}\n'
    own = distribution("E1DIST", oac="E3OAC", groups=("G1",))
    rows = exposure(text, own, policy=GRANTED).access
    assert {(str(each.reader), each.paths, each.before, each.after) for each in rows} == {
        ("key-group lectures-signers", ("/*",), True, True),
        ("key-group lectures-signers", ("/clips/*",), True, False),
        ("key-group newsroom-signers", ("/clips/*",), False, True),
    }


def test_public_default_keeps_signers_of_paths() -> None:
    """If the default is public, a path that the spec does not name keeps its signers."""
    own = distribution("E1DIST", oac="E3OAC", behaviors={"/clips/*": ("G2",)})
    seen = exposure(PUBLIC, own, policy=GRANTED)
    assert seen.after == (
        "anyone through distribution lectures",
        "signers: key-group newsroom-signers (/clips/*)",
    )


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
    advice, command = seen.openings[0].do.splitlines()
    assert advice.startswith("if it is intended, list arn:aws:cloudfront::")
    assert command == "`cfstream import E5OPEN --out E5OPEN.yaml`"


def test_grant_that_opens_another_distribution() -> None:
    """A grant to an OAI with which another distribution serves anyone shows after the plan."""
    seen = exposure(BY_OAI, signed(oai="E2OAI"), (distribution("E5OPEN", oai="E2OAI"),))
    assert seen.before == ("nobody",)
    statement_ = "bucket policy statement cfstream-lectures-oai"
    assert seen.after == (OURS, f"anyone: distribution E5OPEN (unsigned), {statement_}")


def test_a_grant_that_another_distribution_uses_stays() -> None:
    """It is not revoked, so that distribution continues to serve, and is an opening."""
    seen = exposure(
        OAC, signed(oai="E2OAI"), (distribution("E5OPEN", oai="E2OAI"),), policy=policy_of(by_oai())
    )
    open_ = "anyone: distribution E5OPEN (unsigned), bucket policy statement cfstream-lectures-oai"
    assert seen.before == seen.after == (OURS, open_)
    assert len(seen.openings) == 1


def test_transient_id() -> None:
    """A transient id in the stack's statement means the OAI of its distribution, and no other principal."""
    shown = policy_of({**by_oai(), "Principal": {"AWS": "AIDAJ3EXAMPLE7QUSDP"}})
    assert exposure(BY_OAI, signed(oai="E2OAI"), policy=shown).before == (OURS,)


OPEN_BY_ACL = "anyone: distribution E5OPEN (unsigned), object ACL"


def test_granted_on_objects() -> None:
    """Grants on objects serve every distribution that reads with their OAI."""
    others = (distribution("E5OPEN", oai="E2OAI"),)
    seen = exposure(ON_OBJECTS, signed(oai="E2OAI"), others, mark="E2OAI", **on_objects(TO_OAI))
    assert seen.before == seen.after == (OURS, OPEN_BY_ACL)
    assert exposure(ON_OBJECTS, signed(oai="E2OAI"), others, **on_objects()).before == ("nobody",)


def test_granted_on_objects_earlier() -> None:
    """A plan that moves the grant to the policy reads the grants on objects, so it shows who could read."""
    seen = exposure(BY_OAI, signed(oai="E2OAI"), mark="E2OAI", **on_objects(TO_OAI))
    assert (seen.before, seen.after) == ((OURS,), (OURS,))


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
    assert opening_texts(seen) == ["anyone can list the objects: bucket ACL"]
    assert seen.after == (OURS, "anyone can list the objects: bucket ACL")


def test_streaming_distribution() -> None:
    """A streaming distribution counts like any other: the stack's own by its configuration, others by their rows."""

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


def test_paths_of_other_signers_are_excluded() -> None:
    """A pattern is shown without what others sign in front of it, and with what the reader or anyone can read."""
    text = KEYS + (
        'http: {behaviors: [{path: "/posters/*", public: true}, '
        '{path: "/clips/mine/*", cache_policy: CachingDisabled}, '
        '{path: "/clips/a*", public: true}, '
        '{path: "/clips/*", key_groups: [{use: newsroom-signers}]}, '
        '{path: "*.m3u8", cache_policy: CachingDisabled}]}\n'
    )
    own = distribution("E1DIST", oac="E3OAC", groups=("G1",))
    seen = exposure(text, own, policy=GRANTED)
    rows = {(str(each.reader), each.paths): each.excluded for each in seen.access if each.after}
    assert rows["key-group lectures-signers", ("/*", "/*.m3u8", "/clips/mine/*")] == ("/clips/*",)
    assert rows["key-group newsroom-signers", ("/clips/*",)] == ("/clips/mine/*",)
    assert rows["anyone", ("/clips/a*", "/posters/*")] == ()
    assert readers_before(seen) == ("signers: key group lectures-signers",)
    shown = readers_after(seen)
    assert shown == (
        "signers: key group lectures-signers (/* except /clips/*)",
        "anyone through distribution lectures (/posters/*)",
        "anyone through distribution lectures (/clips/a*)",
        "signers: key group newsroom-signers (/clips/* except /clips/mine/*)",
    )
    _, after = before_and_after(seen)
    assert after == tuple(phrase.replace("key group", "key-group") for phrase in shown)


def test_too_many_groups_of_paths_are_judged_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notice says so: what is said of the others may be true of only some of them."""
    monkeypatch.setattr("cfstream.access.partition.MOST_CELLS", 2)
    paths = ", ".join(f"{{path: '/{name}/*', public: true}}" for name in "abcdef")
    live = account(OWN, policy=GRANTED, list_key_groups=GROUPS)
    plan = planned(f"{OAC}http: {{behaviors: [{paths}]}}\n", live)
    (notice,) = [each.text for each in plan.notices if "groups of paths" in each.text]
    assert notice.endswith(f"the others are judged together ({MERGED})")
    assert {row.certain for row in plan.exposure.access if row.after} == {True, False}
    assert any(hazard.name == "makes-public" for hazard, _ in plan.hazards)
