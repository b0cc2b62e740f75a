"""The live state that all kinds of a stack use is read once."""

from collections import Counter
from typing import Any

from cfstream.errors import Refused
from cfstream.ports import Call
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.live_state import LiveState
from cfstream.values import Json
from tests.unit.kinds.live import Live, context, distribution, ours
from tests.unit.kinds.s3 import s3

SPEC = "version: 1\nname: lectures\nbucket: lectures-media\ntrusted_signers: [self]\n"


class Counting(Live):
    """An account that counts the calls."""

    def __init__(self, replies: dict[str, Any]) -> None:
        super().__init__(replies)
        self.made: Counter[str] = Counter()

    def _reply(self, call: Call) -> Json | Refused:
        self.made[call.operation] += 1
        reply: Json | Refused = super()._reply(call)
        return reply


def test_each_part_is_read_once() -> None:
    """The number and the order of the kinds that use it do not matter."""
    aws = Counting({**s3(), **ours(distribution("E1DIST"), [distribution("E2OTHER")])})
    state = LiveState(AccountLists(aws), context(SPEC))
    state.read_s3()
    state.read_cloudfront()
    read = Counter(aws.made)
    assert state.own is not None
    assert [each.live.id for each in state.neighbors] == ["E1DIST", "E2OTHER"]
    assert (state.bucket.name, state.stacks["E1DIST"]) == ("lectures-media", "lectures")
    assert [each.id for each in state.staying] == ["E1DIST", "E2OTHER"]
    assert [each.id for each in state.identities.all] == ["E2OAI"]
    assert aws.made == read
    once = ("list_distributions", "list_streaming_distributions", "get_distribution", "head_bucket")
    assert [read[operation] for operation in once] == [1, 1, 1, 1]
