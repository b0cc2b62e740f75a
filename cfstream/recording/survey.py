"""Reads what a snapshot needs in addition to a plan of the specs, so that changed and new specs can be planned too.

Each kind reads its part: the account's lists, every distribution, every owned resource, and everything about the
buckets of the specs. Two things are not read, because they cannot be foreseen: ACLs of objects if no spec grants on
objects, and the owner of a cname that no spec has yet.
"""

from collections.abc import Sequence

from cfstream.kinds import KINDS
from cfstream.stack.account_lists import AccountLists
from cfstream.stack.context import StackContext
from cfstream.stack.live_state import LiveState


def survey(lists: AccountLists, contexts: Sequence[StackContext]) -> None:
    """Read everything. Refused reads are recorded too. Raises only NoCredentials."""
    stacks = [LiveState(lists, context) for context in contexts]
    for kind in KINDS:
        kind.survey(lists.aws, stacks)
