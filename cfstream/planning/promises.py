"""The models that the specs of a run describe: what is declared public is what they serve to anyone. Pure.

A spec describes its distribution, the origin of the default behavior and the grant. What it does not manage is as it
is live: behaviors that it keeps and does not name, other origins, and the origin path if the spec has none.
"""

from collections.abc import Iterator
from dataclasses import replace

from cfstream.access.model import AccessModel
from cfstream.domain import (
    BucketState,
    CacheBehavior,
    Delivery,
    Distribution,
    Origin,
    PathPattern,
    Signers,
)
from cfstream.domain.precedence import in_order, insert, places
from cfstream.indexed import having
from cfstream.kinds.distribution.http_fields import Part, described
from cfstream.policy_document import oai_statement
from cfstream.spec import http
from cfstream.spec.model import Spec
from cfstream.stack.context import StackContext, names_of_buckets

PROMISED = "promised"
"""Placeholder ids for the distribution and the identity of a spec."""

SOMEBODY = Signers(accounts=("self",))
"""A placeholder for all signers: this module only asks whether anyone can read."""


def promises(context: StackContext, model: AccessModel) -> tuple[AccessModel, ...]:
    """Return the models that the spec, and the other specs of the run for its bucket, describe."""
    found = list(_of_spec(context.stack.spec, model, model.own_distribution, ending=context.destroying))
    for spec in having(context.beside, names_of_buckets, model.bucket.name):
        if spec.name != context.name:
            found += _of_spec(spec, model, _live(spec, model))
    return tuple(found)


def _live(spec: Spec, model: AccessModel) -> Distribution | None:
    """Return the distribution of another stack of the run."""
    named = (each for each in model.distributions if model.stacks.get(each.id) == spec.name)
    adopted = (each for each in model.distributions if spec.adopt and each.id == spec.adopt)
    return next(iter((*named, *adopted)), None)


def _of_spec(
    spec: Spec, model: AccessModel, live: Distribution | None, *, ending: bool = False
) -> Iterator[AccessModel]:
    if spec.identity == "none":
        yield _anonymous(spec, model, live)
    if not spec.enabled or ending or not _is_public(spec):
        return
    elsewhere = spec.grant.via == "elsewhere"
    if spec.identity != "none" and not elsewhere:
        yield _granted(spec, model, live)
    if live is not None:
        left = tuple(each for each in live.origins if elsewhere or each != live.default_origin)
        yield from [_read_as_it_is(spec, model, live, left)] if left else ()


def _is_public(spec: Spec) -> bool:
    return spec.public or any(each.public for each in spec.http.behaviors)


def _anonymous(spec: Spec, model: AccessModel, live: Distribution | None) -> AccessModel:
    """``origin_access: none``: CloudFront reads anonymously, so S3 serves everything that it can read to anyone."""
    origin = _origin(spec, model, live)
    everything = CacheBehavior(PathPattern("*"), origin.id, (origin,), default=True)
    return replace(model, distributions=(_distribution(spec, live, (origin,), (everything,)),))


def _granted(spec: Spec, model: AccessModel, live: Distribution | None) -> AccessModel:
    """What CloudFront can read by the grant, and by nothing else."""
    origin = replace(_origin(spec, model, live), oai_id=PROMISED)
    own = {origin, live.default_origin if live else None}
    behaviors = tuple(
        replace(each, origins=(origin,) if own & {*each.origins} else ())
        for each in _behaviors(spec, live, origin)
    )
    bucket, prefix = model.bucket.name, spec.grant.prefix
    statement = oai_statement("promised", model.partition, bucket, prefix, (PROMISED,))
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return replace(
        model,
        bucket=BucketState(bucket, model.partition, policy=policy),
        distributions=(_distribution(spec, live, (origin,), behaviors),),
    )


def _read_as_it_is(
    spec: Spec, model: AccessModel, live: Distribution, origins: tuple[Origin, ...]
) -> AccessModel:
    """What the distribution reads by origins, or by grants, that the spec leaves to others."""
    behaviors = tuple(
        replace(each, origins=tuple(one for one in each.origins if one in origins))
        for each in _behaviors(spec, live, live.default_origin)
    )
    return replace(model, distributions=(_distribution(spec, live, origins, behaviors),))


def _origin(spec: Spec, model: AccessModel, live: Distribution | None) -> Origin:
    """Return the origin that the spec describes, without an identity."""
    name = f"{model.bucket.name}.s3.amazonaws.com"
    own = live.default_origin if live else None
    bare = replace(own or Origin(PROMISED, name), id=PROMISED, domain_name=name, oai_id="", oac_id="")
    return replace(bare, **described(spec.http, Part.ORIGIN))


def _distribution(
    spec: Spec, live: Distribution | None, origins: tuple[Origin, ...], behaviors: tuple[CacheBehavior, ...]
) -> Distribution:
    own = Distribution(
        Delivery.HTTP,
        live.id if live else PROMISED,
        live.arn if live else PROMISED,
        enabled=True,
        origins=origins,
        behaviors=behaviors,
        default_root_object=live.default_root_object if live else "",
    )
    return replace(own, **described(spec.http, Part.DISTRIBUTION))


def _behaviors(spec: Spec, live: Distribution | None, origin: Origin | None) -> tuple[CacheBehavior, ...]:
    """Return the behaviors as they are once the spec is applied: its own in its order, all others at their places."""
    named = {PathPattern(each.path): each for each in spec.http.behaviors}
    signed = Signers() if spec.public else SOMEBODY
    there = list(live.named) if live else []
    if live and spec.http.deletes_unlisted:
        ours = live.leading_to(spec.bucket.name)
        there = [each for each in there if each.pattern in named or each not in ours]
    listed = in_order(there, list(named), _pattern)
    known = places(listed, _pattern)
    leads_to = (origin,) if origin else ()
    new = [CacheBehavior(each, "", leads_to, signed) for each in named if each not in known]
    insert(listed, list(named), new, _pattern)
    default = live.default if live else CacheBehavior(PathPattern("*"), "", leads_to, default=True)
    return (
        *(replace(each, signers=_signers(spec, named.get(each.pattern), each)) for each in listed),
        replace(default, signers=signed),
    )


def _pattern(behavior: CacheBehavior) -> PathPattern:
    return behavior.pattern


def _signers(spec: Spec, named: http.Behavior | None, behavior: CacheBehavior) -> Signers:
    """Return the signers of a behavior. Signers are removed only if the spec names the behavior public."""
    if named is not None and named.public:
        return Signers()
    if named is not None and (named.key_groups or named.trusted_signers):
        return SOMEBODY
    return behavior.signers if spec.public else SOMEBODY
