"""The names of what AWS knows by an id, for texts that people read. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cfstream.kinds import KINDS
from cfstream.stack.kind import NamedResource
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class KnownNames:
    """What the kinds have read that has an id and a name.

    The stacks of an account share these lists. Names are only looked up when a text needs them.
    """

    lists: tuple[Sequence[NamedResource], ...] = ()

    @classmethod
    def of(cls, lives: Mapping[str, Any]) -> "KnownNames":
        """Return the names in what each kind has observed, by the name of the kind."""
        return cls(tuple(found for kind in KINDS if (found := kind.listed(lives[kind.name]))))

    def in_place_of_ids(self, text: str) -> str:
        """Return a text with names for the ids in quotation marks, as a spec has them."""
        names = {each.id: each.name for found in self.lists for each in found}
        return re.sub(r'"([\w-]+)"', lambda found: f'"{names.get(found[1], found[1])}"', text)
