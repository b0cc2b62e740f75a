"""What an import needs to know about the account: names for ids, and names that are already in use."""

from collections.abc import Mapping
from dataclasses import field

from cfstream.domain import LiveDistribution
from cfstream.kinds import KINDS
from cfstream.ports import Reads
from cfstream.stack.owned import ListedResource
from cfstream.stack.owners import all_distributions, tagged
from cfstream.startup.frozen import dataclass
from cfstream.values import Json


@dataclass(frozen=True)
class Account:
    """One account, as far as its specs refer to it."""

    number: str
    rows: tuple[LiveDistribution, ...] = ()
    """Every distribution of both deliveries."""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Names of the stacks that own distributions, by distribution id."""
    resources: Mapping[str, ListedResource] = field(default_factory=dict)
    """All other resources that specs can refer to, by id."""
    marked: frozenset[str] = frozenset()
    """Stack names in marks on the account's resources. A new stack with such a name would own those resources."""

    def name(self, resource_id: str) -> str:
        """Return the name of a resource; empty if it has none, or does not exist."""
        found = self.resources.get(resource_id)
        return found.name if found else ""

    def is_owned(self, resource_id: str) -> bool:
        """Return whether a resource has the mark of a stack."""
        found = self.resources.get(resource_id)
        return found is not None and bool(found.owner)

    def row(self, resource_id: str) -> Json:
        """Return a resource as its list shows it; empty if it does not exist."""
        found = self.resources.get(resource_id)
        return found.row if found else {}


def read_account(aws: Reads, number: str) -> Account:
    """Read the account with one list call for each kind, and ListTagsForResource for each distribution.

    Raises as `Reads.items`.
    """
    rows = all_distributions(aws)
    resources = [each for kind in KINDS if kind.owned for each in kind.owned.listed(aws)]
    owners = tagged(aws, rows)
    return Account(
        number=number,
        rows=rows,
        owners=owners,
        resources={each.id: each for each in resources},
        marked=frozenset({*owners.values(), *(each.owner for each in resources if each.owner)}),
    )
