"""Alternate domain names: which distribution has one, and whether a certificate covers it."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from .records import Distribution, Json
from .refusal import CloudFrontError, demand, refuse_unless
from .state import CloudFrontState

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_ALIAS = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})+")
_TAKEN = "One or more of the CNAMEs you provided are already associated with a different resource."
_NO_CERTIFICATE = (
    "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include "
    "a valid certificate chain."
)
_NOT_COVERED = (
    "The certificate that is attached to your distribution doesn't cover the alternate domain name (CNAME) "
    "that you're trying to add."
)


def judge_aliases(state: CloudFrontState, aliases: list[str], own_id: str | None) -> None:
    """Refuse aliases of either kind of distribution.

    Raises InvalidArgument for an invalid or repeated host name, and CNAMEAlreadyExists for one that another
    distribution of either kind has, in this or another account.
    """
    for alias in aliases:
        demand(_ALIAS.fullmatch(alias), f"The parameter CNAME is not a host name: '{alias}'.")
    demand(len(set(aliases)) == len(aliases), "The parameter Aliases contains duplicates.")
    taken = {alias: holder for alias, holder in _held(state) if holder != own_id}
    refuse_unless(not taken.keys() & set(aliases), "CNAMEAlreadyExists", _TAKEN)


def _held(state: CloudFrontState) -> Iterable[tuple[str, str]]:
    for each in (state, *(state.elsewhere() if state.elsewhere else ())):
        for record in each.both_kinds():
            yield from ((alias, record.id) for alias in record.aliases)
    for alias, holder in state.settings.foreign_aliases.items():
        yield alias.lower(), holder


def judge_certificate(state: CloudFrontState, certificate: Json, aliases: list[str]) -> None:
    """Refuse a viewer certificate that cannot serve these aliases, with InvalidViewerCertificate.

    An ACM certificate must be in us-east-1. If the server provides its ACM, the certificate must also exist, be issued,
    expire more than a day from now, and cover each alias.
    """
    arn, iam = certificate.get("ACMCertificateArn"), certificate.get("IAMCertificateId")
    if (arn and iam) or ((arn or iam) and certificate["CloudFrontDefaultCertificate"]):
        raise CloudFrontError("InvalidViewerCertificate", "Only one certificate can be specified.")
    if not arn and not iam:
        message = f"{_NOT_COVERED} CloudFront's own certificate covers no name but cloudfront.net's."
        refuse_unless(not aliases, "InvalidViewerCertificate", message)
        return
    for member in ("SSLSupportMethod", "MinimumProtocolVersion"):
        present = member in certificate
        refuse_unless(
            present, "InvalidViewerCertificate", f"{member} is required with a certificate of your own."
        )
    if arn:
        found = _found(state, arn)
        for alias in aliases:
            refuse_unless(
                found is None or _covers(found, alias),
                "InvalidViewerCertificate",
                f"{_NOT_COVERED} ({alias})",
            )


def _found(state: CloudFrontState, arn: str) -> Mapping[str, Any] | None:
    """Return ACM's description of the certificate; None without an ACM to ask."""
    refuse_unless(
        re.match(r"arn:aws[a-z-]*:acm:us-east-1:", arn), "InvalidViewerCertificate", _NO_CERTIFICATE
    )
    if state.certificate is None:
        return None
    found = state.certificate(arn)
    if not found or found.get("Status") != "ISSUED":
        raise CloudFrontError("InvalidViewerCertificate", _NO_CERTIFICATE)
    ends = found.get("NotAfter")
    if isinstance(ends, datetime):
        ends = ends if ends.tzinfo else ends.replace(tzinfo=UTC)
        fine = ends > datetime.now(UTC) + timedelta(days=1)
        refuse_unless(fine, "InvalidViewerCertificate", "The certificate expires within 24 hours.")
    return found


def _covers(certificate: Mapping[str, Any], alias: str) -> bool:
    names = {certificate.get("DomainName", ""), *certificate.get("SubjectAlternativeNames", ())}
    # A certificate's wildcard covers one label.
    return alias in names or "*." + alias.partition(".")[2] in names


def covers(state: CloudFrontState, record: Distribution, alias: str) -> bool:
    """Return whether the distribution has its own certificate that, as far as is known, covers the alias."""
    certificate = record.config["ViewerCertificate"]
    try:
        judge_certificate(state, certificate, [alias])
    except CloudFrontError:
        return False
    return True


def overlapping(state: CloudFrontState, alias: str) -> list[tuple[str, str]]:
    """Return aliases in use, with their distributions, that equal this one, cover it, or are covered by it."""
    alias = alias.lower()
    return [(held, holder) for held, holder in _held(state) if _under(alias, held) or _under(held, alias)]


def _under(name: str, pattern: str) -> bool:
    return name == pattern or (pattern.startswith("*.") and name.endswith(pattern[1:]))
