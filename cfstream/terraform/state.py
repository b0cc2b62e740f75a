"""The resources of Terraform's state as values."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from cfstream.startup.frozen import dataclass

DISTRIBUTION = "aws_cloudfront_distribution"


@dataclass(frozen=True)
class TerraformResource:
    """One managed resource. Its attributes may be secret, so they are not in its repr."""

    address: str
    """As Terraform writes it: ``module.media["eu"].aws_cloudfront_distribution.this[0]``."""
    type: str
    attributes: Mapping[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        return self.text("id")

    def text(self, name: str) -> str:
        """Return an attribute that is text; empty if it has none."""
        value = self.attributes.get(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return an attribute that is a list or a set of texts."""
        value = self.attributes.get(name)
        return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()

    def blocks(self, *names: str) -> Iterator["TerraformResource"]:
        """Yield the nested blocks with these names. Terraform stores a block as a list of objects."""
        for name in names:
            value = self.attributes.get(name)
            for each in value if isinstance(value, list) else ():
                if isinstance(each, Mapping):
                    yield TerraformResource(self.address, name, each)


@dataclass(frozen=True)
class TerraformState:
    """A state: its managed resources, in its order."""

    resources: tuple[TerraformResource, ...]
    program: str = "terraform"
    """The program that wrote it: ``terraform`` or ``tofu``."""
    deposed: tuple[TerraformResource, ...] = ()
    """Objects that were replaced and are not deleted yet, each with the address of the one that replaced it."""

    @property
    def distributions(self) -> tuple[TerraformResource, ...]:
        """All its distributions. One that has several addresses is listed once for each."""
        return tuple(each for each in self.resources if each.type == DISTRIBUTION and each.id)

    def addresses(self, distribution: str) -> tuple[str, ...]:
        """Return the addresses of a distribution, by its id."""
        return tuple(each.address for each in self.distributions if each.id == distribution)
