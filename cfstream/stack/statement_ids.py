"""The ids (Sid) of the statements that stacks own in bucket policies."""

import re

from cfstream.policy_document import by_sid
from cfstream.stack.context import StackContext
from cfstream.values import Json

IDENTITIES = ("oac", "oai")

OF_A_STACK = re.compile(r"cfstream-[a-z][a-z0-9-]*-(oac|oai)")
"""The Sid of a statement that some stack owns."""


def sids_of(stack: str) -> frozenset[str]:
    """Return the Sids of the statements that a stack may own."""
    return frozenset(f"cfstream-{stack}-{identity}" for identity in IDENTITIES)


def sid_of(context: StackContext, identity: str) -> str:
    """Return the Sid of our statement for an identity: ``oac`` or ``oai``."""
    return f"cfstream-{context.name}-{identity}"


def our_sids(context: StackContext, document: Json | None) -> frozenset[str]:
    """Return the Sids of our statements that are in a policy."""
    return frozenset(sid for sid in sids_of(context.name) if by_sid(document, sid))
