"""What `cfstream permissions` allows is what cfstream calls: every call, and nothing that it never calls."""

import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from cfstream.applying import RunOptions
from cfstream.permissions.document import OPTIONAL, policy
from cfstream.permissions.needs import Purpose
from cfstream.ports import Call
from cfstream.sandbox.accounts import ACCOUNT
from cfstream.spec.load import Stack, load
from cfstream.spec.model import Spec
from cfstream.stack.calls import Place
from cfstream.steps.hazards import HazardName
from cfstream.workflow import apply_plan, make_plan
from tests.golden.plans.live import NOW, fill, set_up
from tests.golden.plans.test_golden_plans import CASES, HERE, KEYS
from tests.promises.iam import actions, allowed, context, has_action, refused, resource, unsupported
from tests.promises.permission_scenarios import CHANGES, certificate_and_zone
from tests.promises.recorder import RecordedRun, TaggedCall, record_run, recorded
from tests.thorough import THOROUGH
from tests.world.account import SandboxAccount
from tests.world.batch import ROLE
from tests.world.clock import QuickClock
from tests.world.sandbox import Sandbox
from tests.world.specs import Json, by_acl, signed

BY_OTHERS = frozenset({"s3:GetBucketAcl", "s3:PutBucketAcl"})
"""CloudFront needs these of the caller if a distribution writes logs (Developer Guide, standard logging)."""


ARN = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1UGDLB9XZBD79"
WRITES = ("create_", "put_", "update_", "delete_", "tag_", "untag_", "change_")

WITHOUT_DEFAULTS = frozenset({"s3:PutBucketPublicAccessBlock"})
"""S3 blocks new buckets by default; the block is written where that is not so (`tests/unit/steps`)."""

WHILE_LISTS_LAG = frozenset({"cloudfront:GetCloudFrontOriginAccessIdentity"})
"""An identity that the list does not have yet is read by its id (`test_object_grants` makes it so)."""


WHEN_A_RUN_STOPS = frozenset({"s3:UpdateJobStatus"})
"""It cancels the job of a run that ends early (`test_batch_resumed`)."""

WHERE_OTHERS_HAVE_THE_GRANT = frozenset({"s3:PutObject"})
"""The list of a job: of the objects that lack the grant, if others have it (`test_batch_manifests`)."""

WITHOUT_A_CALL = frozenset({"iam:PassRole"})
"""S3 checks it when a job is created (IAM User Guide, "Grant a user permissions to pass a role")."""

OF_THE_OTHER_DELIVERY = {
    ("http", "destroy"): frozenset(
        f"cloudfront:{each}"
        for each in (
            "DeleteStreamingDistribution",
            "GetStreamingDistribution",
            "GetStreamingDistributionConfig",
            "UpdateStreamingDistribution",
        )
    ),
    ("rtmp", "destroy"): frozenset(
        f"cloudfront:{each}"
        for each in ("DeleteDistribution", "GetDistribution", "GetDistributionConfig", "UpdateDistribution")
    ),
}
"""A stack whose delivery was changed in its spec owns a distribution of the other delivery, and destroy deletes it."""


def specs_of(stacks: Sequence[Stack]) -> tuple[Spec, ...]:
    """Return the specs alone."""
    return tuple(stack.spec for stack in stacks)


GOLDEN = CASES if THOROUGH else ("encrypted", "fleet", "new-http", "preflight", "whole-site")
"""The golden plans with calls that no change of the table has: for keys of KMS, certificates and new buckets."""


def golden(folder: Path, sandbox: Sandbox) -> Iterator[RecordedRun]:
    """Return cases of the golden plans."""
    for case in GOLDEN:
        shutil.copytree(HERE / case, folder / case)
        shutil.copytree(KEYS, folder / case / "keys")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(folder / case)
            sandbox.reset()
            account = SandboxAccount(folder / case, sandbox, QuickClock(NOW))
            set_up(account, Path("live.json"))
            entries = json.loads(Path("live.json").read_text())
            before = [spec for entry in entries for file in entry.get("apply", ()) for spec in kept_in(file)]
            specs = sorted(Path().glob("*.yaml"))
            for spec in specs:
                fill(account, spec)
            yield from record_run(case, load([str(spec) for spec in specs]), account.world, before=before)


def kept_in(file: str) -> tuple[Spec, ...]:
    """Return the specs of a file in another folder, with its keys."""
    with Path(file).open() as stream:
        return specs_of(load(["-"], stdin=stream))


def changes(folder: Path, sandbox: Sandbox) -> Iterator[RecordedRun]:
    """Return every change of the table."""
    for number, (name, change) in enumerate(CHANGES.items()):
        sandbox.reset()
        (folder / str(number)).mkdir()
        account = SandboxAccount(folder / str(number), sandbox)
        account.bucket("media", "a/one.mp4")
        change.first(account)
        before: tuple[Spec, ...] = ()
        if change.before is not None:
            account.apply(change.before)
            before = specs_of(account.load(change.before))
        change.then(account)
        after = [change.after] if isinstance(change.after, dict) else change.after
        stacks = account.load(*after)
        yield from record_run(
            name,
            stacks,
            account.world,
            before=before,
            loses_replies=change.loses_replies,
            last=lambda: change.last(account),  # noqa: B023
        )


@pytest.mark.usefixtures("s3control")
def test_a_policy_allows_what_is_called_and_nothing_else(tmp_path: Path, running_sandbox: Sandbox) -> None:
    """In every scenario each call is allowed, and whatever a policy allows is called in one of that delivery.

    A stack that changes from one spec to another has the policies of both. IAM knows each action, on such resources and
    under such conditions. Calls of other commands are optional, and have a test of their own.
    """
    called: defaultdict[Any, set[str]] = defaultdict(set)
    may: defaultdict[Any, set[str]] = defaultdict(set)
    lacking: defaultdict[str, set[str]] = defaultdict(set)
    for run in (*golden(tmp_path, running_sandbox), *changes(tmp_path, running_sandbox)):
        kind = run.specs[0].delivery, str(run.purpose)
        policy_of_engine = [
            policy(specs, run.purpose, Place(ACCOUNT)) for specs in (run.specs, run.before) if specs
        ]
        lacking[f"{run.name}: {run.purpose}"].update(
            action for asked in run.calls for action in refused(asked.call, policy_of_engine, asked.tags)
        )
        called[kind].update(action for asked in run.calls for action in actions(asked.call))
        pairs = {pair for each in policy_of_engine for pair in allowed(each)}
        required = [
            {"Statement": [one for one in each["Statement"] if not one["Sid"].startswith(OPTIONAL)]}
            for each in policy_of_engine
        ]
        may[kind].update(action for each in required for action, _ in allowed(each))
        assert {pair for pair in pairs if not has_action(*pair)} == set()
        assert [wrong for each in policy_of_engine for wrong in unsupported(each)] == []
    assert {name: missing for name, missing in lacking.items() if missing} == {}
    rare = (
        BY_OTHERS
        | WHILE_LISTS_LAG
        | WITHOUT_DEFAULTS
        | WITHOUT_A_CALL
        | WHEN_A_RUN_STOPS
        | WHERE_OTHERS_HAVE_THE_GRANT
    )
    unused = {
        kind: may[kind] - called[kind] - rare - OF_THE_OTHER_DELIVERY.get(kind, frozenset()) for kind in may
    }
    assert {kind: idle for kind, idle in unused.items() if idle} == {}


def test_a_policy_allows_reading_the_inventory(account: SandboxAccount) -> None:
    """Its configuration, and its files: a plan reads them only for buckets with more than 10,000 objects."""
    batch = {"role": ROLE, "report_bucket": "reports", "inventory": "s3://lists/media/all"}
    policy_of_engine = policy(
        specs_of(account.load(by_acl(grant={"batch": batch}))), Purpose.PLAN, Place(ACCOUNT)
    )
    pairs = {*allowed(policy_of_engine)}
    assert {
        ("s3:GetInventoryConfiguration", "arn:aws:s3:::media"),
        ("s3:ListBucket", "arn:aws:s3:::lists"),
        ("s3:GetObject", "arn:aws:s3:::lists/media/all/*"),
    } <= pairs
    assert all(has_action(*pair) for pair in pairs)


def test_a_policy_passes_the_role_of_a_job_to_s3_only(account: SandboxAccount) -> None:
    """And allows nothing of a job except ListJobs with `engine: local`."""
    batch = {"role": ROLE, "report_bucket": "reports"}

    def policy_of_engine(engine: str) -> Json:
        stacks = account.load(by_acl(grant={"engine": engine, "batch": batch}))
        return policy(specs_of(stacks), Purpose.APPLY, Place(ACCOUNT))

    (passing,) = [each for each in policy_of_engine("auto")["Statement"] if "iam:PassRole" in each["Action"]]
    service = "batchoperations.s3.amazonaws.com"
    assert passing["Condition"] == {"StringEquals": {"iam:PassedToService": service}}
    local = {action for action, _ in allowed(policy_of_engine("local"))}
    assert "s3:ListJobs" in local
    assert not local & {"iam:PassRole", "iam:GetRole", "s3:CreateJob", "s3:DescribeJob", "s3:UpdateJobStatus"}


NAMES = {"lectures": "media.example.com", "seminars": "talks.example.com"}
LIMITED = ("distribution/", "hostedzone/")
"""Resources that IAM can limit to a stack; keys, groups, controls, identities and policies it cannot."""


def stack_of(name: str, **fields: Any) -> Json:
    """Return a spec of everything that IAM can limit: a distribution with tags, and records."""
    site = {"cnames": [NAMES[name]], "dns": {"route53": "example.com"}}
    return signed(
        name=name, bucket={"name": f"{name}-media", "create": True}, tags={"team": name}, **site, **fields
    )


def streamed(name: str, **fields: Any) -> Json:
    """Return the same for a streaming distribution."""
    return stack_of(name, delivery="rtmp", **fields)


EXPECTED = {
    stack_of: {
        "create_bucket",
        "create_distribution_with_tags",
        "update_distribution",
        "delete_distribution",
        "tag_resource",
        "put_bucket_policy",
        "change_resource_record_sets",
    },
    streamed: {
        "create_streaming_distribution_with_tags",
        "update_streaming_distribution",
        "delete_streaming_distribution",
        "tag_resource",
        "change_resource_record_sets",
    },
}


def lifecycle_calls(account: SandboxAccount, document: Json) -> list[TaggedCall]:
    """Return every call of a stack that is created, changed and destroyed."""
    stacks = account.load(document)
    changed = account.load({**document, "comment": "changed", "tags": {"team": "another", "more": "yes"}})
    created: list[TaggedCall] = []
    through = recorded(account.world, created)
    apply_plan(make_plan(stacks, through), through, RunOptions(frozenset(HazardName)))
    ended = record_run("changed", changed, account.world)
    return [*created, *(asked for each in ended for asked in each.calls)]


@pytest.mark.usefixtures("s3control")
@pytest.mark.parametrize("kind", [stack_of, streamed])
def test_a_policy_allows_nothing_on_another_stack(account: SandboxAccount, kind: Callable[..., Json]) -> None:
    """Every write to the other's distribution, tags, records and bucket is refused, by both purposes, adopting or not.

    Creating calls are refused as well: they carry the other's name.
    """
    certificate_and_zone(account)
    calls = lifecycle_calls(account, kind("seminars"))
    writes = [asked for asked in calls if asked.call.operation.startswith(WRITES) and limited(asked.call)]
    assert {asked.call.operation for asked in writes} >= EXPECTED[kind]
    for purpose in (Purpose.APPLY, Purpose.DESTROY):
        for adopted in ({}, {"adopt": "E1UGDLB9XZBD79"}, {"adopt": id_in(writes)}):
            policy_of_engine = [
                policy(specs_of(account.load(kind("lectures", **adopted))), purpose, Place(ACCOUNT))
            ]
            let = [
                asked.call
                for asked in writes
                if refused(asked.call, policy_of_engine, asked.tags) != [*actions(asked.call)]
            ]
            assert let == []


@pytest.mark.parametrize("adopt", [{}, {"adopt": "E1UGDLB9XZBD79"}])
def test_a_name_is_neither_taken_nor_given(account: SandboxAccount, adopt: Json) -> None:
    """Tags cannot be used to take over another stack's distribution, or to give one away."""
    policy_of_engine = [policy(specs_of(account.load(signed(**adopt))), Purpose.APPLY, Place(ACCOUNT))]
    mine, others = {"cfstream:name": "lectures"}, {"cfstream:name": "seminars"}

    def tagging(**tags: str) -> Call:
        items = [{"Key": key.replace("__", ":"), "Value": value} for key, value in tags.items()]
        return Call("cloudfront", "tag_resource", {"Resource": ARN, "Tags": {"Items": items}})

    assert refused(tagging(team="media"), policy_of_engine, mine) == []
    assert refused(tagging(cfstream__name="lectures"), policy_of_engine, mine) == []
    untagging = Call("cloudfront", "untag_resource", {"Resource": ARN, "TagKeys": {"Items": ["team"]}})
    for call in (
        tagging(team="media"),
        tagging(cfstream__name="lectures"),
        tagging(cfstream__name="seminars"),
    ):
        assert refused(call, policy_of_engine, others) != []
    assert refused(tagging(cfstream__name="seminars"), policy_of_engine, mine) != []
    assert refused(untagging, policy_of_engine, others) != []
    assert refused(untagging, policy_of_engine, mine) == []


def test_a_distribution_is_adopted_before_it_has_the_tag(account: SandboxAccount) -> None:
    """The id in the spec is enough, but only for that distribution."""
    policy_of_engine = [
        policy(specs_of(account.load(signed(adopt="E1UGDLB9XZBD79"))), Purpose.APPLY, Place(ACCOUNT))
    ]
    update = Call("cloudfront", "update_distribution", {"Id": "E1UGDLB9XZBD79"})
    assert refused(update, policy_of_engine) == []
    assert refused(Call("cloudfront", "update_distribution", {"Id": "E2ANOTHER"}), policy_of_engine) != []


def limited(call: Call) -> bool:
    """Return whether a call writes something that IAM can limit to one stack."""
    on = resource(call)
    tagging = any("RequestTag" in key for key in context(call, {}))
    return tagging or on.startswith("arn:aws:s3:") or any(word in on for word in LIMITED)


def id_in(asked: Sequence[TaggedCall]) -> str:
    """Return the id of the distribution that was updated."""
    return next(str(each.call.params["Id"]) for each in asked if each.call.operation.startswith("update_"))
