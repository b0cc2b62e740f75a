"""Above 10,000 objects, plan and verify read the ACLs of a sample, say so, and claim nothing about the others."""

from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import Any

import pytest

from cfstream.kinds.object_acl import ObjectAclKind
from cfstream.kinds.object_acl import sample as sampling
from cfstream.kinds.object_acl.observed import LiveGrants, all_acls
from cfstream.kinds.object_acl.sample import chosen_keys
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.context import StackContext
from cfstream.stack.live_state import LiveState
from cfstream.values import Json
from tests.unit.kinds.live import context, proposal
from tests.unit.kinds.s3 import kind_results
from tests.unit.kinds.test_object_acl import READ, acl, objects

KEYS = sorted(f"lectures-{number % 8}/{number:05}.mp4" for number in range(25_000))


def large(keys: list[str] = KEYS, permission: str = "READ") -> Any:
    """Return an account whose bucket has these objects."""

    def listed(params: Json) -> Json:
        prefix = params.get("Prefix", "")
        first = max(bisect_left(keys, prefix), bisect_right(keys, params.get("StartAfter", "")))
        beyond = bisect_left(keys, f"{prefix}\U0010ffff")
        shown = keys[first : min(beyond, first + params.get("MaxKeys", len(keys)))]
        return {"Contents": [{"Key": key} for key in shown]}

    granted = acl(permission) if permission else acl()
    return objects({}, list_objects_v2=listed, get_object_acl=lambda params: granted)


def grants(aws: Any, here: StackContext) -> LiveGrants:
    """Return what the kind observes."""
    kind = ObjectAclKind()
    seen: LiveGrants = kind.observe(aws, LiveState(AccountLists(aws), here), kind.desire(here))
    return seen


def test_sample_is_spread_and_repeatable() -> None:
    """The sample has about a thousand objects from the whole range of keys, and is the same each time."""
    here = context(READ)
    aws = large()
    bucket = LiveState(AccountLists(aws), here).bucket
    chosen = chosen_keys(aws, here, bucket)
    keys = list(chosen.keys)
    assert chosen.sampled
    assert 600 <= len(keys) <= 1_200
    assert len({key.split("/")[0] for key in keys}) == 8
    assert keys == list(chosen_keys(aws, here, bucket).keys)


def test_sampled_plan() -> None:
    """A plan of a sample grants if an object of it lacks the grant, says what it does not know, and is bound to it."""
    found = proposal(ObjectAclKind(), context(READ), large(permission=""), kind_results())
    (step,) = [each for each in found.steps if each.verb == "grant"]
    assert "sampled objects" in step.because
    (notice,) = [each for each in found.notices if "sample" in each.text]
    assert "more than 10000 objects" in notice.text
    assert "It is not known whether other objects lack the grant, or are public" in notice.text
    assert notice.do == "to read all ACLs, add --all-objects"
    (relied,) = found.relied_on
    assert relied.content is not None
    assert relied.content["sampled"] is True
    assert [
        each
        for each in proposal(ObjectAclKind(), context(READ), large(), kind_results()).steps
        if each.verb == "grant"
    ] == []


def test_sample_is_not_complete() -> None:
    """After a sample, the known ACLs never count as complete."""
    seen = grants(large(), context(READ))
    assert seen.tally.sampled
    assert not seen.acls.complete
    assert not seen.acls.listed


def test_all_objects() -> None:
    """With --all-objects every ACL is read, and the plan has no notice of a sample."""
    here = replace(context(READ), all_objects=True)
    seen = grants(large(), here)
    assert (seen.tally.total, seen.tally.sampled, seen.acls.complete) == (25_000, False, True)


@pytest.mark.parametrize(("count", "sampled"), [(10_000, False), (10_001, True)])
def test_limit(count: int, sampled: bool) -> None:
    """Up to 10,000 objects, all are read."""
    here = context(READ)
    aws = large(KEYS[:count])
    assert chosen_keys(aws, here, LiveState(AccountLists(aws), here).bucket).sampled is sampled


def test_sample_under_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    """Objects under the spec's prefix are in the sample, however few they are."""
    monkeypatch.setattr(sampling, "MOST_READ", 1_000)
    keys = sorted([*KEYS[:5_000], "zz/1", "zz/2"])
    here = context(READ.replace("via: object-acl", "via: object-acl, prefix: zz/"))
    assert grants(large(keys), here).tally.total == 2


def test_one_key_is_always_read() -> None:
    """The object that a user asks for is read, also if it is not in the sample."""
    here = replace(context(READ), asked_key="lectures-5/00005.mp4")
    aws = large()
    acls = all_acls(aws, here, LiveState(AccountLists(aws), here).bucket)
    assert any("lectures-5/00005.mp4" in each.keys for each in acls.classes)
    assert acls.sampled
