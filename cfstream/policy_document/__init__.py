"""Bucket policies as documents: their content, and the equivalent spellings in IAM. Pure.

`access` decides who a policy admits. `steps/bucket_policy.py` reads and writes a live policy.
`kinds/bucket_policy/deciding.py` decides which statement a stack needs.
"""

from cfstream.policy_document.document import (
    CLOUDFRONT,
    LARGEST,
    NamedPrincipal,
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
    shown,
    source_arns,
    statements,
)

__all__ = [
    "CLOUDFRONT",
    "LARGEST",
    "NamedPrincipal",
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
    "shown",
    "source_arns",
    "statements",
]
