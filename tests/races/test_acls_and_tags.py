"""Another client writes to an object's ACL, to the tags or to the distribution, while cfstream writes there."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.races.other_client import FAULTS, Race, run
from tests.world.account import SandboxAccount
from tests.world.configs import set_to, signers
from tests.world.faults import Fault
from tests.world.plans import report_lines
from tests.world.specs import Json, by_acl, signed

KEY = "a/one.mp4"
COLLEAGUE, FORMER = "5" * 64, "6" * 64
ACL_READS = frozenset({"get_object_acl"})
GUARDED = frozenset({"get_distribution_config"})
TAG_READS = frozenset({"list_tags_for_resource"})


def read_by(user: str) -> Json:
    """Return a grant to another account's canonical user."""
    return {"Grantee": {"Type": "CanonicalUser", "ID": user}, "Permission": "READ_ACP"}


def put_acl(account: SandboxAccount, grants: list[Any]) -> None:
    """Replace the object's ACL by hand."""
    owner = account.s3.get_object_acl(Bucket="media", Key=KEY)["Owner"]
    acl = {"Owner": owner, "Grants": grants}
    account.s3.put_object_acl(Bucket="media", Key=KEY, AccessControlPolicy=acl)


def grants(account: SandboxAccount) -> list[Any]:
    """Return the grants of the object's ACL."""
    return list(account.s3.get_object_acl(Bucket="media", Key=KEY)["Grants"])


def adds(account: SandboxAccount) -> None:
    """Another client grants something to a colleague."""
    put_acl(account, [*grants(account), read_by(COLLEAGUE)])


def removes(account: SandboxAccount) -> None:
    """Another client revokes a former colleague's grant."""
    put_acl(account, [each for each in grants(account) if each["Grantee"].get("ID") != FORMER])


def opens(account: SandboxAccount) -> None:
    """Another client removes the signers of the distribution."""
    config = account.config()
    account.edit(set_to(DefaultCacheBehavior={**config["DefaultCacheBehavior"], "TrustedSigners": signers()}))


@pytest.fixture
def granted(account: SandboxAccount) -> SandboxAccount:
    """A stack that grants on one object, which lacks the grant; a former colleague can read the object's ACL."""
    account.start_at(
        "one object", lambda: account.bucket("media", KEY, ObjectOwnership="BucketOwnerPreferred")
    )
    account.converge(by_acl())
    return account


def grant_in_races(
    account: SandboxAccount, fault: Fault, change: Callable[[SandboxAccount], None], reads: frozenset[str]
) -> int:
    """Run the grant once for each time at which the other client can act, and return the number.

    Each run starts from the same account.
    """
    (identity,) = account.identities().values()
    user = identity["S3CanonicalUserId"]
    bare = [each for each in grants(account) if each["Grantee"].get("ID") != user]
    put_acl(account, [*bare, read_by(FORMER)])
    saved = account.sandbox.save()
    plan = account.plan(by_acl())
    number = -1
    acted = True
    while acted:
        number += 1
        account.sandbox.restore(saved)
        race = Race(account.world.aws, reads, "put_object_acl", fault, lambda: change(account), number)
        report = run(account, plan, race, "widens-grant")
        live = account.grants(KEY)
        acted = race.acted
        assert report.exit_code == (4 if change is opens and live.get(user) is None else 0), report_lines(
            report
        )
        assert change is opens or live.get(user) == ["READ"], race.moments
        assert change is not adds or not race.acted or live.get(COLLEAGUE) == ["READ_ACP"], race.moments
        assert change is not removes or not race.acted or FORMER not in live, race.moments
        assert change is not opens or race.sent_after == 0, race.moments
    return number


@pytest.mark.parametrize("change", [adds, removes], ids=lambda change: change.__name__)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_changes_of_an_acl_by_others_stay(
    granted: SandboxAccount, fault: Fault, change: Callable[[SandboxAccount], None]
) -> None:
    """A grant that they add is kept, and one that they revoke does not come back, whenever they act."""
    assert grant_in_races(granted, fault, change, ACL_READS) > 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_no_object_is_granted_after_the_signers_are_removed(granted: SandboxAccount, fault: Fault) -> None:
    """The distribution is read before the first write and after each pause."""
    assert grant_in_races(granted, fault, opens, GUARDED) > 1


def test_a_long_grant_ends_when_the_signers_are_removed(granted: SandboxAccount) -> None:
    """The distribution is read at least every five seconds, and no object is granted after that."""
    for number in range(40):
        granted.s3.put_object(Bucket="media", Key=f"a/{number:02}.mp4", Body=b"-")
    plan = granted.plan(by_acl())
    race = Race(granted.world.aws, frozenset(), "put_object_acl", change=lambda: opens(granted), at=4)

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


def _run_with(account: SandboxAccount, plan: Any, race: Race) -> int:
    return account.run(plan, port=race, allow=["widens-grant"]).exit_code


def _keys(account: SandboxAccount) -> list[str]:
    return [row["Key"] for row in account.s3.list_objects_v2(Bucket="media")["Contents"]]


def retags(account: SandboxAccount) -> None:
    """Another client gives the tag another value."""
    tags = {"Items": [{"Key": "team", "Value": "by hand"}]}
    account.cloudfront.tag_resource(Resource=account.live()["ARN"], Tags=tags)


def untags(account: SandboxAccount) -> None:
    """Another client removes the tag."""
    account.cloudfront.untag_resource(Resource=account.live()["ARN"], TagKeys={"Items": ["team"]})


def tags_beside(account: SandboxAccount) -> None:
    """Another client adds its own tag."""
    tags = {"Items": [{"Key": "cost", "Value": "42"}]}
    account.cloudfront.tag_resource(Resource=account.live()["ARN"], Tags=tags)


@pytest.mark.parametrize(
    ("change", "left"),
    [(retags, "by hand"), (untags, None), (tags_beside, "stage")],
    ids=["retags", "untags", "tags_beside"],
)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_changes_of_tags_by_others_stay(
    account: SandboxAccount, fault: Fault, change: Callable[[SandboxAccount], None], left: str | None
) -> None:
    """A tag that they change, remove or add stays as they left it, whenever they act."""
    account.bucket("media", KEY)
    number = -1
    acted = True
    while acted:
        number += 1
        account.converge(signed(tags={"team": "media"}))
        plan = account.plan(signed(tags={"team": "stage"}))
        race = Race(account.world.aws, TAG_READS, "tag_resource", fault, lambda: change(account), number)
        run(account, plan, race)
        acted = race.acted
        live = account.tags(account.live()["ARN"])
        assert live.get("team") == (left if race.acted else "stage"), race.moments
        assert change is not tags_beside or not race.acted or live["cost"] == "42", race.moments
    assert number > 1
