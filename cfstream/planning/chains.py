"""The way from a viewer to one object, link by link, with the place that each link comes from. Pure."""

from collections.abc import Iterator

from cfstream.access.reader import May
from cfstream.access.report import Chain, Link
from cfstream.access.statements import OBJECT_ACL
from cfstream.access.ways import Evaluation, General, Way
from cfstream.domain import Distribution, PathPattern, Signers
from cfstream.domain.distribution import account_words
from cfstream.stack.context import StackContext
from cfstream.values import Known, plain

LIVE = "live"
"""The source of a link that no spec of the run describes."""


def chains(context: StackContext, seen: Evaluation) -> tuple[Chain, ...]:
    """Return a chain for every way into the cells of `seen`, and for everyone who may do something else."""
    found = [_chain(context, seen, way) for _, way in seen.rows]
    found += [_general(context, seen, each) for each in seen.general]
    return tuple(dict.fromkeys(found))


def _chain(context: StackContext, seen: Evaluation, way: Way) -> Chain:
    return Chain(way.reader, May.READ, way.certain, tuple(_links(context, seen, way)))


def _links(context: StackContext, seen: Evaluation, way: Way) -> Iterator[Link]:
    own = way.distribution_id == seen.model.own and way.distribution is not None
    if way.distribution is not None and way.behavior is not None and way.origin is not None:
        yield _host(context, way.distribution, own=own)
        yield _behavior(context, way, own=own)
        yield Link("signers", _signers(seen, way.behavior.signers), _signers_source(context, way, own=own))
        yield _identity(context, way, own=own)
    elif way.requester is not None and way.requester.via:
        yield Link("way", way.requester.via, LIVE)
    yield from _last(way.by)
    for clause in way.undecided:
        yield Link("undecided", clause, LIVE)


def _general(context: StackContext, seen: Evaluation, each: General) -> Chain:
    if each.way is not None:
        return Chain(each.reader, each.may, each.certain, tuple(_links(context, seen, each.way)))
    via = each.requester.via if each.requester else ""
    links = [Link("way", via, LIVE)] if via else []
    return Chain(each.reader, each.may, each.certain, (*links, *_last(each.by)))


def _signers_source(context: StackContext, way: Way, *, own: bool) -> str:
    """Return the line of the spec that names the signers: the behavior's own, or else the default's."""
    number, spec = _number(context, way), context.stack.spec
    if not own:
        return LIVE
    named = spec.http.behaviors[number] if number is not None else spec
    field = next((each for each in ("public", "key_groups", "trusted_signers") if getattr(named, each)), "")
    if number is None or not field:
        return _source(context, own, "trusted_signers" if spec.trusted_signers else "key_groups")
    return f"{context.stack.path}:{context.stack.where('http', 'behaviors', number, field).line}"


def _number(context: StackContext, way: Way) -> int | None:
    """Return the index in the spec of the behavior on a way; None for the default behavior and unlisted ones."""
    path = way.behavior.path if way.behavior else ""
    for place, each in enumerate(context.stack.spec.http.behaviors if path else ()):
        if PathPattern(each.path) == PathPattern(path):
            return place
    return None


def _host(context: StackContext, distribution: Distribution, *, own: bool) -> Link:
    hosts = ", ".join([*distribution.aliases, distribution.domain_name]) or str(plain(distribution.id))
    return Link("host", hosts, _source(context, own, "cnames"))


def _behavior(context: StackContext, way: Way, *, own: bool) -> Link:
    path = way.behavior.path if way.behavior else ""
    number = _number(context, way)
    if not own or (path and number is None):
        source = LIVE
    else:
        place: tuple[str | int, ...] = ("http", "behaviors", number) if number is not None else ("name",)
        source = f"{context.stack.path}:{context.stack.where(*place).line}"
    identified = (
        f" of {way.distribution.delivery.words} {plain(way.distribution_id)}" if way.distribution else ""
    )
    return Link("behavior", f"{path or 'default behavior'}{identified}", source)


def _signers(seen: Evaluation, signers: Signers) -> str:
    if not signers:
        return "nobody needs to sign"
    groups = [f"key group {plain(seen.model.group_name(each))}" for each in signers.key_groups]
    return ", ".join([*groups, *map(account_words, signers.accounts)])


def _identity(context: StackContext, way: Way, *, own: bool) -> Link:
    oai: Known = way.origin.oai_id if way.origin else ""
    oac: Known = way.origin.oac_id if way.origin else ""
    if oai:
        return Link("identity", f"OAI {plain(oai)}", _source(context, own, "oai"))
    if oac:
        return Link("identity", f"OAC {plain(oac)}", _source(context, own, "oac"))
    return Link("identity", "none: CloudFront reads S3 unsigned", _source(context, own, "origin_access"))


def _last(by: tuple[str, ...]) -> Iterator[Link]:
    for each in by:
        if each == OBJECT_ACL or not each.startswith("statement"):
            yield Link("ACL" if "ACL" in each else "policy", each, LIVE)
        else:
            sid = each.removeprefix("statement ")
            yield Link("statement", sid, LIVE if "(without a Sid)" in sid else f"Sid {sid}")


def _source(context: StackContext, own: bool, field: str) -> str:  # noqa: FBT001 (whose distribution it is)
    if not own:
        return LIVE
    return f"{context.stack.path}:{context.stack.line(field)}"
