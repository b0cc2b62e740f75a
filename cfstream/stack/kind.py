"""The interface of a kind of resource: three methods that decide and one that reads.

A kind is a package in `kinds` and an entry of `KINDS`. Each method gets only what it may use: `observe` can read AWS
but not write to it, and the others cannot reach AWS at all.

1. `desire` returns what the spec asks for. Defaults are filled in here and nowhere else.
2. `observe` returns what is live: raw documents beside the parsed values, because an update replaces a whole document.
3. `propose` compares the two. It returns the steps, what they rely on, and what later kinds may refer to.
"""

from typing import Protocol, TypeVar

from cfstream.ports import Reads
from cfstream.stack.proposal import Landscape, Proposal
from cfstream.stack.scene import Scene

W = TypeVar("W")
H = TypeVar("H")


class Kind(Protocol[W, H]):
    """A kind of resource. Law: proposing again after a proposal was applied proposes nothing."""

    name: str

    def desire(self, scene: Scene) -> W | None:
        """What the spec asks for; None when it asks for none of this kind, or the scene is destroying. Pure."""
        ...

    def observe(self, aws: Reads, scene: Scene, want: W | None) -> H:
        """What is live. Reads only. Raises Refused, Unreachable or NoCredentials."""
        ...

    def propose(self, scene: Scene, want: W | None, have: H, land: Landscape) -> Proposal:
        """The steps from live to desired. Pure; equal input, however AWS orders it, gives an equal proposal."""
        ...
