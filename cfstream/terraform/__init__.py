"""Read Terraform's state: which resources it has, and which of them belong to a distribution. Pure."""

from cfstream.terraform.belonging import CONTROL, GROUP, KEY, BelongingResource, ManagedBySpec, belonging
from cfstream.terraform.reading import NotAState, decoded, read_state
from cfstream.terraform.state import TerraformResource, TerraformState

__all__ = [
    "CONTROL",
    "GROUP",
    "KEY",
    "BelongingResource",
    "ManagedBySpec",
    "NotAState",
    "TerraformResource",
    "TerraformState",
    "belonging",
    "decoded",
    "read_state",
]
