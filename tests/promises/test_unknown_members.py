"""A write never drops members of a live configuration that the installed botocore does not know."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from cfstream.planning import StackPlan
from cfstream.steps.content import same
from tests.promises.ending import ending
from tests.promises.older import older
from tests.promises.studio import ONE, Json, Studio, group, http, key, signed
from tests.recording.through_a_file import text_of, world_in

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


def told(plan: StackPlan) -> list[str]:
    """Return the problems with their fixes."""
    return [f"{problem.what} | {problem.do}" for problem in plan.problems]


@pytest.mark.parametrize(("change", "member", "path"), CASES)
def test_a_plan_that_would_drop_a_member_has_a_problem(
    studio: Studio, change: Callable[[Json], None], member: str, path: str
) -> None:
    """It names the member and how to update boto3; nothing is written."""
    studio.converge(signed())
    studio.edit(change)
    before = studio.config()
    older(studio, member)
    plan = studio.stack(signed(comment="another"))
    (problem,) = told(plan)
    assert path in problem
    assert "pip install --upgrade boto3" in problem
    assert studio.apply(signed(comment="another")).stacks[0].outcome == "blocked"
    assert same(studio.config(), before)


@pytest.mark.parametrize(("change", "member", "path"), CASES)
def test_a_plan_that_writes_nothing_has_none(
    studio: Studio, change: Callable[[Json], None], member: str, path: str
) -> None:
    """It is in sync, with a notice that names the member."""
    studio.converge(signed())
    studio.edit(change)
    older(studio, member)
    plan = studio.stack(signed())
    assert (plan.problems, plan.steps) == ((), ())
    assert [notice.text for notice in plan.notices if path in notice.text]


def test_a_member_that_appears_after_the_plan_is_not_dropped(studio: Studio) -> None:
    """The ETag is refused, and the config reads back as planned: only the raw reply shows the member."""
    logs = "arn:aws:cloudfront::123456789012:realtime-log-config/viewers"

    def log(config: Json) -> None:
        config["DefaultCacheBehavior"]["RealtimeLogConfigArn"] = logs

    studio.converge(signed())
    older(studio, "DefaultCacheBehavior.RealtimeLogConfigArn")
    plan = studio.plan(signed(comment="another"))
    studio.edit(log)
    report = studio.run(plan)
    assert (report.exit_code, report.stacks[0].outcome) == (4, "stale")
    assert "RealtimeLogConfigArn" in json.dumps([step.error for step in report.stacks[0].steps], default=str)
    assert studio.config()["DefaultCacheBehavior"]["RealtimeLogConfigArn"] == logs


def test_destroy_has_the_problem_too(studio: Studio) -> None:
    """Disabling sends the whole configuration back."""
    studio.converge(signed())
    studio.edit(set_grpc)
    older(studio, "DefaultCacheBehavior.GrpcConfig")
    assert [each for each in told(ending(studio, signed())) if GRPC in each]


def test_a_snapshot_keeps_what_is_unknown(studio: Studio) -> None:
    """A plan from a file has the problem that a plan from AWS has."""
    studio.converge(signed())
    studio.edit(set_grpc)
    older(studio, "DefaultCacheBehavior.GrpcConfig")
    stacks = studio.load(signed(comment="another"))
    text = text_of(stacks, studio.world)
    recorded = world_in(text, stacks, studio.world)
    studio.world = recorded
    assert GRPC in told(studio.stack(signed(comment="another")))[0]


def drift_oac(studio: Studio) -> None:
    """Turn the signing of the OAC off."""
    (id_,) = studio.controls()
    reply = studio.cloudfront.get_origin_access_control_config(Id=id_)
    config = {**reply["OriginAccessControlConfig"], "SigningBehavior": "never"}
    studio.cloudfront.update_origin_access_control(
        Id=id_, IfMatch=reply["ETag"], OriginAccessControlConfig=config
    )


def nothing(_studio: Studio) -> None:
    """The spec itself asks for the change."""


TWO_KEYS = http(key_groups=[group(key(ONE), key("two"))])
CORS: Json = {"origins": ["https://www.example.com"]}
OTHER_CORS: Json = {"origins": ["https://www.example.org"]}
DOCUMENTS: list[tuple[str, Json, Json, Callable[[Studio], None]]] = [
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
    studio: Studio, operation: str, before: Json, after: Json, drift: Callable[[Studio], None]
) -> None:
    """An OAC, an OAI, a key group and a response headers policy are checked too."""
    studio.converge(before)
    drift(studio)
    assert studio.stack(after).problems == ()
    older(studio)
    inject(studio, operation)
    (problem,) = told(studio.stack(after))
    assert "Novelty" in problem
    assert "pip install --upgrade boto3" in problem


def inject(studio: Studio, operation: str) -> None:
    """Add one more element to the replies to this operation, as if AWS had added it."""

    def add(response_dict: Any, **_: Any) -> None:
        end = response_dict["body"].rindex(b"</")
        body = response_dict["body"]
        response_dict["body"] = body[:end] + b"<Novelty>1</Novelty>" + body[end:]

    clients: Any = studio.world.aws
    for write in (False, True):
        events = clients._clients.of("cloudfront", write=write).meta.events
        events.register_first(f"before-parse.cloudfront.{operation}", add)
