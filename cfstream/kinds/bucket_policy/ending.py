"""The stack's statements in bucket policies when it is destroyed: what is removed, and what stays. Pure.

Only the distribution's tags list its former buckets, so the statements there are removed after it is disabled and
before it is deleted. Those in the spec's own bucket are removed after it is deleted: their Sids show the owner.
"""

from collections.abc import Iterable, Iterator

from cfstream.errors import Notice
from cfstream.kinds.bucket_policy.deciding import readers_of
from cfstream.kinds.bucket_policy.observed import KIND, LivePolicy
from cfstream.policy_document import by_sid, merge, principals, statements
from cfstream.stack.context import StackContext
from cfstream.stack.readers import StillReading, still_reading
from cfstream.stack.statement_ids import our_sids, sid_of
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage
from cfstream.values import Json


def last_statements(context: StackContext, have: LivePolicy) -> tuple[tuple[Revoke, ...], tuple[Notice, ...]]:
    """Return the steps that remove all statements of the stack, except those that other distributions use."""
    steps: list[Revoke] = []
    notices: list[Notice] = []
    staying = [each for each in have.distributions if each.id not in have.going]
    still = still_reading(context, staying, have.own, have.bucket.name)
    places = [(have.bucket.name, have.bucket.region, "", have.document, still)]
    places += [(each.name, each.region, each.name, each.document, each.still) for each in have.former]
    for bucket, region, member, document, reading in places:
        sids = our_sids(context, document)
        users = _left_without(context, document, reading, have)
        if users:
            kept = sid_of(context, "oai")
            sids -= {kept}
            text = f"the statement {kept} in the policy of {bucket} stays: still used by {', '.join(users)}"
            notices.append(Notice(text, stays=True))
        if sids:
            steps.append(
                Revoke(
                    address=context.address(KIND, member),
                    stage=Stage.REVOKE_REMEMBERED if member else Stage.REVOKE,
                    because="the distribution no longer reads this bucket"
                    if member
                    else "the stack no longer reads this bucket",
                    line=context.stack.line("bucket"),
                    changes=tuple(_changes(context, document, sids, have)),
                    edit=PolicyEdit(bucket, region, context.account, document, drop=sids),
                )
            )
    return tuple(steps), tuple(notices)


def _left_without(
    context: StackContext, document: Json | None, still: StillReading, have: LivePolicy
) -> tuple[str, ...]:
    """Return the distributions that read with an OAI that only the stack's statement allows to read."""
    after = merge(document, (), frozenset({sid_of(context, "oai")}))
    alone = _oais(document, have) - _oais(after, have)
    return tuple(sorted({each for identity in alone for each in still.by_oai.get(identity, ())}))


def _oais(document: Json | None, have: LivePolicy) -> frozenset[str]:
    """Return the OAIs that a policy names in any statement."""
    named = (who for each in statements(document) for who in principals(each, have.identities))
    return frozenset(who.name for who in named if who.kind == "oai")


def _changes(
    context: StackContext, document: Json | None, sids: Iterable[str], have: LivePolicy
) -> Iterator[Change]:
    for sid in sorted(sids):
        readers = readers_of(by_sid(document, sid) or {}, have.identities)
        yield Change(sid.removeprefix(f"cfstream-{context.name}-"), readers, None)
