"""ListCertificates and RequestCertificate of ACM. The certificates themselves are moto's.

moto's list shows only the first name, and every type of key. A certificate that was requested is issued at once,
because nobody can create the record that validates it.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from moto.acm.models import acm_backends

from cfstream.sandbox.listener import Answer, Environ

Json = dict[str, Any]

SHOWN_UNASKED = ("RSA_1024", "RSA_2048")
"""ListCertificates: "Default filtering returns only RSA_1024 and RSA_2048 certificates" (shape Filters)."""
MOST_NAMES = 100
"""A summary shows at most a hundred names of a certificate (shape CertificateSummary)."""
PAGE = 1000

_REGION = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/acm/")
_SUMMARY = (
    "CertificateArn",
    "DomainName",
    "Status",
    "Type",
    "KeyAlgorithm",
    "NotBefore",
    "NotAfter",
    "CreatedAt",
    "IssuedAt",
    "ImportedAt",
)


def answer(environ: Environ, body: bytes, account: str, moto: Callable[[Environ], Answer]) -> Answer:
    """Answer ListCertificates, filtered by status and type of key, in pages. moto answers anything else."""
    region = _REGION.search(environ.get("HTTP_AUTHORIZATION", ""))
    if environ.get("HTTP_X_AMZ_TARGET", "").endswith(".RequestCertificate") and region:
        answered = moto(environ)
        _issue(account, region.group(1))
        return answered
    if not environ.get("HTTP_X_AMZ_TARGET", "").endswith(".ListCertificates") or not region:
        return moto(environ)
    asked: Json = json.loads(body or b"{}")
    rows = list(_matching(asked, account, region.group(1)))
    start, size = int(asked.get("NextToken") or 0), int(asked.get("MaxItems") or PAGE)
    listed: Json = {"CertificateSummaryList": rows[start : start + size]}
    if start + size < len(rows):
        listed["NextToken"] = str(start + size)
    return Answer(200, [("Content-Type", "application/x-amz-json-1.1")], json.dumps(listed).encode())


def _issue(account: str, region: str) -> None:
    for certificate in acm_backends[account][region].list_certificates([], {}):
        if certificate.status == "PENDING_VALIDATION":
            certificate.status = "ISSUED"


def _matching(asked: Json, account: str, region: str) -> Iterator[Json]:
    types = asked.get("Includes", {}).get("keyTypes") or SHOWN_UNASKED
    statuses = asked.get("CertificateStatuses")
    backends = acm_backends[account]
    certificates = backends[region].list_certificates([], {}) if region in backends else ()
    for certificate in certificates:
        whole = certificate.describe()["Certificate"]
        if whole["KeyAlgorithm"] in types and (not statuses or whole["Status"] in statuses):
            yield _summary(whole)


def _summary(whole: Json) -> Json:
    names = whole["SubjectAlternativeNames"]
    return {
        **{member: whole[member] for member in _SUMMARY if whole.get(member) is not None},
        "SubjectAlternativeNameSummaries": names[:MOST_NAMES],
        "HasAdditionalSubjectAlternativeNames": len(names) > MOST_NAMES,
        "InUse": bool(whole["InUseBy"]),
        "RenewalEligibility": whole["RenewalEligibility"],
    }
