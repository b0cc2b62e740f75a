"""Deletes one resource of an account by its id."""

from typing import TYPE_CHECKING

from cfstream.errors import WrongUsage
from cfstream.startup.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from cfstream.inventory.lookup import Found
    from cfstream.ports import Reads, World
    from cfstream.steps.delete import Delete


@dataclass(frozen=True)
class Deletion:
    """A deletion that is possible now."""

    world: "World"
    reads: "Reads"
    found: "Found"
    step: "Delete"

    @property
    def owner(self) -> str | None:
        """The name of the stack that owns the resource. Reads its tags; raises as `Reads.read`."""
        from cfstream.inventory.removal import owner_of

        return owner_of(self.reads, self.found)

    @property
    def remains(self) -> str:
        """What still exists afterwards, in a sentence."""
        from cfstream.inventory.remains import remains

        return remains(self.found)

    def perform(self) -> None:
        """Delete the resource. Raises Stale if it changed since it was read, Refused if it is in use."""
        from cfstream.inventory.removal import remove

        remove(self.world, self.step)


def deletion(resource_id: str, if_match: str | None, connect: "Callable[[], World]") -> Deletion:
    """Return the deletion of a resource; with `if_match`, only of the version with this ETag. Deletes nothing.

    Raises WrongUsage for a resource in use, CfstreamError if it does not exist, and Stale for another version.
    """
    from cfstream.inventory.lookup import by_id, is_id
    from cfstream.inventory.removal import removal

    if not is_id(resource_id):
        raise WrongUsage(f"{resource_id} is not a CloudFront id", "see the ids: cfstream list")
    world = connect()
    reads = world.reads()
    found = by_id(reads, resource_id)
    return Deletion(world, reads, found, removal(reads, found, if_match))
