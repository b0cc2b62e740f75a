"""What `list`, `show` and `delete` need to know of a kind: how to read one resource, and its line in a list."""

from dataclasses import field

from cfstream.ports import Call
from cfstream.startup.frozen import dataclass
from cfstream.values import Json


@dataclass(frozen=True)
class ListEntry:
    """One line of the list. A field that a kind does not have is empty, or None."""

    kind: str
    id: str
    owner: str | None
    """The name of the spec that owns it; None if no spec does."""
    comment: str
    status: str = ""
    enabled: bool | None = None
    domain_name: str = ""
    cnames: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    """The domain names of its origins."""
    used_by: tuple[str, ...] = ()
    """Ids of the distributions that read with this identity."""


@dataclass(frozen=True)
class Referred:
    """A resource that a distribution names by its id."""

    id: str
    name: str = ""
    """Empty if it has no name, or could not be read."""
    canonical_user: str = ""
    """The id of an OAI in object ACLs."""
    unread: str = ""
    """Why it could not be read. Without an `id`: why none of its kind could be read."""
    settings: Json = field(default_factory=dict)
    """What `show` displays of it beside its name."""


@dataclass(frozen=True)
class Shown:
    """How the API of CloudFront names one kind of resource that commands show by id."""

    kind: str
    noun: str
    """Its name in operations: ``get_<noun>``."""
    resource: str
    """The member of a reply that has the resource. Its document is `<resource>Config`."""
    deployed: bool = False
    """Whether it is deployed to the edges: it then has a status, and is disabled before it is deleted."""

    @property
    def config(self) -> str:
        """The member that has the document."""
        return f"{self.resource}Config"

    def get(self, resource_id: str) -> Call:
        """Return the call that reads one resource."""
        return Call("cloudfront", f"get_{self.noun}", {"Id": resource_id})

    def get_config(self, resource_id: str) -> Call:
        """Return the call that reads the document of one resource."""
        return Call("cloudfront", f"get_{self.noun}_config", {"Id": resource_id})

    def delete(self, resource_id: str) -> Call:
        """Return the call that deletes one resource, without its If-Match."""
        return Call("cloudfront", f"delete_{self.noun}", {"Id": resource_id})
