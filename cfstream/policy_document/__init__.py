"""Bucket policies as documents, pure: `document` knows what they say and how IAM spells it, `audience` whom
they let in.

Reading and writing a live policy is `steps/bucket_policy.py`; which statement a stack wants is
`kinds/bucket_policy.py`.
"""

from cfstream.policy_document.audience import covers, is_public, reads, source_arns
from cfstream.policy_document.document import (
    CLOUDFRONT,
    LARGEST,
    Principal,
    by_sid,
    canonical,
    dead_principals,
    dump,
    equal,
    is_pending,
    merge,
    oac_statement,
    oai_statement,
    parse,
    policy_digest,
    prefix_of,
    principals,
    same_policy,
    statements,
)

__all__ = [
    "CLOUDFRONT",
    "LARGEST",
    "Principal",
    "by_sid",
    "canonical",
    "covers",
    "dead_principals",
    "dump",
    "equal",
    "is_pending",
    "is_public",
    "merge",
    "oac_statement",
    "oai_statement",
    "parse",
    "policy_digest",
    "prefix_of",
    "principals",
    "reads",
    "same_policy",
    "source_arns",
    "statements",
]
