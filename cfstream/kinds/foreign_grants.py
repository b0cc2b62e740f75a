"""Statements of others that go on letting an identity read by which no distribution reads the bucket. Pure.

They are not ours, so they stay; but whoever leaves an identity behind, as `migrate --to oac` does, should hear of them.
"""

from collections.abc import Iterator

from cfstream.errors import Notice
from cfstream.kinds.kind import Landscape, Scene
from cfstream.kinds.policy_grants import OF_A_STACK, LivePolicy
from cfstream.policy_document import principals, reads, source_arns, statements
from cfstream.values import Json


def idle_grants(scene: Scene, have: LivePolicy, land: Landscape) -> tuple[Notice, ...]:
    """A notice for each statement of somebody else by which nobody reads any more, once the plan is done.

    Only identities of this account are known well enough for that: for others their distributions cannot be seen.
    """
    bucket = have.bucket.name
    theirs = [each for each in statements(have.document) if not _of_a_stack(each) and reads(each, bucket)]
    return tuple(
        Notice(
            f"the policy statement {each.get('Sid') or 'without a Sid'} of {bucket} is not ours and stays: it lets "
            f"{', '.join(idle)} read, and nothing needs that once this stack is as its spec says",
            do="take it out of the policy, unless something else needs it",
        )
        for each in theirs
        if (idle := tuple(_idle(scene, have, land, each)))
    )


def _of_a_stack(statement: Json) -> bool:
    return OF_A_STACK.fullmatch(str(statement.get("Sid") or "")) is not None


def _idle(scene: Scene, have: LivePolicy, land: Landscape, statement: Json) -> Iterator[str]:
    """Whom of this account the statement lets in to no purpose, in words."""
    identity = scene.stack.spec.identity
    used: set[object] = {each.origin.oai_id for each in have.servings if not each.ours}
    used |= {land.get(scene.address("origin-access-identity"))} if identity == "oai" else set()
    for who in sorted(principals(statement, have.identities)):
        if who.kind == "oai" and who.name in have.identities.values() and who.name not in used:
            yield f"the origin access identity {who.name}"
    if identity != "oac" and have.own and have.own.arn in (source_arns(statement) or ()):
        yield f"the distribution {have.own.id} itself"
