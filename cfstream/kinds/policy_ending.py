"""The end of our statements in bucket policies when a stack is destroyed: what is taken out, and what stays. Pure.

Only the distribution knows which buckets it has left: it is gone with its tags, so the statements there go before it,
once it answers nobody any more. Those in the spec's own bucket go after it, found by their Sids.
"""

from collections.abc import Iterable, Iterator

from cfstream.errors import Notice
from cfstream.kinds.kind import Scene
from cfstream.kinds.policy_grants import KIND, LivePolicy, let_in, our_sids, readers_of, sid_of
from cfstream.kinds.readers import Serving, others_reading
from cfstream.policy_document import by_sid, merge
from cfstream.steps.bucket_policy import PolicyEdit
from cfstream.steps.revoke import Revoke
from cfstream.steps.step import Change, Stage
from cfstream.values import Json


def last_statements(scene: Scene, have: LivePolicy) -> tuple[tuple[Revoke, ...], tuple[Notice, ...]]:
    """The steps that take all statements of ours out, but for those by which distributions of others read."""
    steps: list[Revoke] = []
    notices: list[Notice] = []
    places = [(have.bucket.name, have.bucket.region, "", have.document, have.servings)]
    places += [(each.name, each.region, each.name, each.document, each.servings) for each in have.former]
    for bucket, region, member, document, serving in places:
        sids = our_sids(scene, document)
        users = _left_without(scene, document, serving, bucket, have)
        if users:
            kept = sid_of(scene, "oai")
            sids -= {kept}
            text = f"the statement {kept} in the policy of {bucket} stays: {', '.join(users)} reads by it"
            notices.append(Notice(text))
        if sids:
            steps.append(
                Revoke(
                    address=scene.address(KIND, member),
                    stage=Stage.REVOKE_REMEMBERED if member else Stage.REVOKE,
                    because="a bucket that the distribution has left"
                    if member
                    else "nothing of ours reads it",
                    line=scene.stack.line("bucket"),
                    changes=tuple(_changes(scene, document, sids, have)),
                    edit=PolicyEdit(bucket, region, scene.account, document, drop=sids),
                )
            )
    return tuple(steps), tuple(notices)


def _left_without(
    scene: Scene, document: Json | None, serving: Iterable[Serving], bucket: str, have: LivePolicy
) -> tuple[str, ...]:
    """The distributions of others that read the bucket by an OAI which our statement alone lets in."""
    after = merge(document, (), frozenset({sid_of(scene, "oai")}))
    alone = let_in(document, have.identities) - let_in(after, have.identities)
    return tuple(sorted({each for id_ in alone for each in others_reading(serving, bucket, id_)}))


def _changes(scene: Scene, document: Json | None, sids: Iterable[str], have: LivePolicy) -> Iterator[Change]:
    for sid in sorted(sids):
        readers = readers_of(by_sid(document, sid) or {}, have.identities)
        yield Change(sid.removeprefix(f"cfstream-{scene.name}-"), readers, None)
