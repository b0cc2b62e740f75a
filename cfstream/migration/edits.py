"""Edit a spec for each migration. A spec that is already migrated stays unchanged.

All functions raise CannotEdit for text that only a person can edit.
"""

from cfstream.migration.advice import REMARKS, signing_places
from cfstream.spec.edit import EditableDocument, Value, drop, rename, replace, uncomment
from cfstream.spec.model import Oai, Spec
from cfstream.startup.frozen import dataclass


@dataclass(frozen=True)
class NewSigner:
    """The new key group, and its key. `file` is relative to the spec."""

    group: str
    key: str
    file: str

    def made(self) -> Value:
        """Return the group as a spec writes it."""
        return {"name": self.group, "public_keys": [{"name": self.key, "file": self.file}]}


def to_oac(editable: EditableDocument, spec: Spec) -> EditableDocument:
    """Read the bucket with an origin access control, and grant access to it."""
    return identity_to_oac(to_bucket_policy(editable, spec), spec)


def to_bucket_policy(editable: EditableDocument, spec: Spec) -> EditableDocument:
    """Grant access to all objects with a statement of the bucket's policy, instead of one grant on each object."""
    if spec.grant.via == "bucket-policy":
        return editable
    edited = replace(uncomment(editable, REMARKS["grant"]), ("grant", "via"), "bucket-policy")
    for name in sorted(spec.grant.model_fields_set & {"engine", "batch"}):  # only for grants on objects
        edited = drop(edited, ("grant", name))
    # A policy only grants reading. CloudFront does not need the other permissions of an ACL.
    return edited if spec.grant.permission == "READ" else replace(edited, ("grant", "permission"), "READ")


def to_key_groups(editable: EditableDocument, spec: Spec, signer: NewSigner) -> EditableDocument:
    """Replace all trusted signers by a key group: declare it in the first place, and use it in all others."""
    edited = uncomment(editable, REMARKS["trusted_signers"])
    for number, path in enumerate(signing_places(spec)):
        holder = spec if len(path) == 1 else spec.http.behaviors[int(path[2])]
        if holder.key_groups is not None:  # an empty list, which has no meaning beside signers
            edited = drop(edited, (*path[:-1], "key_groups"))
        groups: Value = [signer.made() if number == 0 else {"use": signer.group}]
        edited = rename(replace(edited, path, groups), path, "key_groups")
    return edited


def identity_to_oac(editable: EditableDocument, spec: Spec) -> EditableDocument:
    """Replace `oai`, or `origin_access: none`, by ``oac: {}`` in the same place."""
    if spec.oai is None and spec.origin_access is None:
        return editable
    written = "oai" if spec.oai is not None else "origin_access"
    edited = uncomment(editable, REMARKS[written])
    edited = edited if spec.oai == Oai() else replace(edited, (written,), {})
    return rename(edited, (written,), "oac")
