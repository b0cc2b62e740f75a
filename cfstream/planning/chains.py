"""The way from a viewer to one object, link by link, with the place that each link comes from. Pure."""

from collections.abc import Iterator

from cfstream.access.evaluation import Evaluation, General, ReadAccess
from cfstream.access.reader import May
from cfstream.access.report import Chain, Link
from cfstream.domain import CacheBehavior, Distribution, Origin, PathPattern, Signers
from cfstream.domain.distribution import account_words
from cfstream.spec.http.behaviors import Behavior
from cfstream.spec.model import Spec
from cfstream.stack.context import StackContext
from cfstream.values import plain

LIVE = "live"
"""The source of a link that no spec of the run describes."""


def chains(context: StackContext, seen: Evaluation) -> tuple[Chain, ...]:
    """Return a chain for every way into the cells of `seen`, and for everyone who may do something else."""
    found = [_chain(context, seen, access) for _, access in seen.rows]
    found += [_general(context, seen, each) for each in seen.general]
    return tuple(dict.fromkeys(found))


def _chain(context: StackContext, seen: Evaluation, access: ReadAccess) -> Chain:
    return Chain(access.reader, May.READ, access.certain, tuple(_links(context, seen, access)))


def _links(context: StackContext, seen: Evaluation, access: ReadAccess) -> Iterator[Link]:
    distribution, behavior, origin = access.distribution, access.behavior, access.origin
    if distribution is not None and behavior is not None and origin is not None:
        described = context if distribution.id == seen.model.own else None
        yield _host(described, distribution)
        yield _behavior(described, behavior, distribution)
        signers = _signers(seen, behavior.signers)
        yield Link("signers", signers, _signers_source(described, behavior))
        yield _identity(described, origin)
        yield from _last(access.by, access.undecided)
    else:
        yield from _direct(access)


def _direct(each: ReadAccess | General) -> Iterator[Link]:
    """Yield the links of a request to S3 that bypasses the account's CloudFront."""
    if each.requester is not None and each.requester.via:
        yield Link("way", each.requester.via, LIVE)
    yield from _last(each.by, each.undecided)


def _general(context: StackContext, seen: Evaluation, each: General) -> Chain:
    links = _direct(each) if each.access is None else _links(context, seen, each.access)
    return Chain(each.reader, each.may, each.certain, tuple(links))


def _signers_source(context: StackContext | None, behavior: CacheBehavior) -> str:
    """Return the line of the spec that names the signers: the behavior's own, or else the default's."""
    if context is None:
        return LIVE
    spec, number = context.stack.spec, _number(context, behavior)
    if number is None and not behavior.default:
        return LIVE
    if number is not None and (field := _signing_field(spec.http.behaviors[number])):
        return f"{context.stack.path}:{context.stack.where('http', 'behaviors', number, field).line}"
    return _source(context, _signing_field(spec))


def _signing_field(part: Spec | Behavior) -> str:
    """Return the field of a spec, or of a behavior in it, that decides who must sign; empty if it has none."""
    return next((each for each in ("public", "key_groups", "trusted_signers") if getattr(part, each)), "")


def _number(context: StackContext, behavior: CacheBehavior) -> int | None:
    """Return the index in the spec of a live behavior; None for the default behavior and unlisted ones."""
    named = enumerate(() if behavior.default else context.stack.spec.http.behaviors)
    return next((number for number, each in named if PathPattern(each.path) == behavior.pattern), None)


def _host(context: StackContext | None, distribution: Distribution) -> Link:
    hosts = ", ".join([*distribution.aliases, distribution.domain_name])
    return Link("host", hosts, _source(context, "cnames"))


def _behavior(context: StackContext | None, behavior: CacheBehavior, distribution: Distribution) -> Link:
    number = None if context is None else _number(context, behavior)
    source = LIVE
    if context is not None and (behavior.default or number is not None):
        place: tuple[str | int, ...] = ("name",) if number is None else ("http", "behaviors", number)
        source = f"{context.stack.path}:{context.stack.where(*place).line}"
    of = f"{distribution.delivery.words} {plain(distribution.id)}"
    return Link("behavior", f"{behavior.path or 'default behavior'} of {of}", source)


def _signers(seen: Evaluation, signers: Signers) -> str:
    if not signers:
        return "nobody needs to sign"
    groups = [f"key group {plain(seen.model.group_name(each))}" for each in signers.key_groups]
    return ", ".join([*groups, *map(account_words, signers.accounts)])


def _identity(context: StackContext | None, origin: Origin) -> Link:
    if origin.oai_id:
        return Link("identity", f"OAI {plain(origin.oai_id)}", _source(context, "oai"))
    if origin.oac_id:
        return Link("identity", f"OAC {plain(origin.oac_id)}", _source(context, "oac"))
    return Link("identity", "none: CloudFront reads S3 unsigned", _source(context, "origin_access"))


def _last(by: tuple[str, ...], undecided: tuple[str, ...]) -> Iterator[Link]:
    """Yield what in S3 grants the access, and the clauses of it that could not be decided."""
    for each in by:
        kind, _, name = each.partition(" ")
        if kind != "statement":
            yield Link("ACL", each, LIVE)
        else:
            yield Link("statement", name, LIVE if "(without a Sid)" in name else f"Sid {name}")
    for clause in undecided:
        yield Link("undecided", clause, LIVE)


def _source(context: StackContext | None, field: str) -> str:
    """Return the line of a field; `context` is None for a distribution that no spec of the run describes."""
    return LIVE if context is None else f"{context.stack.path}:{context.stack.line(field)}"
