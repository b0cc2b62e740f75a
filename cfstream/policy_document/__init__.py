"""Bucket policies as documents: their content, and the equivalent spellings in IAM. Pure.

Who a policy admits is in `access`. Reading and writing a live policy is in `steps/bucket_policy.py`; which statement a
stack needs is in `kinds/bucket_policy/deciding.py`.
"""

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
    source_arns,
    statements,
)

__all__ = [
    "CLOUDFRONT",
    "LARGEST",
    "Principal",
    "by_sid",
    "canonical",
    "dead_principals",
    "dump",
    "equal",
    "is_pending",
    "merge",
    "oac_statement",
    "oai_statement",
    "parse",
    "policy_digest",
    "prefix_of",
    "principals",
    "same_policy",
    "source_arns",
    "statements",
]
