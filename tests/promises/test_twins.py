"""Two distributions with the name of one stack are a problem that names both, until the stack is destroyed."""

from collections.abc import Callable

import pytest

from tests.promises.account import snapshot
from tests.promises.ending import destroy, ending, gone, notices
from tests.promises.foreign import by_hand
from tests.promises.observed import Observer, lost
from tests.promises.studio import (
    Json,
    Studio,
    allow,
    by_acl,
    outcome,
    problems,
    rtmp,
    signed,
    steps,
    told,
    without,
)

NAME = {"Items": [{"Key": "cfstream:name", "Value": "lectures"}]}


def tagged(studio: Studio, arn: str) -> None:
    """Give a distribution the stack's name, by hand."""
    studio.cloudfront.tag_resource(Resource=arn, Tags=NAME)


def refused(studio: Studio, document: Json, *words: str) -> None:
    """Check that the plan has a problem with these words, and that apply writes nothing."""
    plan = studio.stack(document)
    texts = [f"{problem.what} {problem.do}" for problem in plan.problems]
    assert any(all(word in text for word in words) for text in texts), texts
    live = snapshot(studio)
    report = studio.apply(document, allow=["cuts-viewers", "makes-public", "widens-grant"])
    assert (report.exit_code, outcome(report)) == (2, "blocked"), told(report)
    assert snapshot(studio) == live


def same_bucket(studio: Studio) -> str:
    """Create a twin that reads the stack's bucket."""
    made = by_hand(studio)
    tagged(studio, made["ARN"])
    return str(made["Id"])


def another_bucket(studio: Studio) -> str:
    """Create a twin that reads another bucket, so that only its tag shows it."""
    studio.bucket("elsewhere")
    made = by_hand(studio)
    domain = "elsewhere.s3.us-east-1.amazonaws.com"
    studio.edit(lambda config: config["Origins"]["Items"][0].update(DomainName=domain), id_=made["Id"])
    tagged(studio, made["ARN"])
    return str(made["Id"])


def another_delivery(studio: Studio) -> str:
    """Create a streaming distribution with the stack's tag."""
    config = {
        "CallerReference": "by-hand",
        "Comment": "by hand",
        "Enabled": True,
        "S3Origin": {"DomainName": "media.s3.amazonaws.com", "OriginAccessIdentity": ""},
        "TrustedSigners": {"Enabled": True, "Quantity": 1, "Items": ["self"]},
    }
    both = {"StreamingDistributionConfig": config, "Tags": NAME}
    made = studio.cloudfront.create_streaming_distribution_with_tags(StreamingDistributionConfigWithTags=both)
    return str(made["StreamingDistribution"]["Id"])


TWINS = [same_bucket, another_bucket, another_delivery]


@pytest.mark.parametrize("make", TWINS, ids=lambda make: make.__name__)
def test_a_twin_is_a_problem_that_names_both(studio: Studio, make: Callable[[Studio], str]) -> None:
    """It does not matter what it reads, or its delivery. cfstream does not choose."""
    studio.converge(signed())
    ours = studio.id()
    twin = make(studio)
    refused(studio, signed(), ours, twin)
    refused(studio, signed(comment="changed"), ours, twin)


@pytest.mark.parametrize("make", TWINS, ids=lambda make: make.__name__)
def test_destroy_deletes_every_twin(studio: Studio, make: Callable[[Studio], str]) -> None:
    """It is not blocked, and deletes everything of the stack."""
    studio.converge(signed(oai={}))
    make(studio)
    gone(studio, signed(oai={}))
    assert (studio.distributions(), studio.identities(), studio.policy()) == ([], {}, None)


def test_adopt_while_another_has_the_name_is_a_problem(studio: Studio) -> None:
    """The one that has the name would lose its access without a notice."""
    studio.converge(signed())
    first = studio.id()
    second = by_hand(studio)["Id"]
    with Observer(studio, "a/*").watching() as seen:
        before = seen.services
        refused(studio, signed(adopt=second), first, second)
    assert lost(before, seen.always) == frozenset()


def test_adopting_the_one_that_has_the_name_is_none(studio: Studio) -> None:
    """It is the same distribution."""
    studio.converge(signed())
    assert studio.plan(signed(adopt=studio.id())).in_sync


def test_the_other_may_be_given_another_name(studio: Studio) -> None:
    """Without its tag, the first one is unowned, and the second is adopted."""
    studio.converge(signed())
    first = studio.live()
    second = by_hand(studio)["Id"]
    studio.cloudfront.tag_resource(
        Resource=first["ARN"], Tags={"Items": [{"Key": "cfstream:name", "Value": "former"}]}
    )
    assert problems(studio.stack(signed(adopt=second))) == []


@pytest.mark.parametrize(
    ("before", "after"), [(rtmp(oai={}), signed()), (signed(), rtmp(oai={}))], ids=["to http", "to rtmp"]
)
def test_delivery_changed_in_place_is_a_problem(studio: Studio, before: Json, after: Json) -> None:
    """The other distribution would stay enabled, and no plan would mention it."""
    studio.converge(before)
    ours = studio.id()
    refused(studio, after, ours)
    with Observer(studio, "a/*").watching() as seen:
        served = seen.services
        studio.apply(after)
    assert lost(served, seen.always) == frozenset()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rtmp(oai={}), signed()),
        (signed(), rtmp(oai={})),
        (rtmp(oai={}, enabled=False), signed(oai={})),
    ],
    ids=["to http", "to rtmp", "disabled"],
)
def test_destroy_deletes_both_deliveries(studio: Studio, before: Json, after: Json) -> None:
    """The stack also owns what its older spec created."""
    studio.converge(before)
    plan = ending(studio, after)
    assert any("delete" in step and "distribution" in step for step in steps(plan))
    gone(studio, after)
    left = (studio.distributions(), studio.identities(), studio.controls(), studio.policy())
    assert left == ([], {}, {}, None)


def test_destroy_deletes_both_deliveries_that_live_side_by_side(studio: Studio) -> None:
    """Both read with the identity of the stack, and neither keeps it."""
    studio.converge(rtmp(oai={}))
    (identity,) = studio.identities()
    made = by_hand(studio)
    access = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}
    studio.edit(lambda config: config["Origins"]["Items"][0].update(S3OriginConfig=access), id_=made["Id"])
    tagged(studio, made["ARN"])
    gone(studio, signed(oai={}))
    assert (studio.distributions(), studio.identities(), studio.policy()) == ([], {}, None)


THEIRS = {
    "CanonicalUser": lambda row: {"CanonicalUser": row["S3CanonicalUserId"]},
    "AWS": lambda row: {"AWS": f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {row['Id']}"},
    "among others": lambda row: {
        "AWS": [
            "arn:aws:iam::111122223333:root",
            f"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {row['Id']}",
        ]
    },
}


@pytest.mark.parametrize("principal", THEIRS.values(), ids=THEIRS)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
@pytest.mark.parametrize("how", ["oac", "destroy"])
def test_an_identity_that_a_foreign_statement_names_stays(
    studio: Studio, principal: Callable[[Json], Json], effect: str, how: str
) -> None:
    """Without it, S3 would refuse every later version of the policy."""
    studio.converge(signed(oai={}))
    ((identity, row),) = studio.identities().items()
    foreign = allow("Theirs", principal(row), "arn:aws:s3:::media/a/*", Effect=effect)
    studio.put_policy(*studio.statements().values(), foreign)
    kept = studio.statements()["Theirs"]
    plan = studio.stack(signed()) if how == "oac" else ending(studio, signed(oai={}))
    assert identity in notices(plan)
    assert "Theirs" in notices(plan)
    if how == "oac":
        studio.converge(signed(), allow=["cuts-viewers", "widens-grant"])
    else:
        gone(studio, signed(oai={}))
    assert [*studio.identities()] == [identity]
    assert studio.statements()["Theirs"] == kept
    studio.s3.put_bucket_policy(Bucket="media", Policy=studio.s3.get_bucket_policy(Bucket="media")["Policy"])


def test_an_identity_that_the_policy_of_the_former_bucket_names_stays(studio: Studio) -> None:
    """The stack has moved to another bucket, and to an OAC."""
    studio.bucket("newer", "a/one.mp4")
    studio.converge(signed(oai={}))
    ((identity, row),) = studio.identities().items()
    foreign = allow("Theirs", {"CanonicalUser": row["S3CanonicalUserId"]})
    studio.put_policy(*studio.statements().values(), foreign)
    studio.converge(signed(bucket="newer"), allow=["cuts-viewers"])
    assert [*studio.identities()] == [identity]
    assert [*studio.statements("media")] == ["Theirs"]


@pytest.mark.parametrize("how", ["destroy", "oac"])
def test_an_identity_that_the_policy_behind_another_origin_names_stays(studio: Studio, how: str) -> None:
    """A second origin of the distribution reads another bucket, where a statement of others names the OAI."""
    studio.bucket("second", "b/one.mp4")
    studio.converge(signed(oai={}))
    ((identity, row),) = studio.identities().items()

    def with_second(config: Json) -> None:
        (ours,) = config["Origins"]["Items"]
        second = {**ours, "Id": "second", "DomainName": "second.s3.us-east-1.amazonaws.com"}
        config["Origins"] = {"Quantity": 2, "Items": [ours, second]}

    def without_second(config: Json) -> None:
        kept = [each for each in config["Origins"]["Items"] if each["Id"] != "second"]
        config["Origins"] = {"Quantity": 1, "Items": kept}

    studio.edit(with_second)
    studio.put_policy(
        allow("Theirs", {"CanonicalUser": row["S3CanonicalUserId"]}, "arn:aws:s3:::second/*"), bucket="second"
    )
    if how == "destroy":
        assert "Theirs" in notices(ending(studio, signed(oai={})))
        assert destroy(studio, signed(oai={})).exit_code == 0
    else:
        studio.converge(signed(), allow=["cuts-viewers", "widens-grant"])
        studio.edit(without_second)
    # Nothing leads to the second bucket any more, and a later run does not read its policy.
    assert destroy(studio, signed(oai={})).exit_code == 0
    assert [*studio.identities()] == [identity]
    policy = studio.s3.get_bucket_policy(Bucket="second")["Policy"]
    studio.s3.put_bucket_policy(Bucket="second", Policy=policy)


def test_object_grants_of_a_twin_are_revoked_with_it(empty: Studio) -> None:
    """No grant is left to an identity that destroy deletes."""
    studio = empty
    studio.bucket("media", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    document = {**rtmp(oai={}), "grant": {"via": "object-acl", "permission": "FULL_CONTROL"}}
    studio.converge(document)
    (user,) = (row["S3CanonicalUserId"] for row in studio.identities().values())
    gone(studio, without(by_acl(), "grant"))
    assert user not in studio.grants("a/one.mp4")
    assert (studio.distributions(), studio.identities()) == ([], {})
