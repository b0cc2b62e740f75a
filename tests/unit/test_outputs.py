"""The outputs of a stack after its steps."""

from cfstream.errors import Unreachable
from cfstream.outputs import freshly_read
from cfstream.ports import Call
from cfstream.values import Json
from tests.unit.render.plans import CHANGED
from tests.world.ports import PassThrough


class UnreachableAws(PassThrough):
    """AWS that does not answer."""

    def read(self, call: Call) -> Json:
        raise Unreachable(call.operation, "run it again")


def test_outputs_that_cannot_be_read_after_a_change_are_unknown() -> None:
    """The status and the ETag of before the change would be wrong."""
    found = freshly_read(UnreachableAws(), CHANGED, {"distribution_id": "E1UGDLB9XZBD79"})
    assert found == {"status": None, "etag": None}
