"""Others that read the bucket with the stack's resources keep their access when the stack changes."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.promises.foreign import by_hand
from tests.promises.observed import Observer, lost
from tests.thorough import one_of_each
from tests.world.account import SandboxAccount
from tests.world.configs import add_behavior, listing
from tests.world.plans import hazards, outcome, report_lines, steps
from tests.world.specs import Json, by_acl, rtmp, signed, without

OLD, NEW = "media", "newer"
KEYS = ("a/one.mp4", "a/two.mp4", "b/three.mp4")
OAI = signed(oai={})
OAC = signed()
OBJECTS = by_acl()


def same_access(origin: Json) -> Json:
    """Return the part of an origin that decides how CloudFront reads it."""
    return {name: origin[name] for name in ("S3OriginConfig", "OriginAccessControlId") if name in origin}


def second_origin(account: SandboxAccount) -> None:
    """Create another origin of the stack's distribution, with its own behavior."""

    def change(config: Json) -> None:
        (ours,) = config["Origins"]["Items"]
        config["Origins"] = listing(ours, {**ours, "Id": "second"})
        add_behavior("/b/*", TargetOriginId="second")(config)

    account.edit(change)


def failover(account: SandboxAccount) -> None:
    """Create an origin group whose first member lacks the path, so that the bucket is requested."""
    account.bucket("spare")

    def change(config: Json) -> None:
        (ours,) = config["Origins"]["Items"]
        first = {**ours, "Id": "first", "DomainName": "spare.s3.us-east-1.amazonaws.com"}
        member = {**ours, "Id": "member"}
        config["Origins"] = listing(ours, first, member)
        group = {
            "Id": "both",
            "FailoverCriteria": {"StatusCodes": listing(403, 404)},
            "Members": listing({"OriginId": "first"}, {"OriginId": "member"}),
        }
        config["OriginGroups"] = listing(group)
        add_behavior("/b/*", TargetOriginId="both")(config)

    account.edit(change)


def our_access(account: SandboxAccount) -> Json:
    """Return how the stack's distribution reads its bucket."""
    return same_access(account.config()["Origins"]["Items"][0])


def another_distribution(account: SandboxAccount) -> None:
    """Create a distribution by hand that reads with the stack's identity."""
    created, access = by_hand(account), our_access(account)
    account.edit(lambda config: config["Origins"]["Items"][0].update(access), id_=created["Id"])


def another_by_its_second_origin(account: SandboxAccount) -> None:
    """Create a distribution by hand whose default origin is another bucket."""
    account.bucket("elsewhere")
    created, access = by_hand(account), our_access(account)

    def change(config: Json) -> None:
        (first,) = config["Origins"]["Items"]
        ours = {**first, **access, "Id": "ours"}
        config["Origins"] = listing({**first, "DomainName": "elsewhere.s3.us-east-1.amazonaws.com"}, ours)
        add_behavior("/b/*", TargetOriginId="ours")(config)

    account.edit(change, id_=created["Id"])


def streams(account: SandboxAccount) -> None:
    """Create a streaming distribution by hand that reads with the stack's identity."""
    (identity,) = account.identities()
    account.cloudfront.create_streaming_distribution(
        StreamingDistributionConfig={
            "CallerReference": "streams",
            "Comment": "by hand",
            "Enabled": True,
            "S3Origin": {
                "DomainName": "media.s3.amazonaws.com",
                "OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}",
            },
            "TrustedSigners": {"Enabled": True, "Quantity": 1, "Items": ["self"]},
        }
    )


Reader = Callable[[SandboxAccount], None]
OWN: tuple[Reader, ...] = (second_origin, failover)
OTHERS: tuple[Reader, ...] = (another_distribution, another_by_its_second_origin, streams)


@dataclass(frozen=True)
class GrantChange:
    """A change of a spec that ends a grant, and others that may rely on it."""

    name: str
    before: Json
    after: Json
    readers: tuple[Reader, ...]


CHANGES = (
    GrantChange("oai to oac", OAI, OAC, (*OWN, *OTHERS)),
    GrantChange("oac to oai", OAC, OAI, OWN),
    GrantChange("bucket by oai", OAI, {**OAI, "bucket": NEW}, (*OWN, *OTHERS)),
    GrantChange("bucket by oac", OAC, {**OAC, "bucket": NEW}, OWN),
    GrantChange("bucket and oai to oac", OAI, {**OAC, "bucket": NEW}, (*OWN, *OTHERS)),
    GrantChange("objects to policy", OBJECTS, OAI, (*OWN, *OTHERS)),
    GrantChange("objects to oac", OBJECTS, OAC, (*OWN, *OTHERS)),
    GrantChange("objects to another bucket", OBJECTS, {**OBJECTS, "bucket": NEW}, (*OWN, *OTHERS)),
    GrantChange("policy to objects", OAI, OBJECTS, (second_origin, another_distribution)),
    GrantChange("own oai to another one", OAI, {**OAI, "oai": {"id": ""}}, (*OWN, *OTHERS)),
    GrantChange(
        "elsewhere", OAI, {**OAI, "grant": {"via": "elsewhere"}}, (second_origin, another_distribution)
    ),
)

CASES = [
    pytest.param(change, reader, id=f"{change.name}, {reader.__name__}".replace(" ", "-").replace("_", "-"))
    for change, reader in one_of_each(
        [(change, reader) for change in CHANGES for reader in change.readers],
        lambda case: case[0].name,
        lambda case: case[1],
    )
]


@pytest.fixture
def both(empty: SandboxAccount) -> SandboxAccount:
    """Create two buckets with the same objects and ACLs enabled."""
    for bucket in (OLD, NEW):
        empty.bucket(bucket, *KEYS, ObjectOwnership="BucketOwnerPreferred")
    return empty


@pytest.mark.parametrize(("change", "reader"), CASES)
def test_nobody_loses_access(both: SandboxAccount, change: GrantChange, reader: Reader) -> None:
    """There is no hazard, and everyone is served at all times."""
    account, after = both, change.after
    account.converge(change.before)
    reader(account)
    if after.get("oai") == {"id": ""}:
        after = {**after, "oai": {"id": account.make_identity()}}
    account.sandbox.cloudfront.settings.deploy_after_reads = 3
    with Observer(account).watching() as seen:
        served = seen.services
        plan = account.plan(after)
        assert hazards(plan.stacks[0]) == []
        report = account.run(plan)
    assert report.exit_code == 0, report_lines(report)
    assert served
    assert lost(served, seen.always) == frozenset()
    left = account.plan(after)
    assert left.in_sync, steps(left)


@pytest.mark.parametrize("reader", OTHERS, ids=lambda reader: reader.__name__)
def test_kept_resources_are_deleted_with_their_last_reader(both: SandboxAccount, reader: Reader) -> None:
    """The plan names the users. Without them, statement and identity are deleted."""
    account = both
    account.converge(OAI)
    (identity,) = account.identities()
    ours = account.id()
    reader(account)
    (other,) = (row for row in account.distributions() if row["Id"] != ours)
    account.converge(OAC)
    notices = "\n".join(notice.text for notice in account.stack(OAC).notices)
    assert f"still used by {other['Id']}" in notices
    assert {*account.statements()} == {"cfstream-lectures-oac", "cfstream-lectures-oai"}
    assert [*account.identities()] == [identity]

    deleted(account, other)
    account.converge(OAC)
    assert {*account.statements()} == {"cfstream-lectures-oac"}
    assert account.identities() == {}


def deleted(account: SandboxAccount, row: Json) -> None:
    """Disable a distribution by hand, and delete it."""
    noun = "streaming_distribution" if "S3Origin" in row else "distribution"
    member = "StreamingDistributionConfig" if "S3Origin" in row else "DistributionConfig"
    call = account.cloudfront
    reply = getattr(call, f"get_{noun}_config")(Id=row["Id"])
    config = {**reply[member], "Enabled": False}
    updated = getattr(call, f"update_{noun}")(Id=row["Id"], IfMatch=reply["ETag"], **{member: config})
    getattr(call, f"delete_{noun}")(Id=row["Id"], IfMatch=updated["ETag"])


def test_another_stack_on_our_identity_keeps_it(both: SandboxAccount) -> None:
    """It has its own statement, and the identity stays."""
    account = both
    account.converge(OAI)
    (identity,) = account.identities()
    user = signed(name="user", oai={"id": identity})
    account.converge(OAI, user)
    with Observer(account).watching() as seen:
        served = seen.services
        account.converge(OAC)
    assert lost(served, seen.always) == frozenset()
    assert [*account.identities()] == [identity]
    assert account.plan(user).in_sync


def test_a_stream_on_the_identity_of_an_http_stack_keeps_it(both: SandboxAccount) -> None:
    """Both deliveries count."""
    account = both
    account.converge(OAI)
    (identity,) = account.identities()
    streaming = rtmp(name="streams", oai={"id": identity}, grant={"via": "elsewhere"})
    account.converge(streaming)
    with Observer(account).watching() as seen:
        served = seen.services
        account.converge(OAC)
    assert lost(served, seen.always) == frozenset()


def test_a_path_that_the_switch_takes_from_its_viewers_is_a_hazard(both: SandboxAccount) -> None:
    """The new bucket only has the grant for another folder."""
    account = both
    account.converge(OAI)
    after = {**OAI, "bucket": NEW, "grant": {"prefix": "b/"}}
    assert hazards(account.stack(after)) == ["cuts-viewers"]
    assert outcome(account.apply(after)) == "blocked"
    assert hazards(account.stack(without(after, "grant"))) == []


def test_another_bucket_hides_no_change_of_signers(both: SandboxAccount) -> None:
    """Nobody could read the new bucket, but URLs for the same paths stop working."""
    both.converge(OAC)
    after = {**OAC, "bucket": NEW, "trusted_signers": ["111122223333"]}
    assert hazards(both.stack(after)) == ["cuts-viewers"]
    assert hazards(both.stack({**OAC, "bucket": NEW, "trusted_signers": ["self", "111122223333"]})) == []
