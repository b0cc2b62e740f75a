"""Others that read the bucket with the stack's resources keep their access when the stack changes."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.promises.foreign import by_hand
from tests.promises.observed import Observer, lost
from tests.promises.studio import (
    Json,
    Studio,
    add_behavior,
    by_acl,
    hazards,
    listing,
    outcome,
    rtmp,
    signed,
    steps,
    told,
    without,
)

OLD, NEW = "media", "newer"
KEYS = ("a/one.mp4", "a/two.mp4", "b/three.mp4")
OAI = signed(oai={})
OAC = signed()
OBJECTS = by_acl()


def same_access(origin: Json) -> Json:
    """Return the part of an origin that decides how CloudFront reads it."""
    return {name: origin[name] for name in ("S3OriginConfig", "OriginAccessControlId") if name in origin}


def second_origin(studio: Studio) -> None:
    """Create another origin of the stack's distribution, with its own behavior."""

    def change(config: Json) -> None:
        (ours,) = config["Origins"]["Items"]
        config["Origins"] = listing(ours, {**ours, "Id": "second"})
        add_behavior("/b/*", TargetOriginId="second")(config)

    studio.edit(change)


def failover(studio: Studio) -> None:
    """Create an origin group whose first member lacks the path, so that the bucket is requested."""
    studio.bucket("spare")

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

    studio.edit(change)


def our_access(studio: Studio) -> Json:
    """Return how the stack's distribution reads its bucket."""
    return same_access(studio.config()["Origins"]["Items"][0])


def another_distribution(studio: Studio) -> None:
    """Create a distribution by hand that reads with the stack's identity."""
    made, access = by_hand(studio), our_access(studio)
    studio.edit(lambda config: config["Origins"]["Items"][0].update(access), id_=made["Id"])


def another_by_its_second_origin(studio: Studio) -> None:
    """Create a distribution by hand whose default origin is another bucket."""
    studio.bucket("elsewhere")
    made, access = by_hand(studio), our_access(studio)

    def change(config: Json) -> None:
        (first,) = config["Origins"]["Items"]
        ours = {**first, **access, "Id": "ours"}
        config["Origins"] = listing({**first, "DomainName": "elsewhere.s3.us-east-1.amazonaws.com"}, ours)
        add_behavior("/b/*", TargetOriginId="ours")(config)

    studio.edit(change, id_=made["Id"])


def streams(studio: Studio) -> None:
    """Create a streaming distribution by hand that reads with the stack's identity."""
    (identity,) = studio.identities()
    studio.cloudfront.create_streaming_distribution(
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


Reader = Callable[[Studio], None]
OWN: tuple[Reader, ...] = (second_origin, failover)
OTHERS: tuple[Reader, ...] = (another_distribution, another_by_its_second_origin, streams)


@dataclass(frozen=True)
class Change:
    """A change of a spec that ends a grant, and others that may rely on it."""

    name: str
    before: Json
    after: Json
    readers: tuple[Reader, ...]


CHANGES = (
    Change("oai to oac", OAI, OAC, (*OWN, *OTHERS)),
    Change("oac to oai", OAC, OAI, OWN),
    Change("bucket by oai", OAI, {**OAI, "bucket": NEW}, (*OWN, *OTHERS)),
    Change("bucket by oac", OAC, {**OAC, "bucket": NEW}, OWN),
    Change("bucket and oai to oac", OAI, {**OAC, "bucket": NEW}, (*OWN, *OTHERS)),
    Change("objects to policy", OBJECTS, OAI, (*OWN, *OTHERS)),
    Change("objects to oac", OBJECTS, OAC, (*OWN, *OTHERS)),
    Change("objects to another bucket", OBJECTS, {**OBJECTS, "bucket": NEW}, (*OWN, *OTHERS)),
    Change("policy to objects", OAI, OBJECTS, (second_origin, another_distribution)),
    Change("own oai to another one", OAI, {**OAI, "oai": {"id": ""}}, (*OWN, *OTHERS)),
    Change("elsewhere", OAI, {**OAI, "grant": {"via": "elsewhere"}}, (second_origin, another_distribution)),
)

CASES = [
    pytest.param(change, reader, id=f"{change.name}, {reader.__name__}".replace(" ", "-").replace("_", "-"))
    for change in CHANGES
    for reader in change.readers
]


@pytest.fixture
def both(empty: Studio) -> Studio:
    """Create two buckets with the same objects and ACLs enabled."""
    for bucket in (OLD, NEW):
        empty.bucket(bucket, *KEYS, ObjectOwnership="BucketOwnerPreferred")
    return empty


@pytest.mark.parametrize(("change", "reader"), CASES)
def test_nobody_loses_access(both: Studio, change: Change, reader: Reader) -> None:
    """There is no hazard, and everyone is served at all times."""
    studio, after = both, change.after
    studio.converge(change.before)
    reader(studio)
    if after.get("oai") == {"id": ""}:
        after = {**after, "oai": {"id": studio.make_identity()}}
    studio.sandbox.cloudfront.settings.deploy_after_reads = 3
    with Observer(studio).watching() as seen:
        served = seen.services
        plan = studio.plan(after)
        assert hazards(plan.stacks[0]) == []
        report = studio.run(plan)
    assert report.exit_code == 0, told(report)
    assert served
    assert lost(served, seen.always) == frozenset()
    left = studio.plan(after)
    assert left.in_sync, steps(left)


@pytest.mark.parametrize("reader", OTHERS, ids=lambda reader: reader.__name__)
def test_what_is_kept_goes_with_its_last_reader(both: Studio, reader: Reader) -> None:
    """The plan names the users. Without them, statement and identity are deleted."""
    studio = both
    studio.converge(OAI)
    (identity,) = studio.identities()
    ours = studio.id()
    reader(studio)
    (other,) = (row for row in studio.distributions() if row["Id"] != ours)
    studio.converge(OAC)
    notices = "\n".join(notice.text for notice in studio.stack(OAC).notices)
    assert f"still used by {other['Id']}" in notices
    assert {*studio.statements()} == {"cfstream-lectures-oac", "cfstream-lectures-oai"}
    assert [*studio.identities()] == [identity]

    deleted(studio, other)
    studio.converge(OAC)
    assert {*studio.statements()} == {"cfstream-lectures-oac"}
    assert studio.identities() == {}


def deleted(studio: Studio, row: Json) -> None:
    """Disable a distribution by hand, and delete it."""
    noun = "streaming_distribution" if "S3Origin" in row else "distribution"
    member = "StreamingDistributionConfig" if "S3Origin" in row else "DistributionConfig"
    call = studio.cloudfront
    reply = getattr(call, f"get_{noun}_config")(Id=row["Id"])
    config = {**reply[member], "Enabled": False}
    updated = getattr(call, f"update_{noun}")(Id=row["Id"], IfMatch=reply["ETag"], **{member: config})
    getattr(call, f"delete_{noun}")(Id=row["Id"], IfMatch=updated["ETag"])


def test_another_stack_on_our_identity_keeps_it(both: Studio) -> None:
    """It has its own statement, and the identity stays."""
    studio = both
    studio.converge(OAI)
    (identity,) = studio.identities()
    user = signed(name="user", oai={"id": identity})
    studio.converge(OAI, user)
    with Observer(studio).watching() as seen:
        served = seen.services
        studio.converge(OAC)
    assert lost(served, seen.always) == frozenset()
    assert [*studio.identities()] == [identity]
    assert studio.plan(user).in_sync


def test_a_stream_on_the_identity_of_an_http_stack_keeps_it(both: Studio) -> None:
    """Both deliveries count."""
    studio = both
    studio.converge(OAI)
    (identity,) = studio.identities()
    streaming = rtmp(name="streams", oai={"id": identity}, grant={"via": "elsewhere"})
    studio.converge(streaming)
    with Observer(studio).watching() as seen:
        served = seen.services
        studio.converge(OAC)
    assert lost(served, seen.always) == frozenset()


def test_a_path_that_the_switch_takes_from_its_viewers_is_a_hazard(both: Studio) -> None:
    """The new bucket only has the grant for another folder."""
    studio = both
    studio.converge(OAI)
    after = {**OAI, "bucket": NEW, "grant": {"prefix": "b/"}}
    assert hazards(studio.stack(after)) == ["cuts-viewers"]
    assert outcome(studio.apply(after)) == "blocked"
    assert hazards(studio.stack(without(after, "grant"))) == []


def test_another_bucket_hides_no_change_of_signers(both: Studio) -> None:
    """Nobody could read the new bucket, but URLs for the same paths stop working."""
    both.converge(OAC)
    after = {**OAC, "bucket": NEW, "trusted_signers": ["111122223333"]}
    assert hazards(both.stack(after)) == ["cuts-viewers"]
    assert hazards(both.stack({**OAC, "bucket": NEW, "trusted_signers": ["self", "111122223333"]})) == []
