"""Find the hazards of a change of specs: those that a plan reports if live equals the older spec. Pure."""

from collections.abc import Iterator, Sequence

from cfstream.access.evaluate import evaluate
from cfstream.comparing.described import Described, described, first
from cfstream.domain import PathPattern
from cfstream.errors import Notice
from cfstream.kinds.distribution.optional_fields import no_longer_managed
from cfstream.planning.hazards import cutting_hazards, moving_hazards, opening_hazards, widening_hazard
from cfstream.planning.staging import widened
from cfstream.spec.durations import spell
from cfstream.spec.key_groups import PublicKey
from cfstream.spec.model import Spec
from cfstream.spec.stack import Stack
from cfstream.stack.former_buckets import other_objects
from cfstream.steps.hazards import Hazard, HazardName, worst_first


def hazards_and_warnings(
    before: Stack, after: Stack, old: Sequence[Spec], new: Sequence[Spec]
) -> tuple[tuple[Hazard, ...], tuple[Notice, ...]]:
    """Return the hazards of a change, each once, the worst first, and what a plan warns of in the changed fields.

    `old` and `new` are all specs of the two versions.
    """
    if before.spec.delivery != after.spec.delivery:
        return (), ()
    change = described(before, after, old, new)
    found = (
        *_of_access(before, after, change),
        *_of_keys(before.spec, after.spec),
        *_of_permission(before, after),
    )
    return tuple(sorted(dict.fromkeys(found), key=worst_first)), change.notices


def hazards_of_new(after: Stack, new: Sequence[Spec]) -> tuple[Hazard, ...]:
    """Return the hazards of a new stack: what it makes public."""
    before, will = evaluate(*first(after, new))
    return opening_hazards(before, will)


def _of_access(before: Stack, after: Stack, change: Described) -> Iterator[Hazard]:
    was, will = evaluate(change.before, change.after)
    yield from opening_hazards(was, will)
    yield from cutting_hazards(was, will)
    if change.former is not None:
        yield from moving_hazards(*change.former, change.after)
    granted = change.before.bucket.policy is not None
    gained = widened(change.before, change.after, granted=granted)
    if before.spec.grant.via != "elsewhere" != after.spec.grant.via:
        yield from widening_hazard(after.spec.grant.prefix, gained)
    yield from change.hazards


def notices(before: Spec | None, after: Spec) -> Iterator[Notice]:
    """Yield what a reviewer should know besides the fields. Notices block nothing."""
    if before is None:
        if after.public:
            yield Notice(f"it is public: anyone can read everything in {after.bucket.name}", warning=True)
        return
    if before.delivery != after.delivery:
        change = f"{before.delivery} to {after.delivery}"
        text = f"delivery changes from {change}: plan refuses this while the old distribution exists"
        yield Notice(
            text, warning=True, do="restore the old delivery and run cfstream migrate, or use another name"
        )
    if before.protect and not after.protect:
        yield Notice("destroy is no longer refused", warning=True)
    if before.bucket.name != after.bucket.name:
        yield Notice(f"the bucket {before.bucket.name} stays, with everything in it")
        if before.delivery == after.delivery == "http":
            yield other_objects(after.name, before.bucket.name, after.bucket.name)
    yield from _unlisted(before, after)
    if left := no_longer_managed(before, after):
        yield left
    for old, new in _replaced(before, after):
        patience = spell(after.sign.max_validity)
        yield Notice(
            f"the key {old} is removed: it is safe once {new}, which replaces it, is older than {patience}"
        )


def _unlisted(before: Spec, after: Spec) -> Iterator[Notice]:
    """Yield what happens to the behaviors that are removed from the spec."""
    named = {PathPattern(each.path) for each in after.http.behaviors}
    fate = (
        "is deleted"
        if after.http.deletes_unlisted
        else "stays as an unlisted one, with its signers"
        if after.public
        else "stays as an unlisted one, with the signers of the default behavior"
    )
    for each in before.http.behaviors:
        if PathPattern(each.path) not in named and after.delivery == "http":
            yield Notice(f"the behavior {each.path} {fate}")


def _keys(spec: Spec) -> dict[tuple[str, str], PublicKey]:
    return {(group.name, key.name): key for group in spec.made_key_groups for key in group.public_keys}


def _replaced(before: Spec, after: Spec) -> Iterator[tuple[str, str]]:
    """Yield each removed key with the key of its group that replaces it."""
    now = _keys(after)
    for group, name in _keys(before).keys() - now.keys():
        successors = [key.name for (other, _), key in now.items() if other == group and name in key.replaces]
        yield from ((name, successor) for successor in successors[:1])


def _of_keys(before: Spec, after: Spec) -> Iterator[Hazard]:
    replaced = {old for old, _ in _replaced(before, after)}
    staying = {group for group, _ in _keys(after)}
    for group, name in sorted(_keys(before).keys() - _keys(after).keys()):
        if group in staying and name not in replaced:
            yield Hazard(HazardName.CUTS_VIEWERS, f"URLs signed with {name} of {group} are refused")


def _of_permission(before: Stack, after: Stack) -> Iterator[Hazard]:
    if before.spec.bucket.name != after.spec.bucket.name:
        return
    if after.spec.grant.permission == "FULL_CONTROL" != before.spec.grant.permission:
        yield Hazard(HazardName.WIDENS_GRANT, "FULL_CONTROL in place of READ")
