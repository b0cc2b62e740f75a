"""The sections for key groups: whose keys may sign."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag

from cfstream.spec.fields import Many, ResourceName
from cfstream.spec.section import AlsoCalled, Section


class PublicKey(Section):
    """A public key whose private half signs URLs and cookies."""

    name: ResourceName = Field(
        description="The key's name in CloudFront. A key cannot change: give a new key a new name."
    )
    file: Annotated[str, AlsoCalled("encoded_key", "public_key", "key_file")] = Field(
        min_length=1,
        description="PEM file of the public key, relative to this spec: RSA of 2048 bits or ECDSA on P-256.",
        examples=["keys/lectures-2026-11.pub.pem"],
    )
    replaces: Many[ResourceName] = Field(
        default=(),
        description="Names of older keys of this group. They can be removed from it once this key is older than "
        "sign.max_validity: no URL signed with them is valid then.",
        examples=[["lectures-2025-11"]],
    )


class KeyGroup(Section):
    """A key group of this stack, and the keys in it."""

    name: ResourceName = Field(description="The group's name in CloudFront.", examples=["lectures-signers"])
    public_keys: Annotated[Many[PublicKey], AlsoCalled("items", "keys")] = Field(
        min_length=1, description="The keys of the group. A URL signed with any of them is accepted."
    )


class UsedKeyGroup(Section):
    """A key group that another spec or person owns: used, never changed."""

    use: Annotated[ResourceName, AlsoCalled("id", "key_group_id")] = Field(
        description="Name or id of the key group.", examples=["newsroom-signers"]
    )


def _form_of_group(value: Any) -> str:
    if isinstance(value, Mapping):
        return "<used>" if "use" in value or value.keys().isdisjoint(KeyGroup.model_fields) else "<made>"
    return "<used>" if isinstance(value, str | UsedKeyGroup) else "<made>"


AnyKeyGroup = Annotated[
    Annotated[KeyGroup, Tag("<made>")] | Annotated[UsedKeyGroup, Tag("<used>")], Discriminator(_form_of_group)
]
