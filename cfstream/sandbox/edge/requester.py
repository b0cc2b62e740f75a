"""The requesters of S3 in the sandbox, and what S3 knows about their requests. ``s3_access`` judges them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from moto.s3.models import OWNER

from cfstream.sandbox.bucket_policy import IDENTITY
from cfstream.sandbox.cloudfront import Identity

SERVICE = "cloudfront.amazonaws.com"

EDGE_ADDRESS = "130.176.0.1"
"""An address from which CloudFront sends requests to origins. It is not the viewer's."""


@dataclass(frozen=True)
class S3Requester:
    """A requester. `names` are its principals in policies, `canonical_user` is its grantee in ACLs.

    `context` has its condition keys, by lower-case name.
    """

    names: frozenset[tuple[str, str]]
    context: Mapping[str, str]
    canonical_user: str = ""
    signs: bool = True
    is_account: bool = False
    is_service: bool = False


def anonymous(address: str, scheme: str, agent: str = "", referer: str = "") -> S3Requester:
    """Return an unsigned requester.

    Source of its user id: IAM User Guide, "IAM policy elements: Variables and tags", "Principal key values".
    """
    context = {
        "aws:sourceip": address,
        "aws:principaltype": "Anonymous",
        "aws:userid": "anonymous",
        **({"aws:useragent": agent} if agent else {}),
        **({"aws:referer": referer} if referer else {}),
        **_always(scheme),
    }
    return S3Requester(frozenset(), context, signs=False)


def edge_unsigned(scheme: str) -> S3Requester:
    """Return CloudFront without an origin access, which is anonymous for S3."""
    return anonymous(EDGE_ADDRESS, scheme, "Amazon CloudFront")


def identity(access: Identity, scheme: str) -> S3Requester:
    """Return an origin access identity. Its ARN formerly had underscores."""
    arn = IDENTITY + access.id
    names = {("AWS", arn), ("AWS", arn.replace(" ", "_")), ("CanonicalUser", access.canonical_user)}
    context = {"aws:sourceip": EDGE_ADDRESS, "aws:useragent": "Amazon CloudFront", **_always(scheme)}
    return S3Requester(frozenset(names), context, access.canonical_user)


def service(distribution_arn: str) -> S3Requester:
    """Return CloudFront signing with an origin access control for one distribution, always over https."""
    context = {
        "aws:sourcearn": distribution_arn,
        "aws:sourceaccount": distribution_arn.split(":")[4],
        "aws:principalservicename": SERVICE,
        "aws:useragent": "Amazon CloudFront",
        **_always("https"),
        "aws:principalisawsservice": "true",
    }
    return S3Requester(frozenset({("Service", SERVICE)}), context, is_service=True)


def account(number: str, address: str, scheme: str) -> S3Requester:
    """Return the account of the sandbox: every signed request comes from it."""
    root = f"arn:aws:iam::{number}:root"
    context = {"aws:sourceip": address, "aws:principalaccount": number, "aws:principalarn": root}
    names = frozenset({("AWS", root), ("AWS", number), ("CanonicalUser", OWNER)})
    return S3Requester(names, {**context, **_always(scheme)}, OWNER, is_account=True)


def _always(scheme: str) -> dict[str, str]:
    now = time.time()
    return {
        "aws:securetransport": "true" if scheme == "https" else "false",
        "aws:currenttime": str(now),
        "aws:epochtime": str(now),
        "aws:principalisawsservice": "false",
    }
