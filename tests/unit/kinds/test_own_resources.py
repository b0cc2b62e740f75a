"""What the stack's own distribution uses, and no other."""

from collections.abc import Iterator

from cfstream.domain import Delivery, distribution_from_row
from cfstream.indexed import Indexed
from cfstream.stack.neighbors import Neighbor, only_own
from tests.unit.kinds.live import distribution


class Counting(Indexed[Neighbor]):
    """Counts how often all elements are looked at."""

    looks = 0

    def __iter__(self) -> Iterator[Neighbor]:
        type(self).looks += 1
        return super().__iter__()


def neighbor(id_: str, *groups: str, ours: bool = False, going: bool = False) -> Neighbor:
    """Return a distribution that trusts these key groups."""
    row = distribution(id_, behaviors={"/x/*": list(groups)})
    return Neighbor(distribution_from_row(Delivery.HTTP, row), ours=ours, going=going)


def test_a_resource_of_others_is_not_the_stacks_alone() -> None:
    """What a distribution uses that ends with the stack does not count as used by others."""
    rows = [neighbor("D1", "a", "b", "c", ours=True), neighbor("D2", "b"), neighbor("D3", "c", going=True)]
    assert only_own(rows) == {"a", "c"}


def test_the_distributions_of_the_account_are_not_read_for_each_stack() -> None:
    """An index is built once. Otherwise a plan of a thousand stacks would take the square of its time."""
    rows = Counting((neighbor("D1", "a", ours=True), neighbor("D2", "b")))
    assert only_own(rows) == {"a"}
    looks = Counting.looks
    assert only_own(rows) == {"a"}
    assert Counting.looks == looks
