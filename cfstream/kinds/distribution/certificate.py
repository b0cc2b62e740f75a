"""The certificate for the cnames, where the spec leaves the choice to cfstream (``http.certificate: auto``).

This module has the account's certificates in us-east-1, and the choice among them. A certificate that the spec names is
checked in `preflight`; the field of the distribution is in `config`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cfstream.domain import LiveDistribution
from cfstream.domain.tls import covers_name
from cfstream.errors import Notice, Problem, Refused
from cfstream.ports import Call, Reads
from cfstream.stack.scene import Scene
from cfstream.values import Json

REGION = "us-east-1"
"""CloudFront takes certificates from there only (DG "Requirements for using SSL/TLS certificates")."""

KEY_TYPES = (
    "RSA_1024",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "EC_prime256v1",
    "EC_secp384r1",
    "EC_secp521r1",
)
"""All that ACM has: without naming them ListCertificates leaves out most."""

TAKEN = frozenset({"RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1"})
"""Keys that CloudFront takes (same page). RSA_1024 it takes as well, and no browser does."""

LISTING = Call("acm", "list_certificates", {"Includes": {"keyTypes": list(KEY_TYPES)}}, region=REGION)

SECONDS_OF_A_DAY = 86_400
"""CloudFront refuses a certificate in its last 24 hours (same page)."""

LASTING = 30 * SECONDS_OF_A_DAY
"""ACM renews what it issued 60 days before its end: what has less than half of that left will not be renewed."""

FOREVER = float("inf")
NAMED = 5
"""How many certificates a problem tells of."""


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
    """False where a list did not show all of its names."""

    def covers(self, host: str) -> bool:
        """Whether it covers a host name, by name or by a wildcard."""
        return any(covers_name(name, host) for name in self.names)

    def seconds_left(self, scene: Scene) -> float:
        """How long it is still valid."""
        if self.expiry is None or scene.now is None:
            return FOREVER
        return float((self.expiry - scene.now).total_seconds())

    def unfit(self, scene: Scene) -> str:
        """Why CloudFront would not take it, in words; empty when it would."""
        if self.status != "ISSUED":
            return f"is {self.status}"
        if self.key not in TAKEN:
            return f"has a key of type {self.key}, which CloudFront does not take"
        if self.type == "PRIVATE":
            return "is of a private authority, which no browser knows"
        left = self.seconds_left(scene)
        if left < SECONDS_OF_A_DAY:
            return f"{'expires' if left > 0 else 'expired'} on {self.expiry.isoformat()}"
        return ""

    def told(self, scene: Scene) -> str:
        """It in words: its names, and what is the matter with it or when it ends."""
        named = ", ".join(sorted(self.names)[:3]) + (", …" if len(self.names) > 3 else "")
        until = f"is valid until {self.expiry.date()}" if self.expiry is not None else "is valid"
        return f"one for {named}, which {self.unfit(scene) or until}"


@dataclass(frozen=True)
class Certificates:
    """The account's certificates in us-east-1, or why they could not be listed."""

    all: tuple[Certificate, ...] = ()
    refusal: Refused | None = None


@dataclass(frozen=True)
class Choice:
    """The certificate for the cnames; `arn` is empty where the one in place is to stay, or none fits."""

    arn: str = ""
    problems: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()


def chooses(scene: Scene) -> bool:
    """Whether the spec leaves the choice to us, and has cnames to choose for."""
    spec = scene.stack.spec
    return spec.delivery == "http" and spec.http.certificate == "auto" and bool(spec.cnames)


def observe(aws: Reads, scene: Scene) -> Certificates:
    """Lists the certificates where the choice is ours; one with more names than a list shows, and without ours among
    those, is described. A refusal is a value.
    """
    if not chooses(scene):
        return Certificates()
    try:
        rows = [_listed(row) for row in aws.items(LISTING)]
    except Refused as refusal:
        return Certificates(refusal=refusal)
    cnames = scene.stack.spec.cnames or ()
    unsure = [row for row in rows if not row.complete and not all(map(row.covers, cnames))]
    answers = aws.together([describe(row.arn) for row in unsure])
    whole = {row.arn: _whole(row, answer) for row, answer in zip(unsure, answers, strict=True)}
    return Certificates(tuple(sorted((whole.get(row.arn, row) for row in rows), key=lambda row: row.arn)))


def choose(scene: Scene, live: LiveDistribution | None, have: Certificates) -> Choice:
    """The certificate that covers every cname. Law: what was chosen once is chosen again, while it lasts.

    One that names the cnames goes before one that covers them by a wildcard, then the one that lasts longest. The one
    in place stays as long as it covers them and has 30 days left, or nothing better is there.
    """
    if not chooses(scene):
        return Choice()
    cnames = scene.stack.spec.cnames or ()
    held = (live.config.get("ViewerCertificate") or {}) if live else {}
    if have.refusal is not None:
        return _unlisted(scene, have.refusal, held)
    if held.get("IAMCertificateId") and _answers(live) >= {*cnames}:
        # CloudFront took it for these very names, and what IAM's certificates are for cannot be seen here.
        return Choice()
    fit = [one for one in have.all if not one.unfit(scene) and all(map(one.covers, cnames))]
    if not fit:
        return Choice(problems=tuple(_problems(scene, cnames, have.all)))
    best = min(fit, key=lambda one: _rank(scene, one, cnames))
    current = next((one for one in fit if one.arn == held.get("ACMCertificateArn")), None)
    if current and (_lasts(scene, current) or not _lasts(scene, best)):
        best = current
    return Choice(best.arn, notices=_ending(scene, best))


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
    """The key's type in the spelling of the model: replies of AWS have been seen to say ``RSA-2048``."""
    return str(row.get("KeyAlgorithm", "")).replace("-", "_")


def _names(domain: str | None, others: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in (domain, *others) if name)


def describe(arn: str) -> Call:
    """The call for all that ACM knows of one certificate."""
    return Call("acm", "describe_certificate", {"CertificateArn": arn}, region=REGION)


def _whole(row: Certificate, answer: Any) -> Certificate:
    """The row with all its names; as it is where ACM refused to describe it."""
    if isinstance(answer, Refused):
        return row
    described = answer["Certificate"]
    names = _names(described.get("DomainName"), described.get("SubjectAlternativeNames", ()))
    return replace(row, names=row.names | names, complete=True)


def _answers(live: LiveDistribution | None) -> set[str]:
    return {*live.aliases} if live else set()


def _unlisted(scene: Scene, refusal: Refused, held: Json) -> Choice:
    if held.get("ACMCertificateArn") or held.get("IAMCertificateId"):
        told = f"the certificates could not be listed, so the one in place stays: {refusal.what}"
        return Choice(notices=(Notice(told),))
    what = f"the certificate for the cnames cannot be looked for: {refusal.what}"
    do = f"{refusal.do or 'allow acm:ListCertificates'}, or write the ARN of one as http.certificate"
    return Choice(problems=(scene.stack.problem(what, do, "cnames"),))


def _lasts(scene: Scene, one: Certificate) -> bool:
    return one.seconds_left(scene) > LASTING


def _rank(scene: Scene, one: Certificate, cnames: Sequence[str]) -> tuple[bool, int, float, str]:
    by_wildcard = sum(host not in one.names for host in cnames)
    return (not _lasts(scene, one), by_wildcard, -one.seconds_left(scene), one.arn)


def _ending(scene: Scene, one: Certificate) -> tuple[Notice, ...]:
    if _lasts(scene, one):
        return ()
    do = "import its successor" if one.type == "IMPORTED" else "see in ACM why it was not renewed"
    return (Notice(f"the certificate {one.arn} expires on {one.expiry.date()}: {do}", warning=True),)


def _problems(scene: Scene, cnames: Sequence[str], have: Sequence[Certificate]) -> list[Problem]:
    """Which cname no certificate covers, and what there is instead."""
    fit = [one for one in have if not one.unfit(scene)]
    do = f"request one in ACM in {REGION}, or write the ARN of another as http.certificate"
    bare = [number for number, host in enumerate(cnames) if not any(one.covers(host) for one in fit)]
    if not bare:
        what = f"no one certificate in {REGION} covers all cnames: {_there_is(scene, fit)}"
        return [scene.stack.problem(what, f"{do}, with all of them in it", "cnames")]
    return [
        scene.stack.problem(
            f"no certificate in {REGION} that CloudFront would take covers {cnames[number]}: "
            f"{_there_is(scene, have, cnames[number])}",
            do,
            "cnames",
            number,
        )
        for number in bare
    ]


def _there_is(scene: Scene, have: Sequence[Certificate], host: str = "") -> str:
    """What certificates there are, those that would cover `host` if they were fit at the front."""
    if not have:
        return "there is none at all"
    by_interest = sorted(have, key=lambda one: (not (host and one.covers(host)), one.arn))
    told = "; ".join(one.told(scene) for one in by_interest[:NAMED])
    return f"there is {told}" + (f"; and {len(have) - NAMED} more" if len(have) > NAMED else "")
