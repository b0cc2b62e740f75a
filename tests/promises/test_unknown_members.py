"""A write never drops members of a live configuration that the installed botocore does not know."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cfstream.planning import StackPlan
from cfstream.steps.content import same
from tests.promises.ending import ending
from tests.promises.older import older
from tests.recording.through_a_file import text_of, world_in
from tests.world.account import SandboxAccount
from tests.world.specs import ONE, Json, group, http, key, signed

GRPC = "DefaultCacheBehavior.GrpcConfig"
SHIELD = {"Enabled": True, "OriginShieldRegion": "eu-west-1"}


def set_grpc(config: Json) -> None:
    """Turn gRPC on for the default behavior."""
    config["DefaultCacheBehavior"]["GrpcConfig"] = {"Enabled": True}


def set_shield(config: Json) -> None:
    """Give the origin a shield."""
    config["Origins"]["Items"][0]["OriginShield"] = SHIELD


def set_ttl(config: Json) -> None:
    """Add an error response."""
    error = {"ErrorCode": 404, "ErrorCachingMinTTL": 5}
    config["CustomErrorResponses"] = {"Quantity": 1, "Items": [error]}


def set_version(config: Json) -> None:
    """Choose another HTTP version."""
    config["HttpVersion"] = "http2and3"


CASES: list[tuple[Callable[[Json], None], str, str]] = [
    (set_grpc, "DefaultCacheBehavior.GrpcConfig", GRPC),
    (set_shield, "Origin.OriginShield", "Origins.Items.OriginShield"),
    (set_ttl, "CustomErrorResponse.ErrorCachingMinTTL", "CustomErrorResponses.Items.ErrorCachingMinTTL"),
    (set_version, "DistributionConfig.HttpVersion", "HttpVersion"),
]


def problem_texts(plan: StackPlan) -> list[str]:
    """Return the problems with their fixes."""
    return [f"{problem.what} | {problem.do}" for problem in plan.problems]


@pytest.mark.parametrize(("change", "member", "path"), CASES)
def test_a_plan_that_would_drop_a_member_has_a_problem(
    account: SandboxAccount, change: Callable[[Json], None], member: str, path: str
) -> None:
    """It names the member and how to update boto3; nothing is written."""
    account.converge(signed())
    account.edit(change)
    before = account.config()
    older(account, member)
    plan = account.stack(signed(comment="another"))
    (problem,) = problem_texts(plan)
    assert path in problem
    assert "pip install --upgrade boto3" in problem
    assert account.apply(signed(comment="another")).stacks[0].outcome == "blocked"
    assert same(account.config(), before)


@pytest.mark.parametrize(("change", "member", "path"), CASES)
def test_a_plan_that_writes_nothing_has_none(
    account: SandboxAccount, change: Callable[[Json], None], member: str, path: str
) -> None:
    """It is in sync, with a notice that names the member."""
    account.converge(signed())
    account.edit(change)
    older(account, member)
    plan = account.stack(signed())
    assert (plan.problems, plan.steps) == ((), ())
    assert [notice.text for notice in plan.notices if path in notice.text]


def test_a_member_that_appears_after_the_plan_is_not_dropped(account: SandboxAccount) -> None:
    """The ETag is refused, and the config reads back as planned: only the raw reply shows the member."""
    logs = "arn:aws:cloudfront::123456789012:realtime-log-config/viewers"

    def log(config: Json) -> None:
        config["DefaultCacheBehavior"]["RealtimeLogConfigArn"] = logs

    account.converge(signed())
    older(account, "DefaultCacheBehavior.RealtimeLogConfigArn")
    plan = account.plan(signed(comment="another"))
    account.edit(log)
    report = account.run(plan)
    assert (report.exit_code, report.stacks[0].outcome) == (4, "stale")
    assert "RealtimeLogConfigArn" in json.dumps([step.error for step in report.stacks[0].steps], default=str)
    assert account.config()["DefaultCacheBehavior"]["RealtimeLogConfigArn"] == logs


def test_destroy_has_the_problem_too(account: SandboxAccount) -> None:
    """Disabling sends the whole configuration back."""
    account.converge(signed())
    account.edit(set_grpc)
    older(account, "DefaultCacheBehavior.GrpcConfig")
    assert [each for each in problem_texts(ending(account, signed())) if GRPC in each]


def test_a_snapshot_keeps_what_is_unknown(account: SandboxAccount) -> None:
    """A plan from a file has the problem that a plan from AWS has."""
    account.converge(signed())
    account.edit(set_grpc)
    older(account, "DefaultCacheBehavior.GrpcConfig")
    stacks = account.load(signed(comment="another"))
    text = text_of(stacks, account.world)
    recorded = world_in(text, stacks, account.world)
    account.world = recorded
    assert GRPC in problem_texts(account.stack(signed(comment="another")))[0]


def drift_oac(account: SandboxAccount) -> None:
    """Turn the signing of the OAC off."""
    (id_,) = account.controls()
    reply = account.cloudfront.get_origin_access_control_config(Id=id_)
    config = {**reply["OriginAccessControlConfig"], "SigningBehavior": "never"}
    account.cloudfront.update_origin_access_control(
        Id=id_, IfMatch=reply["ETag"], OriginAccessControlConfig=config
    )


def nothing(_account: SandboxAccount) -> None:
    """The spec itself asks for the change."""


TWO_KEYS = http(key_groups=[group(key(ONE), key("two"))])
CORS: Json = {"origins": ["https://www.example.com"]}
OTHER_CORS: Json = {"origins": ["https://www.example.org"]}
DOCUMENTS: list[tuple[str, Json, Json, Callable[[SandboxAccount], None]]] = [
    ("GetOriginAccessControlConfig", signed(), signed(), drift_oac),
    ("GetKeyGroupConfig", http(), TWO_KEYS, nothing),
    (
        "GetResponseHeadersPolicyConfig",
        signed(http={"cors": CORS}),
        signed(http={"cors": OTHER_CORS}),
        nothing,
    ),
    (
        "GetCloudFrontOriginAccessIdentityConfig",
        signed(oai={"comment": "one"}),
        signed(oai={"comment": "two"}),
        nothing,
    ),
]


@pytest.mark.parametrize(
    ("operation", "before", "after", "drift"), DOCUMENTS, ids=[each[0] for each in DOCUMENTS]
)
def test_every_document_that_is_sent_back_whole_is_looked_at(
    account: SandboxAccount,
    operation: str,
    before: Json,
    after: Json,
    drift: Callable[[SandboxAccount], None],
) -> None:
    """An OAC, an OAI, a key group and a response headers policy are checked too."""
    account.converge(before)
    drift(account)
    assert account.stack(after).problems == ()
    older(account)
    inject(account, operation)
    (problem,) = problem_texts(account.stack(after))
    assert "Novelty" in problem
    assert "pip install --upgrade boto3" in problem


def inject(account: SandboxAccount, operation: str) -> None:
    """Add one more element to the replies to this operation, as if AWS had added it."""

    def add(response_dict: Any, **_: Any) -> None:
        end = response_dict["body"].rindex(b"</")
        body = response_dict["body"]
        response_dict["body"] = body[:end] + b"<Novelty>1</Novelty>" + body[end:]

    clients: Any = account.world.aws
    for write in (False, True):
        events = clients._clients.of("cloudfront", write=write).meta.events
        events.register_first(f"before-parse.cloudfront.{operation}", add)
