"""The semantics of S3 policies and ACLs: who a statement admits. Pure.

`requester` has the classes of requesters, `judging` judges one of them against statements, `candidates` finds every
class that a policy could admit, `public` implements S3's definition of public, `acls` reads access control lists, and
`classification` decides who is inside, expected, or an opening. The caller decides whether a statement's resource
matches.
"""

from cfstream.access.policy.acls import acl_readers
from cfstream.access.policy.actions import ACTIONS, Action, ResourceType, actions
from cfstream.access.policy.candidates import candidates
from cfstream.access.policy.classification import (
    Classification,
    Declared,
    ReaderClass,
    classify,
    classify_reader,
    lists,
)
from cfstream.access.policy.judging import Judge, Judgement
from cfstream.access.policy.public import (
    delegates_to_access_points,
    is_public,
    publicity,
    survives_restriction,
)
from cfstream.access.policy.requester import (
    ANY_DISTRIBUTION,
    KINDS_OF_ANYONE,
    Requester,
    access_point,
    account,
    anonymous,
    any_account,
    any_distribution,
    any_service,
    canonical,
    distribution,
    distributions,
    network,
    oai,
    organisation,
    organisation_service,
    principal,
    service,
    user_id,
)
from cfstream.access.policy.statement import Statement, parse_statement, parsed

__all__ = [
    "ACTIONS",
    "ANY_DISTRIBUTION",
    "KINDS_OF_ANYONE",
    "Action",
    "Classification",
    "Declared",
    "Judge",
    "Judgement",
    "ReaderClass",
    "Requester",
    "ResourceType",
    "Statement",
    "access_point",
    "account",
    "acl_readers",
    "actions",
    "anonymous",
    "any_account",
    "any_distribution",
    "any_service",
    "candidates",
    "canonical",
    "classify",
    "classify_reader",
    "delegates_to_access_points",
    "distribution",
    "distributions",
    "is_public",
    "lists",
    "network",
    "oai",
    "organisation",
    "organisation_service",
    "parse_statement",
    "parsed",
    "principal",
    "publicity",
    "service",
    "survives_restriction",
    "user_id",
]
