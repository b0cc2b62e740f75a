"""The way from a viewer to one object, link by link, with the place that each link comes from. Pure."""

from collections.abc import Iterator

from cfstream.access.evaluation import Evaluation, General, ReadAccess
from cfstream.access.reader import May
from cfstream.access.report import Chain, Link
from cfstream.access.statements import OBJECT_ACL
from cfstream.domain import Distribution, PathPattern, Signers
from cfstream.domain.distribution import account_words
from cfstream.stack.context import StackContext
from cfstream.values import Known, plain

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
    own = access.distribution_id == seen.model.own and access.distribution is not None
    if access.distribution is not None and access.behavior is not None and access.origin is not None:
        yield _host(context, access.distribution, own=own)
        yield _behavior(context, access, own=own)
        yield Link(
            "signers", _signers(seen, access.behavior.signers), _signers_source(context, access, own=own)
        )
        yield _identity(context, access, own=own)
    elif access.requester is not None and access.requester.via:
        yield Link("way", access.requester.via, LIVE)
    yield from _last(access.by)
    for clause in access.undecided:
        yield Link("undecided", clause, LIVE)


def _general(context: StackContext, seen: Evaluation, each: General) -> Chain:
    if each.access is not None:
        return Chain(each.reader, each.may, each.certain, tuple(_links(context, seen, each.access)))
    via = each.requester.via if each.requester else ""
    links = [Link("way", via, LIVE)] if via else []
    return Chain(each.reader, each.may, each.certain, (*links, *_last(each.by)))


def _signers_source(context: StackContext, access: ReadAccess, *, own: bool) -> str:
    """Return the line of the spec that names the signers: the behavior's own, or else the default's."""
    number, spec = _number(context, access), context.stack.spec
    if not own:
        return LIVE
    named = spec.http.behaviors[number] if number is not None else spec
    field = next((each for each in ("public", "key_groups", "trusted_signers") if getattr(named, each)), "")
    if number is None or not field:
        return _source(context, own, "trusted_signers" if spec.trusted_signers else "key_groups")
    return f"{context.stack.path}:{context.stack.where('http', 'behaviors', number, field).line}"


def _number(context: StackContext, access: ReadAccess) -> int | None:
    """Return the index in the spec of the behavior on a way; None for the default behavior and unlisted ones."""
    path = access.behavior.path if access.behavior else ""
    for place, each in enumerate(context.stack.spec.http.behaviors if path else ()):
        if PathPattern(each.path) == PathPattern(path):
            return place
    return None


def _host(context: StackContext, distribution: Distribution, *, own: bool) -> Link:
    hosts = ", ".join([*distribution.aliases, distribution.domain_name]) or str(plain(distribution.id))
    return Link("host", hosts, _source(context, own, "cnames"))


def _behavior(context: StackContext, access: ReadAccess, *, own: bool) -> Link:
    path = access.behavior.path if access.behavior else ""
    number = _number(context, access)
    if not own or (path and number is None):
        source = LIVE
    else:
        place: tuple[str | int, ...] = ("http", "behaviors", number) if number is not None else ("name",)
        source = f"{context.stack.path}:{context.stack.where(*place).line}"
    identified = (
        f" of {access.distribution.delivery.words} {plain(access.distribution_id)}"
        if access.distribution
        else ""
    )
    return Link("behavior", f"{path or 'default behavior'}{identified}", source)


def _signers(seen: Evaluation, signers: Signers) -> str:
    if not signers:
        return "nobody needs to sign"
    groups = [f"key group {plain(seen.model.group_name(each))}" for each in signers.key_groups]
    return ", ".join([*groups, *map(account_words, signers.accounts)])


def _identity(context: StackContext, access: ReadAccess, *, own: bool) -> Link:
    oai: Known = access.origin.oai_id if access.origin else ""
    oac: Known = access.origin.oac_id if access.origin else ""
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
