"""The rules for what runs on a cache behavior: CloudFront functions and Lambda@Edge functions.

Source: Developer Guide, "Restrictions on all edge functions", and botocore's model of FunctionAssociation.
"""

import re
from collections.abc import Sequence

from .records import Distribution, Json
from .refusal import refuse_unless
from .state import CloudFrontState

_FUNCTION = re.compile(r"arn:aws:cloudfront::(?P<account>[0-9]{12}):function/(?P<name>[a-zA-Z0-9_-]{1,64})")
_LAMBDA = re.compile(r"arn:aws:lambda:us-east-1:[0-9]{12}:function:[a-zA-Z0-9_-]{1,64}:[0-9]+")
_VIEWER_EVENTS = ("viewer-request", "viewer-response")
_INVALID, _INVALID_LAMBDA = "InvalidFunctionAssociation", "InvalidLambdaFunctionAssociation"


def judge_associations(state: CloudFrontState, behavior: Json, own_id: str | None) -> None:
    """Refuse the functions of a cache behavior (with defaults) as CreateDistribution and UpdateDistribution do.

    `own_id` is the distribution's id if it exists, so that it does not count twice against limits.
    """
    functions = behavior["FunctionAssociations"].get("Items", ())
    lambdas = behavior["LambdaFunctionAssociations"].get("Items", ())
    for each in functions:
        _judge_function(state, each["FunctionARN"], each["EventType"], own_id)
    for each in lambdas:
        arn = each["LambdaFunctionARN"]
        # The message is that of chantzlarge/terraform-aws-hugo#43.
        message = f"The function ARN must reference a specific function version. ARN: {arn}"
        refuse_unless(_LAMBDA.fullmatch(arn), _INVALID_LAMBDA, message)
    _judge_events(_INVALID_LAMBDA, [each["EventType"] for each in lambdas])
    _judge_events(_INVALID, [each["EventType"] for each in functions])
    mixed = functions and any(each["EventType"] in _VIEWER_EVENTS for each in lambdas)
    message = "CloudFront Functions and Lambda@Edge cannot be combined in viewer events of a cache behavior."
    refuse_unless(not mixed, _INVALID, message)


def _judge_function(state: CloudFrontState, arn: str, event: str, own_id: str | None) -> None:
    # The code and the words are those of terraform-aws-modules/terraform-aws-cloudfront#53.
    message = (
        f"Value '{event}' at 'functionAssociations.items.member.eventType' failed to satisfy constraint: "
    )
    values = f"Member must satisfy value set: [{', '.join(_VIEWER_EVENTS)}]"
    refuse_unless(event in _VIEWER_EVENTS, "MalformedXML", message + values)
    found = _FUNCTION.fullmatch(arn)
    ours = found and found["account"] == state.account
    refuse_unless(ours, _INVALID, f"The function ARN is not that of a function of this account: {arn}")
    function = state.functions.find(found["name"]) if found else None
    refuse_unless(function, _INVALID, f"The function does not exist: {arn}")
    refuse_unless(function and function.live, _INVALID, f"The function is not in the LIVE stage: {arn}")
    others = [user for user in function_users(state, arn) if user.id != own_id]
    limit = state.settings.quota("distributions_per_function")
    refuse_unless(len(others) < limit, "TooManyDistributionsWithFunctionAssociations")


def _judge_events(code: str, events: Sequence[str]) -> None:
    twice = next((event for event in events if events.count(event) > 1), None)
    # The words are those of anomalyco/sst#2822.
    message = "The event type of a function association must be unique in the cache behavior."
    refuse_unless(
        twice is None, code, f"{message} Event type {twice} cannot be associated with two functions."
    )


def function_users(state: CloudFrontState, arn: str) -> list[Distribution]:
    """Return the distributions with a cache behavior that uses this function."""
    return [
        record
        for record in state.distributions
        if any(
            each["FunctionARN"] == arn
            for behavior in state.behaviors(record)
            for each in behavior["FunctionAssociations"].get("Items", ())
        )
    ]
