"""How a resource records the stack that owns it."""

from typing import Self

from cfstream.startup.frozen import dataclass

NAME_TAG = "cfstream:name"
"""The tag of a distribution; its value is the stack's name."""
ACL_TAG = "cfstream:acl"
"""The tag that lists the OAIs with grants on objects."""
_PREFIX = "cfstream:"


@dataclass(frozen=True)
class Mark:
    """The owner in the comment of a resource without tags: ``cfstream:<stack>``, alone or followed by a space."""

    stack: str

    def __str__(self) -> str:
        return f"{_PREFIX}{self.stack}"

    @classmethod
    def read(cls, comment: str | None) -> Self | None:
        """Return the mark at the start of a comment or description, or None if there is none."""
        first = (comment or "").split(" ", 1)[0]
        stack = first.removeprefix(_PREFIX)
        return cls(stack) if stack and stack != first else None
