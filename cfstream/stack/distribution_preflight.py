"""Preflight checks of a distribution of either delivery."""

from collections.abc import Iterable, Sequence

from cfstream.domain import NAME_TAG, LiveDistribution
from cfstream.domain.distribution import account_words
from cfstream.errors import Notice, Problem
from cfstream.spec.wording import write_nearest
from cfstream.stack.context import StackContext
from cfstream.stack.owners import ClaimedDistribution


def ownership_problems(
    context: StackContext,
    live: LiveDistribution | None,
    claims: Sequence[ClaimedDistribution],
    rows: Iterable[LiveDistribution] = (),
) -> list[Problem]:
    """Return the problems with who owns the distribution: it is gone, another stack's, or one of two with the name.

    A stack that is being destroyed may have several distributions: all of them are deleted. `rows` are the
    distributions of the account.
    """
    adopt = context.stack.spec.adopt
    if adopt and live is None:
        what = f"the {context.delivery.words} {adopt} does not exist in account {context.account}"
        do = write_nearest(
            adopt,
            [row.id for row in rows if row.delivery is context.delivery],
            "write an id that `cfstream list" + context.flags + "` shows, or remove `adopt`",
            "a distribution of this account",
        )
        return [context.stack.problem(what, do, "adopt")]
    owner = live.tag(NAME_TAG) if live else None
    if live and owner and owner != context.name:
        what = f"{live.id} belongs to the stack {owner}: it has the tag {NAME_TAG} = {owner}"
        return [context.stack.problem(what, "adopt another one, or remove that tag from it first", "adopt")]
    return [] if context.destroying else _twins(context, claims)


def _twins(context: StackContext, claims: Sequence[ClaimedDistribution]) -> list[Problem]:
    """Return a problem if a second distribution has the stack's name: it would not be updated, or lose its access."""
    others = [each for each in claims if each.delivery is not context.delivery]
    if others:
        mine = next((each for each in claims if each.delivery is context.delivery), None)
        return [_of_other_delivery(context, others[0], mine)]
    if len(claims) < 2:
        return []
    ids = " and ".join(each.id for each in claims)
    if claims[0].adopted:
        what = f"the spec adopts {claims[0].id}, and {claims[1].id} has the tag {NAME_TAG} = {context.name}"
        do = f"remove that tag from {claims[1].id}, adopt {claims[1].id} instead, or give this spec another name"
        return [context.stack.problem(what, do, "adopt")]
    what = f"several distributions have the tag {NAME_TAG} = {context.name}: {ids}"
    return [context.stack.problem(what, f"remove the tag {NAME_TAG} from all but one of them", "name")]


def _of_other_delivery(
    context: StackContext, found: ClaimedDistribution, mine: ClaimedDistribution | None
) -> Problem:
    """Return the problem with a distribution of the other delivery, with or without one of the spec's delivery."""
    beside = f" beside the {mine.delivery.words} {mine.id}" if mine else ""
    what = (
        f"the {found.delivery.words} {found.id} has the name {context.name}{beside}, but the spec has "
        f"delivery: {context.delivery}"
    )
    first = (
        f"remove the tag {NAME_TAG} from the one that does not belong to this stack"
        if mine
        else f"write delivery: {found.delivery} again and run cfstream migrate"
    )
    do = (
        f"{first}; or give this spec another name; or run cfstream destroy, which deletes what the stack owns of "
        "either delivery"
    )
    return context.stack.problem(what, do, "delivery")


def distribution_notices(
    context: StackContext, live: LiveDistribution | None, unchecked: Iterable[Notice] = ()
) -> list[Notice]:
    """Return the notices: no identity, `unchecked` notices, signers without keys, records to create."""
    found = []
    if context.stack.spec.identity == "none":
        text = "origin_access: none: CloudFront sends unsigned requests to the bucket; with `oac: {}`, it signs them"
        found.append(Notice(text, warning=True))
    return [*found, *unchecked, *_signers_without_keys(live), *_records_notice(context, live)]


def _signers_without_keys(live: LiveDistribution | None) -> list[Notice]:
    """Return a notice for each trusted account without an active key pair (ActiveTrustedSigners)."""
    if live is None or live.status != "Deployed":
        return []
    return [
        Notice(
            f"{account_words(account)} has no active key pair, so this trusted signer cannot sign",
            warning=True,
        )
        for account, pairs in sorted(live.active_signers.items())
        if not pairs
    ]


def _records_notice(context: StackContext, live: LiveDistribution | None) -> list[Notice]:
    """Return the DNS records of new names, which the user must create if the spec does not manage them."""
    spec = context.stack.spec
    if spec.dns:
        return []
    target = live.domain_name if live else "(the new distribution's domain name)"
    known = live.aliases if live else ()
    return [
        Notice(f"create the DNS record {alias} CNAME {target}")
        for alias in spec.cnames or ()
        if alias not in known
    ]
