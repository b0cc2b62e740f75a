"""Another client writes to an object's ACL, to the tags or to the distribution, while cfstream writes there."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.promises.studio import Json, Studio, by_acl, set_to, signed, signers, told
from tests.races.rival import FAULTS, Race, run
from tests.worlds import Fault

KEY = "a/one.mp4"
COLLEAGUE, FORMER = "5" * 64, "6" * 64
ACL_READS = frozenset({"get_object_acl"})
GUARDED = frozenset({"get_distribution_config"})
TAG_READS = frozenset({"list_tags_for_resource"})


def read_by(user: str) -> Json:
    """A grant to another account's canonical user."""
    return {"Grantee": {"Type": "CanonicalUser", "ID": user}, "Permission": "READ_ACP"}


def put_acl(studio: Studio, grants: list[Any]) -> None:
    """Replace the object's ACL by hand."""
    owner = studio.s3.get_object_acl(Bucket="media", Key=KEY)["Owner"]
    acl = {"Owner": owner, "Grants": grants}
    studio.s3.put_object_acl(Bucket="media", Key=KEY, AccessControlPolicy=acl)


def grants(studio: Studio) -> list[Any]:
    """The grants of the object's ACL."""
    return list(studio.s3.get_object_acl(Bucket="media", Key=KEY)["Grants"])


def adds(studio: Studio) -> None:
    """Others grant something to a colleague."""
    put_acl(studio, [*grants(studio), read_by(COLLEAGUE)])


def removes(studio: Studio) -> None:
    """Others revoke a former colleague's grant."""
    put_acl(studio, [each for each in grants(studio) if each["Grantee"].get("ID") != FORMER])


def opens(studio: Studio) -> None:
    """Others remove the signers of the distribution."""
    config = studio.config()
    studio.edit(set_to(DefaultCacheBehavior={**config["DefaultCacheBehavior"], "TrustedSigners": signers()}))


@pytest.fixture
def granted(studio: Studio) -> Studio:
    """A stack that grants on one object, which lacks the grant; a former colleague can read the object's ACL."""
    studio.bucket("media", KEY, ObjectOwnership="BucketOwnerPreferred")
    studio.converge(by_acl())
    return studio


def played(studio: Studio, fault: Fault, hand: Callable[[Studio], None], reads: frozenset[str]) -> int:
    """Play every moment of the grant, and return their number. Each starts from the same account."""
    (identity,) = studio.identities().values()
    user = identity["S3CanonicalUserId"]
    bare = [each for each in grants(studio) if each["Grantee"].get("ID") != user]
    behavior = studio.config()["DefaultCacheBehavior"]
    number = -1
    acted = True
    while acted:
        number += 1
        put_acl(studio, [*bare, read_by(FORMER)])
        studio.edit(set_to(DefaultCacheBehavior=behavior))
        plan = studio.plan(by_acl())
        race = Race(studio.world.aws, reads, "put_object_acl", fault, lambda: hand(studio), number)
        report = run(studio, plan, race, "widens-grant")
        live = studio.grants(KEY)
        acted = race.acted
        assert report.exit_code == (4 if hand is opens and live.get(user) is None else 0), told(report)
        assert hand is opens or live.get(user) == ["READ"], race.moments
        assert hand is not adds or not race.acted or live.get(COLLEAGUE) == ["READ_ACP"], race.moments
        assert hand is not removes or not race.acted or FORMER not in live, race.moments
        assert hand is not opens or race.sent_after == 0, race.moments
    return number


@pytest.mark.parametrize("hand", [adds, removes], ids=lambda hand: hand.__name__)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_what_others_do_to_an_acl_stays_done(
    granted: Studio, fault: Fault, hand: Callable[[Studio], None]
) -> None:
    """A grant that they add is kept, and one that they revoke does not come back, at whatever moment they act."""
    assert played(granted, fault, hand, ACL_READS) > 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_no_object_is_granted_after_the_signers_are_gone(granted: Studio, fault: Fault) -> None:
    """The distribution is read before the first write and after each pause."""
    assert played(granted, fault, opens, GUARDED) > 1


def test_a_long_walk_over_objects_ends_when_the_signers_go(granted: Studio) -> None:
    """The distribution is read at least every five seconds, and not a single object is granted after that."""
    for number in range(40):
        granted.s3.put_object(Bucket="media", Key=f"a/{number:02}.mp4", Body=b"-")
    plan = granted.plan(by_acl())
    race = Race(granted.world.aws, frozenset(), "put_object_acl", hand=lambda: opens(granted), at=4)

    def passing_time(call: Any) -> Any:
        clock.slept += 6.0
        return write(call)

    write, race.write = race.write, passing_time  # type: ignore[method-assign]
    clock = granted.clock
    world_report = _run_with(granted, plan, race)
    (identity,) = granted.identities().values()
    have = [key for key in _keys(granted) if identity["S3CanonicalUserId"] in granted.grants(key)]
    assert world_report == 4
    assert KEY in have
    assert len(have) < 41


def _run_with(studio: Studio, plan: Any, race: Race) -> int:
    return studio.run(plan, door=race, allow=["widens-grant"]).exit_code


def _keys(studio: Studio) -> list[str]:
    return [row["Key"] for row in studio.s3.list_objects_v2(Bucket="media")["Contents"]]


def retags(studio: Studio) -> None:
    """Others give the tag another value."""
    tags = {"Items": [{"Key": "team", "Value": "by hand"}]}
    studio.cloudfront.tag_resource(Resource=studio.live()["ARN"], Tags=tags)


def untags(studio: Studio) -> None:
    """Others remove the tag."""
    studio.cloudfront.untag_resource(Resource=studio.live()["ARN"], TagKeys={"Items": ["team"]})


def tags_beside(studio: Studio) -> None:
    """Others add a tag of their own."""
    tags = {"Items": [{"Key": "cost", "Value": "42"}]}
    studio.cloudfront.tag_resource(Resource=studio.live()["ARN"], Tags=tags)


@pytest.mark.parametrize(
    ("hand", "left"),
    [(retags, "by hand"), (untags, None), (tags_beside, "stage")],
    ids=["retags", "untags", "tags_beside"],
)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_what_others_do_to_tags_stays_done(
    studio: Studio, fault: Fault, hand: Callable[[Studio], None], left: str | None
) -> None:
    """A tag that they change, remove or add stays as they left it, at whatever moment they act."""
    studio.bucket("media", KEY)
    number = -1
    acted = True
    while acted:
        number += 1
        studio.converge(signed(tags={"team": "media"}))
        plan = studio.plan(signed(tags={"team": "stage"}))
        race = Race(studio.world.aws, TAG_READS, "tag_resource", fault, lambda: hand(studio), number)
        run(studio, plan, race)
        acted = race.acted
        live = studio.tags(studio.live()["ARN"])
        assert live.get("team") == (left if race.acted else "stage"), race.moments
        assert hand is not tags_beside or not race.acted or live["cost"] == "42", race.moments
    assert number > 1
