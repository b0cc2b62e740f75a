"""The KMS key of a bucket with SSE-KMS, and whether CloudFront may decrypt with it. It is never changed."""

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from cfstream.domain import LiveDistribution
from cfstream.errors import Notice, Problem, Refused
from cfstream.policy_document import CLOUDFRONT, NamedPrincipal, parse, principals, source_arns, statements
from cfstream.policy_document.document import listed
from cfstream.ports import Call, Reads
from cfstream.stack.bucket import KmsKey
from cfstream.stack.context import StackContext
from cfstream.values import Json

UNKNOWN_ID = "<id of the distribution, known after apply>"

ACTIONS = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"]
"""The actions that CloudFront's service principal needs (Developer Guide, "Restrict access to an Amazon S3 origin")."""


def read_key(
    aws: Reads, context: StackContext, own: LiveDistribution | None, key_id: str, region: str
) -> KmsKey:
    """Return whether the key's policy allows CloudFront to decrypt. `own` is the stack's distribution.

    Makes DescribeKey and GetKeyPolicy. No key id means ``aws/s3``.
    """
    if not key_id or key_id.endswith("alias/aws/s3"):
        return KmsKey("alias/aws/s3", managed_by_aws=True)
    arn = (
        own.arn if own else f"arn:{context.partition}:cloudfront::{context.account}:distribution/{UNKNOWN_ID}"
    )
    try:
        metadata = aws.read(Call("kms", "describe_key", {"KeyId": key_id}, region))["KeyMetadata"]
        if metadata.get("KeyManager") == "AWS":
            return KmsKey(key_id, managed_by_aws=True)
        params = {"KeyId": metadata["KeyId"], "PolicyName": "default"}
        policy = parse(aws.read(Call("kms", "get_key_policy", params, region))["Policy"])
    except Refused as refused:
        return KmsKey(key_id, unread=refused.what, distribution_arn=arn)
    return KmsKey(key_id, allows=_allows(policy, arn), distribution_arn=arn)


def problems(context: StackContext, encryption: str | None, key: KmsKey | None) -> list[Problem]:
    """Return why the spec's origin access cannot read objects that are encrypted with SSE-KMS."""
    if encryption != "aws:kms":
        return []
    if context.stack.spec.identity != "oac":
        what = "the bucket encrypts with SSE-KMS, and only an origin access control can read such objects"
        do = "write oac: {}, or set the bucket's default encryption to SSE-S3"
        return [context.stack.problem(what, do, "oai" if context.stack.spec.oai else "origin_access")]
    if key is not None and key.managed_by_aws:
        what = "the bucket encrypts with the key aws/s3, and the policy of that key cannot allow CloudFront to decrypt"
        do = "encrypt with your own key, or set the bucket's default encryption to SSE-S3"
        return [context.stack.problem(what, do, "bucket")]
    return []


def notices(context: StackContext, key: KmsKey | None) -> list[Notice]:
    """Return a notice with the statement that the key's policy lacks, ready to copy."""
    if key is None or key.managed_by_aws or key.allows:
        return []
    statement = json.dumps(_statement(key.distribution_arn, context.name))
    if key.unread:
        text = f"the policy of the key {key.id} cannot be read: {key.unread}. It must contain: {statement}"
    else:
        text = f"the key {key.id} does not allow CloudFront to decrypt; add to its policy: {statement}"
    return [Notice(text, warning=True)]


def _statement(distribution_arn: str, name: str) -> Mapping[str, Any]:
    return {
        "Sid": f"cfstream-{name}",
        "Effect": "Allow",
        "Principal": {"Service": CLOUDFRONT},
        "Action": ACTIONS,
        "Resource": "*",
        "Condition": {"StringEquals": {"AWS:SourceArn": distribution_arn}},
    }


def _allows(policy: Json | None, distribution_arn: str) -> bool:
    return any(
        each.get("Effect") == "Allow"
        and NamedPrincipal("service", CLOUDFRONT) in principals(each)
        and any(fnmatchcase("kms:decrypt", str(name).lower()) for name in listed(each.get("Action")))
        and any(fnmatchcase(distribution_arn, arn) for arn in source_arns(each) or ("*",))
        for each in statements(policy)
    )
