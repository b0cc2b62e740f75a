"""Statements of others that allow an unused identity to read. Pure.

cfstream does not remove them. The plan that stops using the identity mentions them, because `migrate --to oac` and
`destroy` leave such statements behind. Later plans do not: nothing about them changes.
"""

from collections.abc import Iterator

from cfstream.access.allows import allows_reading
from cfstream.errors import Notice
from cfstream.kinds.bucket_policy.observed import LivePolicy
from cfstream.policy_document import principals, source_arns, statements
from cfstream.stack.context import StackContext
from cfstream.stack.proposal import KindResults
from cfstream.stack.readers import still_reading
from cfstream.stack.statement_ids import OF_A_STACK
from cfstream.values import Json


def idle_grants(context: StackContext, have: LivePolicy, results: KindResults) -> tuple[Notice, ...]:
    """Return a notice for each statement of others that the distribution uses now, and nothing after the plan.

    Only identities of this account count: the distributions of other accounts cannot be listed.
    """
    bucket = have.bucket.name
    theirs = [
        each for each in statements(have.document) if not _of_a_stack(each) and allows_reading(each, bucket)
    ]
    return tuple(
        Notice(
            f"{called} stays, because cfstream does not own it: it allows {', '.join(idle)} to read, and nothing needs "
            "that after this plan",
            do="remove it from the policy, unless something else needs it",
            left=(called,) if context.destroying else (),
        )
        for each in theirs
        if (idle := tuple(_idle(context, have, results, each)))
        for called in [f"the policy statement {each.get('Sid') or 'without a Sid'} of {bucket}"]
    )


def _of_a_stack(statement: Json) -> bool:
    return OF_A_STACK.fullmatch(str(statement.get("Sid") or "")) is not None


def _idle(context: StackContext, have: LivePolicy, results: KindResults, statement: Json) -> Iterator[str]:
    """Yield the identities that the statement allows to read, and that nothing uses after the plan, in words."""
    origin = have.own.default_origin if have.own else None
    if have.own is None or origin is None:
        return
    identity = "" if context.destroying else context.stack.spec.identity
    still = still_reading(context, have.distributions, have.own, have.bucket.name)
    used: set[object] = set(still.by_oai)
    used |= {results.get(context.address("origin-access-identity"))} if identity == "oai" else set()
    for who in sorted(principals(statement, have.identities)):
        if who.kind == "oai" and who.name == origin.oai_id and who.name not in used:
            yield f"the origin access identity {who.name}"
    if identity != "oac" and origin.oac_id and have.own.arn in (source_arns(statement) or ()):
        yield f"the distribution {have.own.id}"
