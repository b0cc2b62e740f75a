"""The certificate for the cnames, if the spec lets cfstream choose it (``http.certificate: auto``).

This module reads the account's certificates in us-east-1, and chooses one. A certificate that the spec names is
checked in `preflight`; the field of the distribution is in `config`.
"""

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from cfstream.domain import LiveDistribution
from cfstream.domain.tls import covers_name
from cfstream.errors import Notice, Problem, Refused
from cfstream.ports import Call, Reads
from cfstream.spec.wording import likeness
from cfstream.stack.context import StackContext
from cfstream.stack.survey import listed
from cfstream.startup.frozen import dataclass
from cfstream.values import Json

REGION = "us-east-1"
"""CloudFront only accepts certificates there (DG "Requirements for using SSL/TLS certificates")."""

KEY_TYPES = (
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
)
"""All key types of ACM: by default, ListCertificates omits most of them."""

TAKEN = frozenset({"RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1"})
"""Key types that CloudFront accepts (same page). It also accepts RSA_1024, but no browser does."""

LISTING = Call("acm", "list_certificates", {"Includes": {"keyTypes": list(KEY_TYPES)}}, region=REGION)

SECONDS_OF_A_DAY = 86_400
"""CloudFront refuses a certificate in its last 24 hours (same page)."""

LASTING = 30 * SECONDS_OF_A_DAY
"""ACM renews its certificates 60 days before they expire. One with less than half of that left will not be renewed."""

FOREVER = float("inf")
NAMED = 5
"""The number of certificates that a problem lists."""


@dataclass(frozen=True)
class Certificate:
    """One certificate as ACM lists it."""

    arn: str
    names: frozenset[str]
    status: str
    key: str
    type: str
    expiry: Any = None
    complete: bool = True
    """False if a list did not show all of its names."""

    def covers(self, host: str) -> bool:
        """Return whether it covers a host name, by name or by a wildcard."""
        return any(covers_name(name, host) for name in self.names)

    def seconds_left(self, context: StackContext) -> float:
        """Return the seconds until it expires."""
        if self.expiry is None or context.now is None:
            return FOREVER
        return float((self.expiry - context.now).total_seconds())

    def unfit(self, context: StackContext) -> str:
        """Return why CloudFront would refuse it, in words; empty if it would not."""
        if self.status != "ISSUED":
            return f"is {self.status}"
        if self.key not in TAKEN:
            return f"has a key of type {self.key}, which CloudFront does not accept"
        if self.type == "PRIVATE":
            return "is from a private authority, which browsers do not trust"
        left = self.seconds_left(context)
        if left < SECONDS_OF_A_DAY:
            return f"{'expires' if left > 0 else 'expired'} on {self.expiry.isoformat()}"
        return ""

    def described(self, context: StackContext) -> str:
        """Return it in words: its names, and why it is unfit or when it expires."""
        named = ", ".join(sorted(self.names)[:3]) + (", …" if len(self.names) > 3 else "")
        until = f"is valid until {self.expiry.date()}" if self.expiry is not None else "is valid"
        return f"one for {named}, which {self.unfit(context) or until}"


@dataclass(frozen=True)
class Certificates:
    """The account's certificates in us-east-1, or why they could not be listed."""

    all: tuple[Certificate, ...] = ()
    refusal: Refused | None = None


@dataclass(frozen=True)
class Choice:
    """The certificate for the cnames; `arn` is empty if the current one stays, or if none fits."""

    arn: str = ""
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()


def chooses(context: StackContext) -> bool:
    """Return whether cfstream chooses the certificate: the spec allows it, and has cnames."""
    spec = context.stack.spec
    return spec.delivery == "http" and spec.http.certificate == "auto" and bool(spec.cnames)


def observe(aws: Reads, context: StackContext) -> Certificates:
    """List the certificates if cfstream chooses one. Describe those with more names than a list shows.

    A refusal is a value.
    """
    if not chooses(context):
        return Certificates()
    try:
        rows = [_listed(row) for row in aws.items(LISTING)]
    except Refused as refusal:
        return Certificates(refusal=refusal)
    cnames = context.stack.spec.cnames or ()
    unsure = [row for row in rows if not row.complete and not all(map(row.covers, cnames))]
    answers = aws.together([describe(row.arn) for row in unsure])
    whole = {row.arn: _whole(row, answer) for row, answer in zip(unsure, answers, strict=True)}
    return Certificates(tuple(sorted((whole.get(row.arn, row) for row in rows), key=lambda row: row.arn)))


def choose(context: StackContext, live: LiveDistribution | None, have: Certificates) -> Choice:
    """Return the certificate that covers every cname. Law: the same one is chosen again, while it is valid.

    One that has the cnames comes before one that covers them by a wildcard, then the one that is valid longest. The
    current one stays while it covers them and has 30 days left, or if there is no better one.
    """
    if not chooses(context):
        return Choice()
    cnames = context.stack.spec.cnames or ()
    held = (live.config.get("ViewerCertificate") or {}) if live else {}
    if have.refusal is not None:
        return _unlisted(context, have.refusal, held)
    if held.get("IAMCertificateId") and _answers(live) >= {*cnames}:
        # CloudFront accepted it for exactly these names. The names of IAM's certificates cannot be read here.
        return Choice()
    fit = [one for one in have.all if not one.unfit(context) and all(map(one.covers, cnames))]
    if not fit:
        return Choice(problems=tuple(_problems(context, cnames, have.all)))
    best = min(fit, key=lambda one: _rank(context, one, cnames))
    current = next((one for one in fit if one.arn == held.get("ACMCertificateArn")), None)
    if current and (_lasts(context, current) or not _lasts(context, best)):
        best = current
    return Choice(best.arn, notices=_ending(context, best))


def _listed(row: Json) -> Certificate:
    return Certificate(
        arn=row["CertificateArn"],
        names=_names(row.get("DomainName"), row.get("SubjectAlternativeNameSummaries", ())),
        status=row.get("Status", ""),
        key=_key_type(row),
        type=row.get("Type", ""),
        expiry=row.get("NotAfter"),
        complete=not row.get("HasAdditionalSubjectAlternativeNames"),
    )


def _key_type(row: Json) -> str:
    """Return the key's type in the model's spelling: some replies of AWS have ``RSA-2048``."""
    return str(row.get("KeyAlgorithm", "")).replace("-", "_")


def _names(domain: str | None, others: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in (domain, *others) if name)


def of_account(aws: Reads) -> tuple[Certificate, ...]:
    """Return the account's certificates as far as ACM lists them, for a hint.

    Its permission is optional: without it, the hint names no certificate.
    """
    return tuple(_listed(row) for row in listed(aws, LISTING))


def nearest_to(context: StackContext, have: Iterable[Certificate], hosts: Sequence[str]) -> list[Certificate]:
    """Return the certificates, the nearest first: valid for CloudFront, with most hosts, then with similar names."""

    def rank(one: Certificate) -> tuple[bool, int, float, str]:
        covered = sum(map(one.covers, hosts))
        alike = sum(max((likeness(name, host) for name in one.names), default=0.0) for host in hosts)
        return (bool(one.unfit(context)), -covered, -alike, one.arn)

    return sorted(have, key=rank)


def instead(context: StackContext, have: Sequence[Certificate], hosts: Sequence[str], otherwise: str) -> str:
    """Return how to correct an ARN: the nearest certificate of the account, or what to do `otherwise`."""
    found = nearest_to(context, have, hosts)
    if not found:
        return otherwise
    best = f"{found[0].arn}, {found[0].described(context)}"
    if not found[0].unfit(context) and all(map(found[0].covers, hosts)):
        return f"write {best}; or {otherwise}"
    return f"the nearest in this account is {best}; {otherwise}"


def describe(arn: str) -> Call:
    """Return the call that describes one certificate."""
    return Call("acm", "describe_certificate", {"CertificateArn": arn}, region=REGION)


def _whole(row: Certificate, answer: Any) -> Certificate:
    """Return the row with all its names, or unchanged if ACM refused to describe it."""
    if isinstance(answer, Refused):
        return row
    described = answer["Certificate"]
    names = _names(described.get("DomainName"), described.get("SubjectAlternativeNames", ()))
    return replace(row, names=row.names | names, complete=True)


def _answers(live: LiveDistribution | None) -> set[str]:
    return {*live.aliases} if live else set()


def _unlisted(context: StackContext, refusal: Refused, held: Json) -> Choice:
    if held.get("ACMCertificateArn") or held.get("IAMCertificateId"):
        text = f"the certificates could not be listed, so the current one stays: {refusal.what}"
        return Choice(notices=(Notice(text),))
    what = f"a certificate for the cnames cannot be chosen: {refusal.what}"
    do = f"{refusal.do or 'allow acm:ListCertificates'}, or write the ARN of one as http.certificate"
    return Choice(problems=(context.stack.problem(what, do, "cnames"),))


def _lasts(context: StackContext, one: Certificate) -> bool:
    return one.seconds_left(context) > LASTING


def _rank(context: StackContext, one: Certificate, cnames: Sequence[str]) -> tuple[bool, int, float, str]:
    by_wildcard = sum(host not in one.names for host in cnames)
    return (not _lasts(context, one), by_wildcard, -one.seconds_left(context), one.arn)


def _ending(context: StackContext, one: Certificate) -> tuple[Notice, ...]:
    if _lasts(context, one):
        return ()
    do = "import its successor" if one.type == "IMPORTED" else "see in ACM why it was not renewed"
    return (Notice(f"the certificate {one.arn} expires on {one.expiry.date()}: {do}", warning=True),)


def _problems(context: StackContext, cnames: Sequence[str], have: Sequence[Certificate]) -> list[Problem]:
    """Return a problem for each cname that no certificate covers, with the existing certificates."""
    fit = [one for one in have if not one.unfit(context)]
    other = "write the ARN of one as http.certificate, or"
    bare = [number for number, host in enumerate(cnames) if not any(one.covers(host) for one in fit)]
    if not bare:
        what = f"no single certificate in {REGION} covers all cnames; {_there_is(context, fit)}"
        return [context.stack.problem(what, f"{other} {request_for(cnames)}", "cnames")]
    return [
        context.stack.problem(
            f"no certificate in {REGION} that CloudFront accepts covers {cnames[number]}; "
            f"{_there_is(context, have, [cnames[each] for each in bare])}",
            _issue(have, cnames[number]) or f"{other} {request_for(cnames)}",
            "cnames",
            number,
        )
        for number in bare
    ]


def _issue(have: Sequence[Certificate], host: str) -> str:
    """Return how to get a certificate for `host` issued that was requested already; empty if there is none."""
    waiting = next((one for one in have if one.status == "PENDING_VALIDATION" and one.covers(host)), None)
    if waiting is None:
        return ""
    return validation_of(waiting.arn)


def request_for(hosts: Sequence[str]) -> str:
    """Return how to request a certificate for host names in ACM; without names, only where."""
    if not hosts:
        return f"request or import one in ACM in {REGION}"
    names = shlex.join(
        ["--domain-name", hosts[0], *(["--subject-alternative-names", *hosts[1:]] if hosts[1:] else [])]
    )
    return f"request one: `aws acm request-certificate --region {REGION} --validation-method DNS {names}`"


def validation_of(arn: str) -> str:
    """Return how to get a certificate issued that was requested."""
    show = f"`aws acm describe-certificate --region {REGION} --certificate-arn {arn}`"
    return f"create the CNAME that {show} shows, and wait until it is ISSUED"


def _there_is(context: StackContext, have: Sequence[Certificate], hosts: Sequence[str] = ()) -> str:
    """Return the existing certificates in words, first those with a name for one of `hosts`."""
    if not have:
        return "there are no certificates"
    by_interest = nearest_to(context, have, hosts)
    by_interest.sort(key=lambda one: not any(map(one.covers, hosts)))
    described = "; ".join(one.described(context) for one in by_interest[:NAMED])
    return f"there is {described}" + (f"; and {len(have) - NAMED} more" if len(have) > NAMED else "")
