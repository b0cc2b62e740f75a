"""The calls that a kind makes, and the resources that they act on: `permissions` derives the IAM policy from these.

A `Scope` is what IAM can limit a call to. The scopes of buckets and distributions are here, because several kinds make
calls on them; a kind has the others in its own package.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from cfstream.domain import Delivery
from cfstream.spec.model import Spec
from cfstream.startup.frozen import dataclass

Conditions: TypeAlias = Mapping[tuple[str, str], frozenset[str]]
"""The allowed values by operator and condition key. All conditions must hold."""


@dataclass(frozen=True)
class Place:
    """The account and the partition that a policy is for."""

    account: str = "*"
    """``*`` in an ARN matches any account, but a policy only has effect in its own account."""
    partition: str = "aws"

    def arn(self, service: str, resource: str, region: str = "", *, global_name: bool = False) -> str:
        """Return an ARN. The ARNs of S3 and Route 53 have no account (`global_name`)."""
        return f"arn:{self.partition}:{service}:{region}:{'' if global_name else self.account}:{resource}"


def _anything(_spec: Spec, _place: Place) -> str:
    return "*"


def _unconditionally(_spec: Spec) -> Conditions:
    return {}


@dataclass(frozen=True)
class Scope:
    """The resources that an action is allowed on, and the conditions."""

    sid: str
    """The name of its statements in a policy."""
    arn: Callable[[Spec, Place], str | tuple[str, ...]] = _anything
    conditions: Callable[[Spec], Conditions] = _unconditionally

    def resources(self, spec: Spec, place: Place) -> tuple[str, ...]:
        """Return the ARNs of the resources."""
        found = self.arn(spec, place)
        return (found,) if isinstance(found, str) else found


@dataclass(frozen=True)
class Need:
    """A call that a spec needs, by boto3's names, and the resources that it acts on."""

    service: str
    operation: str
    on: Scope
    optional: bool = False
    """Whether everything works without it, with fewer hints or a notice."""


Needs: TypeAlias = Iterator[Need]


def calls(on: Scope, service: str, *operations: str) -> Needs:
    """Yield a need for each operation."""
    yield from (Need(service, operation, on) for operation in operations)


def optional(needs: Needs) -> Needs:
    """Yield the needs, marked as optional."""
    yield from (replace(need, optional=True) for need in needs)


ANYTHING = Scope("NotNarrower")
"""For actions that IAM allows only on ``*``."""


def _own(spec: Spec, place: Place) -> str:
    return place.arn("cloudfront", f"{Delivery(spec.delivery).kind}/{spec.adopt or '*'}")


def _other(spec: Spec, place: Place) -> str:
    return place.arn("cloudfront", f"{other_delivery(spec).kind}/*")


def other_delivery(spec: Spec) -> Delivery:
    """Return the delivery that the spec does not have."""
    return next(each for each in Delivery if each != Delivery(spec.delivery))


_TAGGED, _TAGGING = "aws:ResourceTag/cfstream:name", "aws:RequestTag/cfstream:name"


def _tagged(spec: Spec) -> Conditions:
    """Require the tag of the stack. ``IfExists`` also accepts an adopted distribution before it gets the tag."""
    return {("StringEqualsIfExists" if spec.adopt else "StringEquals", _TAGGED): frozenset({spec.name})}


BUCKET = Scope("Bucket", lambda spec, place: place.arn("s3", spec.bucket.name, global_name=True))
OBJECTS = Scope("Objects", lambda spec, place: place.arn("s3", f"{spec.bucket.name}/*", global_name=True))
LOG_BUCKET = Scope(
    "LogBucket",
    lambda spec, place: place.arn("s3", spec.logging.bucket if spec.logging else "", global_name=True),
)
ACCESS_POINTS = Scope(
    "AccessPoints", lambda spec, place: place.arn("s3", "accesspoint/*", spec.bucket.region or "*")
)
ENCRYPTION_KEYS = Scope(
    "EncryptionKeys", lambda spec, place: place.arn("kms", "key/*", spec.bucket.region or "*")
)
SEEN = Scope("SeenDistribution", _own)
"""To read: the distribution that the spec adopts, or any distribution if the id is unknown."""
OWN = Scope("OwnDistribution", _own, _tagged)
"""To change: only with the stack's tag, or the one that the spec adopts, unless it has another stack's tag."""
OWN_TAGS = Scope(
    "OwnTags",
    _own,
    lambda spec: {**_tagged(spec), ("StringEqualsIfExists", _TAGGING): frozenset({spec.name})},
)
"""To tag the same distribution: never with another stack's name."""
OTHER_SEEN = Scope("SeenOfOtherDelivery", _other)
"""To read before it is destroyed: a distribution of the delivery that the spec does not have."""
OTHER = Scope("OwnOfOtherDelivery", _other, lambda spec: {("StringEquals", _TAGGED): frozenset({spec.name})})
"""To destroy that distribution: only with the stack's tag."""
NEW = Scope("NewDistribution", conditions=lambda spec: {("StringEquals", _TAGGING): frozenset({spec.name})})
"""To create: only with the stack's tag in the same request."""
NEW_TAGS = Scope(
    "NewTags",
    conditions=lambda spec: {
        ("StringEquals", _TAGGING): frozenset({spec.name}),
        ("StringEqualsIfExists", _TAGGED): frozenset({spec.name}),
    },
)
"""To tag in the creating request, which IAM checks as an action of its own.

IAM cannot distinguish this from tagging an existing distribution. So it allows tagging a distribution that has no name
yet, but not renaming one that has a name.
"""

SHARED = (
    BUCKET,
    OBJECTS,
    LOG_BUCKET,
    ACCESS_POINTS,
    ENCRYPTION_KEYS,
    SEEN,
    OWN,
    OWN_TAGS,
    OTHER_SEEN,
    OTHER,
    NEW,
    NEW_TAGS,
)
"""The scopes of buckets and distributions, in the order of their statements."""
