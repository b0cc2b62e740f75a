"""Build the model that a spec describes: what would be live if the spec were applied. Pure.

Ids are the names of the spec, so that the models of two versions can be compared. Distributions come from the same code
as a plan's, so `diff` reports the hazards that `plan` reports if live equals the older spec.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cfstream.access.model import AccessModel, GroupState
from cfstream.domain import (
    Block,
    BucketState,
    Delivery,
    Distribution,
    LiveDistribution,
    distribution_from_reply,
)
from cfstream.domain.bucket import LEGACY
from cfstream.errors import Notice
from cfstream.kinds import KINDS
from cfstream.spec.model import Spec
from cfstream.spec.stack import Stack
from cfstream.stack.context import StackContext
from cfstream.stack.declared_keys import declared_groups
from cfstream.stack.fields import Overlay
from cfstream.stack.proposal import KindResults
from cfstream.startup.frozen import dataclass
from cfstream.steps.hazards import Hazard
from cfstream.values import Account, Address, ETag, Json, Known

ACCOUNT = Account("000000000000")
"""Placeholder for the account number, which specs do not contain."""
OWN = "own"
ARN = f"arn:aws:cloudfront::{ACCOUNT}:distribution/OWN"
SHUT = Block(acls=True, ignore_acls=True, policy=True, restrict=True)


@dataclass(frozen=True)
class Described:
    """The models of two versions of a stack, around the newer version's bucket."""

    before: AccessModel
    after: AccessModel
    former: tuple[AccessModel, AccessModel] | None
    """If the bucket changes: the models around the older version's bucket, before and after."""
    hazards: tuple[Hazard, ...]
    """The hazards of the distribution's own fields: TLS, and removed host names."""
    notices: tuple[Notice, ...]
    """What a plan warns of in the changes of these fields."""


def described(before: Stack, after: Stack, old: Sequence[Spec], new: Sequence[Spec]) -> Described:
    """Return the models before and after a change of specs. `old` and `new` are all specs of the two versions."""
    was, will = (
        StackContext(before, ACCOUNT, beside=tuple(old)),
        StackContext(after, ACCOUNT, beside=tuple(new)),
    )
    live = _live(was)
    laid = _laid(will, live)
    becomes = _as_live(will.delivery, laid.config)
    one, other = before.spec.bucket.name, after.spec.bucket.name
    return Described(
        before=_model(was, live, other, None if one != other else _policy(was)),
        after=_model(will, becomes, other, _policy(will)),
        former=None
        if one == other
        else (_model(was, live, one, _policy(was)), _model(will, becomes, one, None)),
        hazards=laid.hazards,
        notices=laid.notices,
    )


def first(after: Stack, new: Sequence[Spec]) -> tuple[AccessModel, AccessModel]:
    """Return the models before and after the first version of a stack: before, nobody can read anything."""
    context = StackContext(after, ACCOUNT, beside=tuple(new))
    will = _model(context, _live(context), after.spec.bucket.name, _policy(context))
    return replace(will, distributions=(), bucket=replace(will.bucket, policy=None)), will


def _live(context: StackContext) -> LiveDistribution:
    """Return the distribution as it is once the spec is applied."""
    return _as_live(context.delivery, _certified(context.stack.spec, _laid(context, None).config))


def _laid(context: StackContext, live: LiveDistribution | None) -> Overlay:
    results = _results(context)
    return next(laid for kind in KINDS if (laid := kind.configured(context, live, results)))


def _certified(spec: Spec, config: Json) -> Json:
    """Return the config with a certificate for its aliases. With `certificate: auto` its ARN is not known here."""
    if not spec.cnames or spec.delivery == "rtmp" or spec.http.certificate != "auto":
        return config
    certificate = {
        "ACMCertificateArn": "auto",
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": spec.http.minimum_tls,
        "CloudFrontDefaultCertificate": False,
    }
    return {**config, "ViewerCertificate": certificate}


def _as_live(delivery: Delivery, config: Json) -> LiveDistribution:
    shown = {
        "Id": OWN,
        "ARN": ARN,
        "DomainName": "",
        "Status": "Deployed",
        delivery.document: config,
    }
    return distribution_from_reply(delivery, {"ETag": ETag(""), delivery.resource: shown})


def _results(context: StackContext) -> KindResults:
    """Return ids for everything in the spec: its own names."""
    brought: dict[Address, Mapping[str, Known]] = {context.distribution: {"arn": ARN}}
    for kind in KINDS:
        brought |= kind.described(context)
    return KindResults(brought=brought)


def _model(context: StackContext, live: Distribution, bucket: str, policy: Json | None) -> AccessModel:
    open_bucket = context.stack.spec.identity == "none"
    return AccessModel(
        account=ACCOUNT,
        bucket=BucketState(bucket, policy=policy, block=Block() if open_bucket else SHUT, ownership=LEGACY),
        distributions=(live,),
        own=OWN,
        groups=_groups(context.stack),
        stacks={OWN: context.name},
    )


def _groups(stack: Stack) -> dict[Known, GroupState]:
    """Return the key groups that the spec creates; a key is identified by its content, not by its name."""
    keys = {name: key.der_sha256 for name, key in stack.public_keys.items()}
    return {
        group.name: GroupState(group.name, frozenset(keys.get(key.name, key.name) for key in group.keys))
        for group in declared_groups(stack.spec)
    }


def _policy(context: StackContext) -> Json:
    """Return a policy that allows what the spec grants, in whichever way the spec grants it."""
    spec = context.stack.spec
    if spec.identity == "none":
        everyone = {
            "Sid": "everyone",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{spec.bucket.name}/*",
        }
        return {"Version": "2012-10-17", "Statement": [everyone]}
    results = _results(context)
    statements = [kind.granted(context, results) for kind in KINDS]
    return {"Version": "2012-10-17", "Statement": [each for each in statements if each]}
