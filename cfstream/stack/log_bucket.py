"""Preflight checks of the bucket for access logs.

CloudFront checks it when a distribution is created or updated (Developer Guide, "Configure standard logging (legacy)").
"""

from collections.abc import Iterator

from cfstream.domain.bucket import ENFORCED
from cfstream.errors import Missing, Notice, Problem, Refused
from cfstream.ports import Answer, Call, Reads
from cfstream.stack.bucket import enabling_acls
from cfstream.stack.context import StackContext
from cfstream.startup.frozen import dataclass
from cfstream.steps.step import at

WITHOUT_DELIVERY = frozenset(
    {
        "af-south-1",
        "ap-east-1",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ca-west-1",
        "eu-central-2",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
    }
)
"""Regions to which CloudFront delivers no standard logs (the same page)."""


@dataclass(frozen=True)
class LogBucket:
    """The replies about the log bucket."""

    name: str
    head: Answer
    ownership: Answer


def read_log_bucket(aws: Reads, context: StackContext) -> LogBucket | None:
    """Return what is live of the log bucket, or None if the spec asks for no logs. Makes two calls."""
    logging = context.stack.spec.logging
    if not logging:
        return None
    found = _read(aws, logging.bucket, context.region)
    moved = found.head.region if isinstance(found.head, Refused) else ""
    return _read(aws, logging.bucket, moved) if moved not in ("", context.region) else found


def _read(aws: Reads, name: str, region: str) -> LogBucket:
    head, ownership = aws.together(
        [
            Call("s3", operation, {"Bucket": name}, region)
            for operation in ("head_bucket", "get_bucket_ownership_controls")
        ]
    )
    return LogBucket(name, head, ownership)


def log_problems(context: StackContext, found: LogBucket | None) -> Iterator[Problem]:
    """Yield why CloudFront would refuse to deliver logs: the bucket is missing, without ACLs, or in a wrong region."""
    if found is None:
        return
    where = ("logging", "bucket")
    if isinstance(found.head, Missing):
        what = f"the log bucket {found.name} does not exist"
        yield context.stack.problem(
            what,
            f"name another one, or create it with ACLs enabled: `{_create(found.name, context)}`",
            *where,
        )
        return
    if isinstance(found.head, Refused):
        return
    region = str(found.head.get("BucketRegion") or "")
    if region in WITHOUT_DELIVERY:
        what = f"the log bucket {found.name} is in {region}, and CloudFront does not deliver logs there"
        yield context.stack.problem(what, "name a bucket in another region", *where)
    if _without_acls(found.ownership):
        what = f"the log bucket {found.name} has ACLs disabled (object ownership {ENFORCED})"
        yield context.stack.problem(
            what, f"name another one, or enable them: `{enabling_acls(found.name)}`", *where
        )


def _create(name: str, context: StackContext) -> str:
    """Return the command that creates a log bucket."""
    region = context.region or "us-east-1"
    place = f" --create-bucket-configuration LocationConstraint={region}" if region != "us-east-1" else ""
    create = (
        f"aws s3api create-bucket --bucket {name} --region {region} --object-ownership BucketOwnerPreferred"
    )
    return f"{create}{place}"


def log_notices(found: LogBucket | None) -> Iterator[Notice]:
    """Yield what could not be checked: a bucket of another account, or one that may not be read."""
    answers = () if found is None or isinstance(found.head, Missing) else (found.head, found.ownership)
    refused = next(
        (each for each in answers if isinstance(each, Refused) and not isinstance(each, Missing)), None
    )
    if found is not None and refused is not None:
        yield Notice(f"the log bucket {found.name} could not be checked: {refused.what}")


def _without_acls(answer: Answer) -> bool:
    """OwnershipControlsNotFoundError means that ACLs are enabled (S3 API, GetBucketOwnershipControls)."""
    if isinstance(answer, Refused):
        return False
    rules = at(answer, "OwnershipControls.Rules") or []
    return bool(rules) and rules[0].get("ObjectOwnership") == ENFORCED
