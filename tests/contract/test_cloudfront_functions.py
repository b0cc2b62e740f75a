"""CloudFront functions: their stages, and which associations with cache behaviors CloudFront accepts."""

from typing import Any

import pytest

from tests.world.configs import (
    BUCKET,
    FUNCTION_CONFIG,
    Json,
    associated,
    behavior,
    config,
    listing,
    make,
    make_function,
    refused,
    update,
)
from tests.world.sandbox import Sandbox

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:auth:1"


@pytest.fixture(autouse=True)
def bucket(s3: Any) -> None:
    """Create the bucket of every origin here."""
    s3.create_bucket(Bucket=BUCKET)


def _with(*associations: Json, **changes: Any) -> Json:
    return config(DefaultCacheBehavior=behavior(FunctionAssociations=listing(*associations), **changes))


def _at_edge(event: str, arn: str = LAMBDA) -> Json:
    return listing({"EventType": event, "LambdaFunctionARN": arn})


def test_a_function_begins_in_development(cloudfront: Any) -> None:
    """A new function only has the stage DEVELOPMENT; LIVE is NoSuchFunctionExists until it is published."""
    arn = make_function(cloudfront, published=False)
    assert arn == "arn:aws:cloudfront::123456789012:function/rewrite"
    shown = cloudfront.describe_function(Name="rewrite", Stage="DEVELOPMENT")
    assert shown["FunctionSummary"]["FunctionMetadata"]["Stage"] == "DEVELOPMENT"
    with refused("NoSuchFunctionExists", 404):
        cloudfront.describe_function(Name="rewrite", Stage="LIVE")
    cloudfront.publish_function(Name="rewrite", IfMatch=shown["ETag"])
    live = cloudfront.describe_function(Name="rewrite", Stage="LIVE")
    assert live["FunctionSummary"]["FunctionMetadata"]["FunctionARN"] == arn


def test_lists_have_a_row_for_each_stage(cloudfront: Any) -> None:
    """ListFunctions lists every stage of each function, or only one stage if asked; it has pages."""
    make_function(cloudfront, "draft", published=False)
    make_function(cloudfront, "rewrite")

    def listed(**params: Any) -> list[tuple[str, str]]:
        rows = cloudfront.list_functions(**params)["FunctionList"].get("Items", ())
        return sorted((row["Name"], row["FunctionMetadata"]["Stage"]) for row in rows)

    assert listed() == [("draft", "DEVELOPMENT"), ("rewrite", "DEVELOPMENT"), ("rewrite", "LIVE")]
    assert listed(Stage="LIVE") == [("rewrite", "LIVE")]
    first = cloudfront.list_functions(MaxItems="2")["FunctionList"]
    second = cloudfront.list_functions(MaxItems="2", Marker=first["NextMarker"])["FunctionList"]
    assert (first["Quantity"], second["Quantity"]) == (2, 1)
    assert "NextMarker" not in second


def test_publishing_changes_the_etags_of_the_distributions_that_use_it(cloudfront: Any) -> None:
    """A function has a version for If-Match; publishing it again deploys the distributions that use it."""
    arn = make_function(cloudfront)
    created = make(cloudfront, _with(associated(arn)))
    etag = cloudfront.describe_function(Name="rewrite")["ETag"]
    with refused("InvalidIfMatchVersion", 400):
        cloudfront.publish_function(Name="rewrite", IfMatch="none")
    changed = cloudfront.update_function(
        Name="rewrite", IfMatch=etag, FunctionConfig=FUNCTION_CONFIG, FunctionCode=b"another"
    )
    with refused("PreconditionFailed", 412):
        cloudfront.publish_function(Name="rewrite", IfMatch=etag)
    cloudfront.publish_function(Name="rewrite", IfMatch=changed["ETag"])
    assert cloudfront.get_distribution(Id=created["Id"])["ETag"] != created["ETag"]


def test_a_function_in_use_cannot_be_deleted(cloudfront: Any) -> None:
    """DeleteFunction is FunctionInUse until no behavior has the function; a name is used once."""
    arn = make_function(cloudfront)
    with refused("FunctionAlreadyExists", 409):
        make_function(cloudfront)
    created = make(cloudfront, _with(associated(arn)))
    etag = cloudfront.describe_function(Name="rewrite")["ETag"]
    with refused("FunctionInUse", 409):
        cloudfront.delete_function(Name="rewrite", IfMatch=etag)
    live = cloudfront.get_distribution_config(Id=created["Id"])["DistributionConfig"]["DefaultCacheBehavior"]
    update(cloudfront, created["Id"], DefaultCacheBehavior={**live, "FunctionAssociations": listing()})
    cloudfront.delete_function(Name="rewrite", IfMatch=etag)
    with refused("NoSuchFunctionExists", 404):
        cloudfront.describe_function(Name="rewrite")


def test_code_has_a_limit(cloudfront: Any) -> None:
    """Code of more than 40,960 bytes is FunctionSizeLimitExceeded, with the status 413."""
    with refused("FunctionSizeLimitExceeded", 413):
        cloudfront.create_function(Name="large", FunctionConfig=FUNCTION_CONFIG, FunctionCode=b"x" * 40961)


def test_a_behavior_can_have_one_function_for_each_viewer_event(cloudfront: Any) -> None:
    """Associations read back; a Lambda@Edge function at an origin event is allowed beside them."""
    both = [
        associated(make_function(cloudfront)),
        associated(make_function(cloudfront, "headers"), "viewer-response"),
    ]
    created = make(cloudfront, _with(*both, LambdaFunctionAssociations=_at_edge("origin-request")))
    live = created["DistributionConfig"]["DefaultCacheBehavior"]["FunctionAssociations"]["Items"]
    assert sorted(live, key=lambda each: each["EventType"]) == both


REFUSED: dict[str, tuple[Json, str, str]] = {
    "unknown": (
        _with(associated("arn:aws:cloudfront::123456789012:function/none")),
        "InvalidFunctionAssociation",
        "does not exist",
    ),
    "not published": (
        _with(associated("arn:aws:cloudfront::123456789012:function/draft")),
        "InvalidFunctionAssociation",
        "not in the LIVE stage",
    ),
    "another account": (
        _with(associated("arn:aws:cloudfront::111122223333:function/rewrite")),
        "InvalidFunctionAssociation",
        "not that of a function of this account",
    ),
    "a name for an ARN": (
        _with(associated("rewrite")),
        "InvalidFunctionAssociation",
        "not that of a function of this account",
    ),
    "the same event twice": (
        _with(*[associated("arn:aws:cloudfront::123456789012:function/rewrite")] * 2),
        "InvalidFunctionAssociation",
        "cannot be associated with two functions",
    ),
    "an origin event": (
        _with(associated("arn:aws:cloudfront::123456789012:function/rewrite", "origin-request")),
        "MalformedXML",
        "Member must satisfy value set: [viewer-request, viewer-response]",
    ),
    "beside Lambda@Edge at the same event": (
        _with(
            associated("arn:aws:cloudfront::123456789012:function/rewrite"),
            LambdaFunctionAssociations=_at_edge("viewer-request"),
        ),
        "InvalidFunctionAssociation",
        "cannot be combined in viewer events",
    ),
    "beside Lambda@Edge at the other viewer event": (
        _with(
            associated("arn:aws:cloudfront::123456789012:function/rewrite"),
            LambdaFunctionAssociations=_at_edge("viewer-response"),
        ),
        "InvalidFunctionAssociation",
        "cannot be combined in viewer events",
    ),
    "Lambda@Edge without a version": (
        _with(LambdaFunctionAssociations=_at_edge("viewer-request", LAMBDA.removesuffix(":1"))),
        "InvalidLambdaFunctionAssociation",
        "specific function version",
    ),
    "Lambda@Edge of another region": (
        _with(
            LambdaFunctionAssociations=_at_edge("viewer-request", LAMBDA.replace("us-east-1", "eu-west-1"))
        ),
        "InvalidLambdaFunctionAssociation",
        "",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_associations_are_refused(case: str, cloudfront: Any) -> None:
    """CloudFront refuses each of these associations when a distribution is created."""
    make_function(cloudfront)
    make_function(cloudfront, "draft", published=False)
    sent, code, words = REFUSED[case]
    with refused(code, 400, words):
        make(cloudfront, sent)


def test_a_function_has_a_limit_of_distributions(cloudfront: Any, sandbox: Sandbox) -> None:
    """A function beyond its limit is TooManyDistributionsWithFunctionAssociations; an update does not count twice."""
    sandbox.cloudfront.settings.quotas["distributions_per_function"] = 1
    sent = _with(associated(make_function(cloudfront)))
    created = make(cloudfront, sent)
    update(cloudfront, created["Id"], Comment="changed")
    with refused("TooManyDistributionsWithFunctionAssociations", 400):
        make(cloudfront, {**sent, "CallerReference": "two"})
