"""On every witness of the planner, and on keys of the evaluator's own, both say the same about who can read."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from hypothesis import given

from cfstream.access.evaluate import evaluate, evaluate_key
from cfstream.access.evaluation import Evaluation, General, ReadAccess, ReadAccesses
from cfstream.access.reader import ANYONE, May, ReaderKind
from tests.agreement.modelled import deployed, model
from tests.evaluator.build import MEDIA
from tests.evaluator.evaluator import Evaluator, Viewer
from tests.evaluator.logic import Answer, any_of
from tests.evaluator.s3 import COPIES, DELETE, PUT
from tests.evaluator.state import ACCOUNT, State
from tests.evaluator.worlds import GROUPS, keys_of, many, states

VIEWERS = (
    "anyone",
    "signer self",
    "signer 111122223333",
    *(f"key {key}" for keys in GROUPS.values() for key in keys),
)


def answer(accesses: Iterable[ReadAccess | General]) -> Answer:
    """Whether one of some ways leads in: True if one is certain, None if one is possible."""
    found = [each.certain for each in accesses]
    return True if any(found) else None if found else False


def serves(access: ReadAccess, viewer: str) -> bool:
    """Whether a way through a distribution serves a viewer."""
    sort, _, name = viewer.partition(" ")
    match access.reader.kind:
        case ReaderKind.ANYONE:
            return True
        case ReaderKind.SIGNER:
            return sort == "signer" and access.reader.name == (ACCOUNT if name == "self" else name)
        case _:
            return sort == "key" and name in (access.keys or ())


def disagreements(state: State, key: str, accesses: ReadAccesses) -> list[str]:
    """Return where evaluator and planner differ about one key: viewers of each distribution, and S3."""
    judge = Evaluator(state)
    found = []
    for place in state.distributions:
        for viewer in VIEWERS:
            ours = answer(
                each for each in accesses if each.distribution_id == place.id and serves(each, viewer)
            )
            theirs = judge.can_read(Viewer(viewer, place.id), MEDIA, key)
            if not agree(ours, theirs):
                found.append(f"{viewer} through {place.id} reads {key!r}: {ours}, evaluator {theirs}")
    return [*found, *_past_cloudfront(judge, key, [each for each in accesses if each.direct])]


def _past_cloudfront(judge: Evaluator, key: str, accesses: list[ReadAccess]) -> Iterator[str]:
    """Return who can read from S3 directly.

    To the planner, a distribution or service that works for any account is anyone.
    """
    reads = {
        each.name: any_of(
            (
                judge.can_read(each, MEDIA, key),
                *(judge.can_write(each, MEDIA, action, key) for action in COPIES),
            )
        )
        for each in judge.callers(MEDIA)
    }
    anyone = answer(each for each in accesses if each.reader == ANYONE)
    if reads["anyone"] is not False and anyone is False:
        yield f"anyone past CloudFront reads {key!r}: no, evaluator {reads['anyone']}"
    readers = {name: read for name, read in reads.items() if read is not False}
    if any(readers.values()) and not accesses:
        yield f"past CloudFront nobody reads {key!r}, evaluator {readers}"
    certain = [
        str(each.reader)
        for each in accesses
        if each.certain and ACCOUNT not in str(each.reader) and _is_tried(each)
    ]
    if certain and not readers:
        yield f"{certain} read {key!r} past CloudFront, evaluator: nobody"
    for access in accesses:
        named = access.reader.kind is ReaderKind.PRINCIPAL
        if named and access.certain and reads.get(str(access.reader)) is False:
            yield f"{access.reader} reads {key!r} past CloudFront, evaluator: no"


def _is_tried(access: ReadAccess) -> bool:
    """Whether the evaluator surely tries who reads in this way.

    Of a canonical user the planner does not know the account, which a Deny may name; and of services and foreign
    distributions the evaluator tries a few, over https.
    """
    return access.reader.kind is not ReaderKind.CANONICAL and not (access.requester and access.requester.via)


def agree(ours: Answer, theirs: Answer) -> bool:
    """A certain answer is never contradicted, and what the evaluator cannot decide is not denied."""
    return ours is not False if theirs is None else ours in (theirs, None)


def other_disagreements(state: State, found: Evaluation) -> list[str]:
    """Return where evaluator and planner differ about the viewers who list, put or delete."""
    judge = Evaluator(state)
    keys = {cell.witness for cell in found.cells}
    disagreements = []
    for place in state.distributions:
        for viewer in (Viewer(who, place.id) for who in VIEWERS):
            mine = [each for each in found.general if each.access and each.access.distribution_id == place.id]
            served = [each for each in mine if each.access and serves(each.access, viewer.who)]
            lists = answer(each for each in served if each.may is May.LIST)
            writes = answer(each for each in served if each.may is May.WRITE)
            theirs = judge.can_list(viewer, MEDIA)
            if not agree(lists, theirs):
                disagreements.append(f"{viewer} lists: {lists}, evaluator {theirs}")
            theirs = any_of(
                judge.can_write(viewer, MEDIA, action, key) for action in (PUT, DELETE) for key in keys
            )
            if not agree(writes, theirs):
                disagreements.append(f"{viewer} writes: {writes}, evaluator {theirs}")
    return disagreements


def without_objects(state: State) -> State:
    """The state for keys that no object has yet."""
    return replace(state, buckets={MEDIA: replace(state.buckets[MEDIA], objects={})})


@many
@given(states())
def test_readers(drawn: State) -> None:
    """Who reads each cell, by its witness."""
    state = deployed(drawn)
    (found,) = evaluate(model(state))
    for cell, accesses in zip(found.cells, found.accesses, strict=True):
        known = state if any(cell.objects) else without_objects(state)
        assert disagreements(known, cell.witness, accesses) == []


@many
@given(states())
def test_viewers_who_list_and_write(drawn: State) -> None:
    """Who lists, puts and deletes through each distribution."""
    state = without_objects(deployed(drawn))
    (found,) = evaluate(model(state))
    assert other_disagreements(state, found) == []


@many
@given(states())
def test_single_keys(drawn: State) -> None:
    """Who reads keys that the planner did not choose."""
    state = deployed(drawn)
    for key in keys_of(state)[::4]:
        (accesses,) = evaluate_key(model(state), key).accesses
        assert disagreements(state, key, accesses) == []
