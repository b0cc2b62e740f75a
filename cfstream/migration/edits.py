"""The edits of a spec for each migration. A spec that is there already comes back as it was.

All raise CannotEdit for what is written in a way that only people can edit, and WrongUsage for what cannot be.
"""

from dataclasses import dataclass

from cfstream.errors import WrongUsage
from cfstream.migration.advice import REMARKS, signing_places
from cfstream.spec.edit import Manuscript, Value, drop, rename, replace, uncomment
from cfstream.spec.model import Oai, Spec


@dataclass(frozen=True)
class NewSigner:
    """The key group that is to sign, and the key in it; `file` is relative to the spec."""

    group: str
    key: str
    file: str

    def made(self) -> Value:
        """The group as a spec writes it."""
        return {"name": self.group, "public_keys": [{"name": self.key, "file": self.file}]}


def to_oac(manuscript: Manuscript, spec: Spec) -> Manuscript:
    """CloudFront reads the bucket by an origin access control, and the grant is one that names it."""
    if spec.delivery == "rtmp":
        raise WrongUsage(
            f"{spec.name} is an rtmp stack, and a streaming distribution cannot have an origin access control",
            "migrate it --to http first",
        )
    return identity_to_oac(to_bucket_policy(manuscript, spec), spec)


def to_bucket_policy(manuscript: Manuscript, spec: Spec) -> Manuscript:
    """The grant is a statement of the bucket's policy, which covers all objects, in place of one on each."""
    if spec.grant.via == "bucket-policy":
        return manuscript
    edited = replace(uncomment(manuscript, REMARKS["grant"]), ("grant", "via"), "bucket-policy")
    # A policy grants reading alone; what else an ACL gives is of no use to CloudFront.
    return edited if spec.grant.permission == "READ" else replace(edited, ("grant", "permission"), "READ")


def to_key_groups(manuscript: Manuscript, spec: Spec, signer: NewSigner) -> Manuscript:
    """A key group signs wherever trusted signers did: made in the first place, and used in all others."""
    if spec.delivery == "rtmp":
        raise WrongUsage(
            f"{spec.name} is an rtmp stack, and a streaming distribution has no key groups",
            "migrate it --to http first",
        )
    edited = uncomment(manuscript, REMARKS["trusted_signers"])
    for number, path in enumerate(signing_places(spec)):
        holder = spec if len(path) == 1 else spec.http.behaviors[int(path[2])]
        if holder.key_groups is not None:  # an empty list: it says nothing beside signers
            edited = drop(edited, (*path[:-1], "key_groups"))
        groups: Value = [signer.made() if number == 0 else {"use": signer.group}]
        edited = rename(replace(edited, path, groups), path, "key_groups")
    return edited


def identity_to_oac(manuscript: Manuscript, spec: Spec) -> Manuscript:
    """`oai`, or `origin_access: none`, becomes ``oac: {}``, in its place."""
    if spec.oai is None and spec.origin_access is None:
        return manuscript
    written = "oai" if spec.oai is not None else "origin_access"
    edited = uncomment(manuscript, REMARKS[written])
    edited = edited if spec.oai == Oai() else replace(edited, (written,), {})
    return rename(edited, (written,), "oac")
