"""A spec declares the keys public that it serves to anyone, not other keys with similar paths.

Somebody who reads other keys is an opening, whatever path a viewer asks for.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.verify.account import VerifiedAccount, failed_checks
from tests.verify.openings import ANY_DISTRIBUTION, CLOUDFRONT, OBJECTS
from tests.world.configs import add_behavior, listing, signers
from tests.world.specs import Json, signed, without
from tests.world.statements import allow

PUBLIC: Json = {**without(signed(), "trusted_signers"), "public": True}


def other(account: VerifiedAccount, path: str = "", keys: str = "*", **fields: Any) -> Json:
    """Create another distribution, by default unsigned, that can read some keys under an origin path."""
    (origin,) = account.config()["Origins"]["Items"]
    origins = listing({**origin, "DomainName": "media.s3.us-east-1.amazonaws.com", "OriginPath": path})
    unsigned = {"behavior": {"TrustedSigners": signers()}}
    created = account.other_distribution(Origins=origins, **{**unsigned, **fields})
    source = {"StringEquals": {"AWS:SourceArn": created["ARN"]}}
    account.add_statement(allow("Other", CLOUDFRONT, f"arn:aws:s3:::media/{keys}", Condition=source))
    return created


def openings(account: VerifiedAccount, *documents: Json) -> list[str]:
    """Return the openings of the first spec, the same in plan and verify, and check that nothing is left to apply."""
    plan = account.plan(*documents).stacks[0]
    proof = account.verify(*documents).stacks[0]
    assert plan.steps == ()
    found = [each.text for each in plan.exposure.openings]
    assert bool(found) == (proof.exit_code == 7), failed_checks(proof)
    assert all(each in failed_checks(proof) for each in found)
    return found


def test_another_distribution_behind_an_origin_path(account: VerifiedAccount) -> None:
    """``/posters/*`` of the spec is not what ``/posters/*`` of another distribution leads to."""
    account.s3.put_object(Bucket="media", Key="private/posters/x", Body=b"secret")
    created = other(account, "/private", behavior={"TrustedSigners": signers("self")})
    account.edit(add_behavior("/posters/*", TrustedSigners=signers()), id_=created["Id"])
    assert account.visit(f"https://{created['DomainName']}/posters/x").status == 200
    (text,) = [each for each in openings(account, account.spec) if each.startswith("anyone")]
    assert text.startswith(f"anyone can read /posters/*: distribution {created['Id']} (unsigned)")


def test_another_distribution_that_serves_the_same_keys(account: VerifiedAccount) -> None:
    """Its path does not matter, because anyone can read these keys already."""
    created = other(account, "/posters")
    assert account.visit(f"https://{created['DomainName']}/one.jpg").status == 200
    assert openings(account, account.spec) == []


def test_an_origin_path_of_the_stack(empty: VerifiedAccount) -> None:
    """A public stack whose origin has a path declares only the keys under it."""
    empty.made(PUBLIC)
    empty.edit(lambda config: config["Origins"]["Items"][0].update(OriginPath="/posters"))
    assert openings(empty, PUBLIC) == []
    created = other(empty, keys="hls/*")
    (text,) = openings(empty, PUBLIC)
    assert text.startswith(f"anyone can read /hls/*: distribution {created['Id']} (unsigned)")
    assert empty.visit(f"https://{created['DomainName']}/hls/master.m3u8").status == 200


def test_a_grant_under_a_prefix(empty: VerifiedAccount) -> None:
    """A public stack declares only what its grant covers."""
    document = {**PUBLIC, "grant": {"prefix": "posters/"}}
    empty.made(document)
    assert openings(empty, document) == []
    empty.add_statement(allow("Posters", CLOUDFRONT, "arn:aws:s3:::media/posters/*"))
    assert openings(empty, document) == []
    empty.add_statement(allow("Everything", CLOUDFRONT))
    found = openings(empty, document)
    assert any(each.startswith(ANY_DISTRIBUTION) for each in found)
    assert all("statement Everything" in each for each in found)


@pytest.mark.parametrize(("path", "declared"), [("", True), ("/hls", False)])
def test_another_spec_of_the_run(account: VerifiedAccount, path: str, declared: bool) -> None:
    """Paths that another spec declares public count with its own origin path."""
    beside = {**PUBLIC, "name": "open"}
    assert account.apply(account.spec, beside, allow=["makes-public"]).exit_code == 0
    account.edit(lambda config: config["Origins"]["Items"][0].update(OriginPath=path), stack="open")
    created = other(account, keys="a/*")
    found = openings(account, account.spec, beside)
    assert [each for each in found if created["Id"] not in each] == []
    assert (found == []) is declared


def test_a_spec_of_the_run_that_is_disabled_or_for_another_bucket(account: VerifiedAccount) -> None:
    """It declares nothing."""
    other(account, keys="a/*")
    account.bucket("newer")
    for fields in ({"enabled": False}, {"bucket": "newer"}):
        beside = {**PUBLIC, "name": "open", **fields}
        plan = account.plan(account.spec, beside).stacks[0]
        assert plan.exposure.openings != ()


POSTERS: Json = signed(http={"behaviors": [{"path": "/posters/*", "public": True}]})


@pytest.mark.parametrize(
    ("document", "keys"), [(PUBLIC, "*"), (POSTERS, "posters/*")], ids=["everything", "posters"]
)
def test_s3_serves_what_is_declared_public(empty: VerifiedAccount, document: Json, keys: str) -> None:
    """It is no opening, in plan and verify. Both name the statement, and verify requests a private object."""
    empty.made(document)
    empty.unblocked()
    empty.add_statement(allow("Tmp", "*", f"arn:aws:s3:::media/{keys}"))
    assert openings(empty, document) == []
    proof = empty.proof(document)
    note = f"S3 also serves /{keys} to anyone, without CloudFront: bucket policy statement Tmp"
    for notices in (empty.plan(document).stacks[0].notices, proof.notices):
        assert any(each.text.startswith(note) for each in notices)
    assert {each.good for each in proof.findings if each.brief == "global name"} == {
        "serves nothing private by"
    }


HIDDEN: list[tuple[str, Callable[[VerifiedAccount], object]]] = [
    ("a distribution", lambda account: other(account, keys="private/*")),
    (
        "CloudFront",
        lambda account: account.add_statement(allow("Other", CLOUDFRONT, "arn:aws:s3:::media/private/*")),
    ),
]


@pytest.mark.parametrize(("name", "opens"), HIDDEN)
def test_origin_access_none(
    empty: VerifiedAccount, name: str, opens: Callable[[VerifiedAccount], object]
) -> None:
    """It declares what S3 serves to anyone, and nothing that only an identity of CloudFront can read."""
    document = signed(origin_access="none")
    empty.unblocked()
    empty.put_policy(allow("Open", "*", "arn:aws:s3:::media/posters/*"))
    empty.s3.put_object(Bucket="media", Key="private/x", Body=b"secret")
    empty.made(document)
    assert openings(empty, document) == [], name
    control = empty.cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": "theirs",
            "OriginAccessControlOriginType": "s3",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        }
    )["OriginAccessControl"]["Id"]
    opens(empty)
    for each in empty.distributions():
        if each["Id"] != empty.id():
            empty.edit(
                lambda config: config["Origins"]["Items"][0].update(OriginAccessControlId=control),
                id_=each["Id"],
            )
    found = openings(empty, document)
    assert found != []
    assert all("statement Other" in each for each in found)


def test_a_second_origin_of_a_public_stack(empty: VerifiedAccount) -> None:
    """A public stack declares what its other origins serve too: the spec leaves those as they are."""
    empty.made(PUBLIC)

    def second(config: Json) -> None:
        (ours,) = config["Origins"]["Items"]
        config["Origins"] = listing(ours, {**ours, "Id": "second", "OriginPath": "/hls"})
        add_behavior("/low/*", TargetOriginId="second")(config)

    empty.edit(second)
    assert openings(empty, PUBLIC) == []


def test_an_unlisted_behavior_that_keeps_its_signers(empty: VerifiedAccount) -> None:
    """A public spec does not declare public what a behavior that it does not name protects."""
    empty.made(PUBLIC)
    empty.edit(add_behavior("/hls/*", first=True, TrustedSigners=signers("self")))
    assert openings(empty, PUBLIC) == []
    created = other(empty)
    (text,) = openings(empty, PUBLIC)
    assert text.startswith(f"anyone can read /*: distribution {created['Id']} (unsigned)")


def test_the_order_of_the_spec_counts(account: VerifiedAccount) -> None:
    """A behavior after a signed one declares none of that one's paths public."""
    behaviors = [{"path": "/posters/raw/*", "key_groups": account.spec["key_groups"]}, *_behaviors(account)]
    document = {**account.spec, "http": {**account.spec["http"], "behaviors": behaviors}}
    account.made(document)
    assert openings(account, document) == []
    created = other(account, keys="posters/raw/*")
    (text,) = openings(account, document)
    assert created["Id"] in text


def _behaviors(account: VerifiedAccount) -> list[Json]:
    found: list[Json] = account.spec["http"]["behaviors"]
    return found


def test_the_keys_of_a_statement_are_split_by_what_is_declared(account: VerifiedAccount) -> None:
    """A statement for more than the public paths is an opening, one for less is not."""
    account.unblocked()
    own = account.statements()["cfstream-lectures-oac"]
    account.put_policy(own, allow("Open", "*", "arn:aws:s3:::media/posters/*"))
    assert openings(account, account.spec) == []
    account.put_policy(own, allow("Open", "*", "arn:aws:s3:::media/post*"))
    assert any(each.startswith("anyone") for each in openings(account, account.spec))
    account.put_policy(own, allow("Open", "*", OBJECTS))
    assert any(each.startswith("anyone") for each in openings(account, account.spec))


def test_a_path_that_another_stack_of_the_run_opens(account: VerifiedAccount) -> None:
    """Together, plan and verify name the stack and the path in a note. Alone, it is an opening, with both names."""
    other = signed(name="posters", http={"behaviors": [{"path": "/posters/*", "public": True}]})
    account.converge(other, allow=["makes-public"])
    assert openings(account, account.spec, other) == []
    note = "anyone can read paths of other stacks of this run, whose specs declare them public: posters (/posters/*)"
    for found in (account.plan(account.spec, other), account.verify(account.spec, other)):
        assert note in [each.text for each in found.stacks[0].notices]
    (alone,) = account.plan(without(account.spec, "http")).stacks[0].exposure.openings
    assert alone.text.startswith("anyone can read /posters/*: distribution ")
    assert " of stack posters (unsigned)" in alone.text
    assert "name the spec of stack posters in the same command" in alone.do
