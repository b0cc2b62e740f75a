"""Two distributions with the name of one stack are a problem that names both, until the stack is destroyed."""

from collections.abc import Callable

import pytest

from tests.promises.account import snapshot
from tests.promises.ending import assert_destroyed, destroy, ending, notices
from tests.promises.foreign import by_hand
from tests.promises.observed import Observer, lost
from tests.world.account import SandboxAccount
from tests.world.plans import outcome, problems, report_lines, steps
from tests.world.specs import Json, by_acl, rtmp, signed, without
from tests.world.statements import allow

NAME = {"Items": [{"Key": "cfstream:name", "Value": "lectures"}]}


def tagged(account: SandboxAccount, arn: str) -> None:
    """Give a distribution the stack's name, by hand."""
    account.cloudfront.tag_resource(Resource=arn, Tags=NAME)


def refused(account: SandboxAccount, document: Json, *words: str) -> None:
    """Check that the plan has a problem with these words, and that apply writes nothing."""
    plan = account.stack(document)
    texts = [f"{problem.what} {problem.do}" for problem in plan.problems]
    assert any(all(word in text for word in words) for text in texts), texts
    live = snapshot(account)
    report = account.apply(document, allow=["cuts-viewers", "makes-public", "widens-grant"])
    assert (report.exit_code, outcome(report)) == (2, "blocked"), report_lines(report)
    assert snapshot(account) == live


def same_bucket(account: SandboxAccount) -> str:
    """Create a twin that reads the stack's bucket."""
    created = by_hand(account)
    tagged(account, created["ARN"])
    return str(created["Id"])


def another_bucket(account: SandboxAccount) -> str:
    """Create a twin that reads another bucket, so that only its tag shows it."""
    account.bucket("elsewhere")
    created = by_hand(account)
    domain = "elsewhere.s3.us-east-1.amazonaws.com"
    account.edit(lambda config: config["Origins"]["Items"][0].update(DomainName=domain), id_=created["Id"])
    tagged(account, created["ARN"])
    return str(created["Id"])


def another_delivery(account: SandboxAccount) -> str:
    """Create a streaming distribution with the stack's tag."""
    config = {
        "CallerReference": "by-hand",
        "Comment": "by hand",
        "Enabled": True,
        "S3Origin": {"DomainName": "media.s3.amazonaws.com", "OriginAccessIdentity": ""},
        "TrustedSigners": {"Enabled": True, "Quantity": 1, "Items": ["self"]},
    }
    both = {"StreamingDistributionConfig": config, "Tags": NAME}
    created = account.cloudfront.create_streaming_distribution_with_tags(
        StreamingDistributionConfigWithTags=both
    )
    return str(created["StreamingDistribution"]["Id"])


TWINS = [same_bucket, another_bucket, another_delivery]


@pytest.mark.parametrize("make", TWINS, ids=lambda make: make.__name__)
def test_a_twin_is_a_problem_that_names_both(
    account: SandboxAccount, make: Callable[[SandboxAccount], str]
) -> None:
    """It does not matter what it reads, or its delivery. cfstream does not choose."""
    account.converge(signed())
    ours = account.id()
    twin = make(account)
    refused(account, signed(), ours, twin)
    refused(account, signed(comment="changed"), ours, twin)


@pytest.mark.parametrize("make", TWINS, ids=lambda make: make.__name__)
def test_destroy_deletes_every_twin(account: SandboxAccount, make: Callable[[SandboxAccount], str]) -> None:
    """It is not blocked, and deletes everything of the stack."""
    account.converge(signed(oai={}))
    make(account)
    assert_destroyed(account, signed(oai={}))
    assert (account.distributions(), account.identities(), account.policy()) == ([], {}, None)


def test_adopt_while_another_has_the_name_is_a_problem(account: SandboxAccount) -> None:
    """The one that has the name would lose its access without a notice."""
    account.converge(signed())
    first = account.id()
    second = by_hand(account)["Id"]
    with Observer(account, "a/*").watching() as seen:
        before = seen.services
        refused(account, signed(adopt=second), first, second)
    assert lost(before, seen.always) == frozenset()


def test_adopting_the_one_that_has_the_name_is_not_a_problem(account: SandboxAccount) -> None:
    """It is the same distribution."""
    account.converge(signed())
    assert account.plan(signed(adopt=account.id())).in_sync


def test_the_other_may_be_given_another_name(account: SandboxAccount) -> None:
    """Without its tag, the first one is unowned, and the second is adopted."""
    account.converge(signed())
    first = account.live()
    second = by_hand(account)["Id"]
    account.cloudfront.tag_resource(
        Resource=first["ARN"], Tags={"Items": [{"Key": "cfstream:name", "Value": "former"}]}
    )
    assert problems(account.stack(signed(adopt=second))) == []


@pytest.mark.parametrize(
    ("before", "after"), [(rtmp(oai={}), signed()), (signed(), rtmp(oai={}))], ids=["to http", "to rtmp"]
)
def test_delivery_changed_in_place_is_a_problem(account: SandboxAccount, before: Json, after: Json) -> None:
    """The other distribution would stay enabled, and no plan would mention it."""
    account.converge(before)
    ours = account.id()
    refused(account, after, ours)
    with Observer(account, "a/*").watching() as seen:
        served = seen.services
        account.apply(after)
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
def test_destroy_deletes_both_deliveries(account: SandboxAccount, before: Json, after: Json) -> None:
    """The stack also owns what its older spec created."""
    account.converge(before)
    plan = ending(account, after)
    assert any("delete" in step and "distribution" in step for step in steps(plan))
    assert_destroyed(account, after)
    left = (account.distributions(), account.identities(), account.controls(), account.policy())
    assert left == ([], {}, {}, None)


def test_destroy_deletes_both_deliveries_that_live_side_by_side(account: SandboxAccount) -> None:
    """Both read with the identity of the stack, and neither keeps it."""
    account.converge(rtmp(oai={}))
    (identity,) = account.identities()
    created = by_hand(account)
    access = {"OriginAccessIdentity": f"origin-access-identity/cloudfront/{identity}"}
    account.edit(
        lambda config: config["Origins"]["Items"][0].update(S3OriginConfig=access), id_=created["Id"]
    )
    tagged(account, created["ARN"])
    assert_destroyed(account, signed(oai={}))
    assert (account.distributions(), account.identities(), account.policy()) == ([], {}, None)


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
    account: SandboxAccount, principal: Callable[[Json], Json], effect: str, how: str
) -> None:
    """Without it, S3 would refuse every later version of the policy."""
    account.converge(signed(oai={}))
    ((identity, row),) = account.identities().items()
    foreign = allow("Theirs", principal(row), "arn:aws:s3:::media/a/*", Effect=effect)
    account.put_policy(*account.statements().values(), foreign)
    kept = account.statements()["Theirs"]
    plan = account.stack(signed()) if how == "oac" else ending(account, signed(oai={}))
    assert identity in notices(plan)
    assert "Theirs" in notices(plan)
    if how == "oac":
        account.converge(signed(), allow=["cuts-viewers", "widens-grant"])
    else:
        assert_destroyed(account, signed(oai={}))
    assert [*account.identities()] == [identity]
    assert account.statements()["Theirs"] == kept
    account.s3.put_bucket_policy(
        Bucket="media", Policy=account.s3.get_bucket_policy(Bucket="media")["Policy"]
    )


def test_an_identity_that_the_policy_of_the_former_bucket_names_stays(account: SandboxAccount) -> None:
    """The stack has moved to another bucket, and to an OAC."""
    account.bucket("newer", "a/one.mp4")
    account.converge(signed(oai={}))
    ((identity, row),) = account.identities().items()
    foreign = allow("Theirs", {"CanonicalUser": row["S3CanonicalUserId"]})
    account.put_policy(*account.statements().values(), foreign)
    account.converge(signed(bucket="newer"), allow=["cuts-viewers"])
    assert [*account.identities()] == [identity]
    assert [*account.statements("media")] == ["Theirs"]


@pytest.mark.parametrize("how", ["destroy", "oac"])
def test_an_identity_that_the_policy_behind_another_origin_names_stays(
    account: SandboxAccount, how: str
) -> None:
    """A second origin of the distribution reads another bucket, where a statement of others names the OAI."""
    account.bucket("second", "b/one.mp4")
    account.converge(signed(oai={}))
    ((identity, row),) = account.identities().items()

    def with_second(config: Json) -> None:
        (ours,) = config["Origins"]["Items"]
        second = {**ours, "Id": "second", "DomainName": "second.s3.us-east-1.amazonaws.com"}
        config["Origins"] = {"Quantity": 2, "Items": [ours, second]}

    def without_second(config: Json) -> None:
        kept = [each for each in config["Origins"]["Items"] if each["Id"] != "second"]
        config["Origins"] = {"Quantity": 1, "Items": kept}

    account.edit(with_second)
    account.put_policy(
        allow("Theirs", {"CanonicalUser": row["S3CanonicalUserId"]}, "arn:aws:s3:::second/*"), bucket="second"
    )
    if how == "destroy":
        assert "Theirs" in notices(ending(account, signed(oai={})))
        assert destroy(account, signed(oai={})).exit_code == 0
    else:
        account.converge(signed(), allow=["cuts-viewers", "widens-grant"])
        account.edit(without_second)
    # Nothing leads to the second bucket any more, and a later run does not read its policy.
    assert destroy(account, signed(oai={})).exit_code == 0
    assert [*account.identities()] == [identity]
    policy = account.s3.get_bucket_policy(Bucket="second")["Policy"]
    account.s3.put_bucket_policy(Bucket="second", Policy=policy)


def test_object_grants_of_a_twin_are_revoked_with_it(empty: SandboxAccount) -> None:
    """No grant is left to an identity that destroy deletes."""
    account = empty
    account.bucket("media", "a/one.mp4", ObjectOwnership="BucketOwnerPreferred")
    document = {**rtmp(oai={}), "grant": {"via": "object-acl", "permission": "FULL_CONTROL"}}
    account.converge(document)
    (user,) = (row["S3CanonicalUserId"] for row in account.identities().values())
    assert_destroyed(account, without(by_acl(), "grant"))
    assert user not in account.grants("a/one.mp4")
    assert (account.distributions(), account.identities()) == ([], {})
