"""Decide what S3 counts as a public policy, and who keeps access under RestrictPublicBuckets.

Source: S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of "public"".
"""

import re
from collections.abc import Sequence

from cfstream.access.policy.clauses import Clause
from cfstream.access.policy.networks import is_wide, network
from cfstream.access.policy.operators import Every, Family
from cfstream.access.policy.principals import PrincipalForm
from cfstream.access.policy.requester import Requester
from cfstream.access.policy.statement import Statement, parsed
from cfstream.access.policy.wildcards import has_variable, is_wild
from cfstream.access.reader import Certainty
from cfstream.values import Json

_FIXING = frozenset(
    {
        "aws:principalorgid",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)
"""Keys with which a policy is not public if their values are fixed."""

_PERHAPS_FIXING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgpaths",
        "aws:principalservicename",
        "aws:resourceaccount",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpcarn",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpcsourceip",
    }
)
"""Keys that identify a fixed owner but are not on S3's list. Whether S3 counts them is not documented."""


def is_public(policy: Json | None) -> bool:
    """Return whether S3 counts the policy as public. True if the documentation leaves it open."""
    return publicity(parsed(policy)) is not Certainty.NO


def publicity(policy: Sequence[Statement]) -> Certainty:
    """Return whether S3 counts the policy as public. One public statement makes the whole policy public."""
    found = {statement_publicity(each) for each in policy}
    return next((each for each in (Certainty.YES, Certainty.MAYBE) if each in found), Certainty.NO)


def statement_publicity(statement: Statement) -> Certainty:
    """Return whether S3 counts the statement as public.

    A service principal is a fixed value, so a statement for CloudFront is not public, although it admits the
    distributions of every account.
    """
    if not statement.allow:
        return Certainty.NO
    if not statement.negated and not any(each.form is PrincipalForm.ANYONE for each in statement.principals):
        return Certainty.NO
    fixes = {_fixes(each) for each in statement.clauses}
    if Certainty.YES in fixes:
        return Certainty.NO
    return Certainty.MAYBE if Certainty.MAYBE in fixes else Certainty.YES


def _fixes(clause: Clause) -> Certainty:
    """Return whether the clause limits the statement to fixed values: no wildcard and no policy variable."""
    if clause.key not in _FIXING | _PERHAPS_FIXING or not _demands(clause):
        return Certainty.NO
    if not all(_is_fixed(clause, value) for value in clause.values):
        return Certainty.NO
    if any(map(has_variable, clause.written)) or _has_plain_wildcard(clause):
        # Text in a policy of an older Version, or with StringEquals. S3 does not document whether it considers that.
        return Certainty.MAYBE
    return Certainty.YES if clause.key in _FIXING else Certainty.MAYBE


def _has_plain_wildcard(clause: Clause) -> bool:
    """Return whether a value has a wildcard that the operator compares as text."""
    compares_text = clause.operator is not None and not clause.operator.wild
    return compares_text and clause.key != "s3:dataaccesspointarn" and any(map(is_wild, clause.values))


def _demands(clause: Clause) -> bool:
    """Return whether only requests with one of the values fulfil the clause. ForAllValues also admits a missing key."""
    found = clause.operator
    if found is None or not clause.values or found.family not in (Family.TEXT, Family.ARN, Family.NETWORK):
        return False
    return not (found.negated or found.if_exists or found.every is Every.ALL_VALUES)


def _is_fixed(clause: Clause, value: str) -> bool:
    if has_variable(value):
        return False
    if clause.key in ("aws:sourceip", "aws:vpcsourceip"):
        return network(value) is not None and not is_wide(value)
    if clause.key == "s3:dataaccesspointarn":
        return re.match(r"arn:aws:s3:[^:]*:\d{12}:", value) is not None
    return not (clause.operator and clause.operator.wild and is_wild(value))


def survives_restriction(requester: Requester, account: str) -> Certainty:
    """Return whether the requester keeps its access through a public policy under RestrictPublicBuckets.

    AWS services and the principals of the owner's account keep it. Whether an OAI does is not documented.
    """
    match requester.principal.form:
        case PrincipalForm.SERVICE:
            return Certainty.YES
        case PrincipalForm.ACCOUNT | PrincipalForm.ARN:
            return Certainty.YES if account and requester.principal.account == account else Certainty.NO
        case PrincipalForm.OAI | PrincipalForm.UNIQUE | PrincipalForm.CANONICAL:
            return Certainty.MAYBE
        case PrincipalForm.MEMBER:
            return Certainty.NO
    return Certainty.NO


def delegates_to_access_points(statement: Statement, account: str) -> bool:
    """Return whether the statement only admits requests through access points of the account.

    The policies of the access points then decide (S3 User Guide, "Configuring IAM policies for using access points").
    """
    return statement.allow and any(_own_access_points(each, account) for each in statement.clauses)


def _own_access_points(clause: Clause, account: str) -> bool:
    if not _demands(clause) or not clause.values:
        return False
    if clause.key == "s3:dataaccesspointaccount":
        return all(value == account for value in clause.values)
    own = re.compile(rf"arn:aws:s3:[^:]*:{re.escape(account)}:accesspoint/.+")
    return clause.key == "s3:dataaccesspointarn" and all(own.fullmatch(value) for value in clause.values)
