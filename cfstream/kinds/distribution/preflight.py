"""Preflight checks of a distribution: aliases of others, certificates that do not cover the cnames, other origins."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import field, replace

from cfstream.domain import LiveDistribution, PathPattern, bucket_of, document, items
from cfstream.domain.tls import covers_name
from cfstream.errors import Missing, Notice, Problem, Refused
from cfstream.kinds.distribution import certificate as certificates
from cfstream.kinds.distribution.certificate import SECONDS_OF_A_DAY, Certificate
from cfstream.ports import Answer, Call, Reads
from cfstream.stack import distributions
from cfstream.stack.context import StackContext
from cfstream.stack.distribution_preflight import distribution_notices
from cfstream.stack.distributions import held_aliases
from cfstream.stack.live_state import LiveState
from cfstream.startup.frozen import dataclass
from cfstream.values import Json


@dataclass(frozen=True)
class Conflict:
    """A row of ListConflictingAliases. AWS masks the ids of other accounts."""

    alias: str
    distribution: str
    account: str


@dataclass(frozen=True)
class Evidence:
    """What preflight read: the certificate, and the holders of aliases."""

    certificate: Answer | None = None
    others: tuple[Certificate, ...] = ()
    """The other certificates of the account, if that one does not exist or does not cover a cname."""
    conflicts: Mapping[str, tuple[Conflict, ...]] = field(default_factory=dict)
    """The holders of an alias, by alias."""
    stacks: Mapping[str, str] = field(default_factory=dict)
    """The name of the stack that owns each distribution, by distribution id."""
    unasked: str = ""
    """Why other accounts could not be checked for aliases; empty if they were, or if there was no need."""


def gather(
    aws: Reads,
    certificate: str,
    aliases: Sequence[str],
    state: LiveState,
) -> Evidence:
    """Read the certificate that the spec names from ACM, and the holders of new aliases from CloudFront."""
    answer: Answer | None = None
    others: tuple[Certificate, ...] = ()
    rows, live, stacks = state.distributions, state.own, state.stacks
    if certificate:
        call = Call("acm", "describe_certificate", {"CertificateArn": certificate}, region="us-east-1")
        answer = aws.together([call])[0]
        if _is_wrong(answer, aliases):
            others = tuple(one for one in certificates.of_account(aws) if one.arn != certificate)
    held = held_aliases(rows, aliases, live.id if live else None)
    mine = live.aliases if live else ()
    new = [alias for alias in aliases if alias not in mine and alias not in held]
    if live is None or not new or not (live.config.get("ViewerCertificate") or {}).get("ACMCertificateArn"):
        # ListConflictingAliases needs a distribution of the account whose certificate covers the alias.
        return Evidence(answer, others, stacks=stacks)
    return replace(_ask_others(aws, answer, new, live), others=others, stacks=stacks)


def _is_wrong(answer: Answer, aliases: Iterable[str]) -> bool:
    """Return whether a certificate does not exist, or does not cover every alias."""
    return isinstance(answer, Missing) or (
        not isinstance(answer, Refused)
        and not all(any(covers_name(name, alias) for name in _names(answer)) for alias in aliases)
    )


def _ask_others(
    aws: Reads, certificate: Answer | None, new: Sequence[str], live: LiveDistribution
) -> Evidence:
    calls = [
        Call("cloudfront", "list_conflicting_aliases", {"DistributionId": live.id, "Alias": alias})
        for alias in new
    ]
    answers = aws.together(calls)
    conflicts: dict[str, tuple[Conflict, ...]] = {}
    unasked = ""
    for alias, answer in zip(new, answers, strict=True):
        if isinstance(answer, Refused):
            unasked = answer.what
            continue
        if rows := items(answer.get("ConflictingAliasesList")):
            conflicts[alias] = tuple(
                Conflict(str(row.get("Alias")), str(row.get("DistributionId")), str(row.get("AccountId")))
                for row in rows
            )
    return Evidence(certificate, conflicts=conflicts, unasked=unasked)


def alias_problems(
    context: StackContext,
    rows: Sequence[LiveDistribution],
    live: LiveDistribution | None,
    evidence: Evidence,
    arriving: Container[str] = (),
) -> list[Problem]:
    """Return a problem for each alias that another distribution holds, except those `arriving` in this run."""
    problems = distributions.alias_problems(
        context, rows, live.id if live else None, evidence.stacks, arriving
    )
    for number, alias in enumerate(context.stack.spec.cnames or ()):
        for row in evidence.conflicts.get(alias, ()):
            if _is_ours(row, context.account):
                continue
            holder = f"{row.distribution} of account {row.account}"
            what = f"{alias} is already held by distribution {holder} (as {row.alias})"
            do = "remove it there first (AWS masks the ids of other accounts)"
            problems.append(context.stack.problem(what, do, "cnames", number))
    return problems


def _is_ours(row: Conflict, account: str) -> bool:
    """Return whether a masked account number is the own one: within an account, overlapping aliases are allowed.

    The lists show the holder of an equal alias.
    """
    return account.endswith(row.account.lstrip("*"))


def certificate_problems(context: StackContext, arn: str, evidence: Evidence) -> list[Problem]:
    """Return why CloudFront would refuse the certificate: missing, not issued, near its expiry, or without a cname."""
    answer = evidence.certificate
    if not arn or answer is None:
        return []
    if isinstance(answer, Missing):
        hosts = context.stack.spec.cnames or ()
        do = certificates.instead(context, evidence.others, hosts, certificates.request_for(hosts))
        return [context.stack.problem(f"the certificate {arn} does not exist", do, "http", "certificate")]
    if isinstance(answer, Refused):
        return []
    return _not_valid(context, arn, answer["Certificate"]) or _uncovered(context, evidence, _names(answer))


def _not_valid(context: StackContext, arn: str, certificate: Json) -> list[Problem]:
    """Return why CloudFront does not accept the certificate for any name: not issued, or near its expiry."""
    path = ("http", "certificate")
    if certificate.get("Status") != "ISSUED":
        what = f"the certificate is {certificate.get('Status')}, not ISSUED"
        pending = certificate.get("Status") == "PENDING_VALIDATION"
        do = f"{certificates.validation_of(arn)}; or name another one"
        return [context.stack.problem(what, do if pending else "name another one", *path)]
    expiry = certificate.get("NotAfter")
    if expiry is not None and context.now is not None:
        left = (expiry - context.now).total_seconds()
        if left < SECONDS_OF_A_DAY:
            what = f"the certificate {'expires' if left > 0 else 'expired'} on {expiry.isoformat()}"
            return [context.stack.problem(what, "renew it, or name another one", *path)]
    return []


def _uncovered(context: StackContext, evidence: Evidence, names: Sequence[str]) -> list[Problem]:
    """Return a problem for each cname that no name of the certificate covers."""
    do = "name a certificate that covers it (a wildcard covers only one label)"
    do = certificates.instead(context, evidence.others, context.stack.spec.cnames or (), do)
    return [
        context.stack.problem(
            f"the certificate does not cover {alias}: it is for {', '.join(sorted({*names}))}",
            do,
            "cnames",
            number,
        )
        for number, alias in enumerate(context.stack.spec.cnames or ())
        if not any(covers_name(name, alias) for name in names)
    ]


def _names(answer: Json) -> list[str]:
    """Return the names in a certificate, as ACM describes it."""
    certificate = answer["Certificate"]
    return [certificate.get("DomainName", ""), *certificate.get("SubjectAlternativeNames", ())]


def origin_problems(context: StackContext, live: LiveDistribution) -> list[Problem]:
    """Return problems of origins: the default behavior has no bucket, or a named path has another origin."""
    origin = document.default_origin(live.config)
    if bucket_of(origin["DomainName"]) is None or not document.takes_identity(origin):
        what = f"the default behavior of {live.id} has the origin {origin['DomainName']}, which is not an S3 bucket"
        do = "set the bucket's own address there first (a website endpoint supports neither OAC nor OAI)"
        return [context.stack.problem(what, do, "adopt" if context.stack.spec.adopt else "bucket")]
    ours = live.leading_to(context.stack.spec.bucket.name)
    elsewhere = {each.pattern: each.target for each in live.named if each not in ours}
    return [
        context.stack.problem(
            f"{behavior.path} has the origin {elsewhere[PathPattern(behavior.path)]} on {live.id}, "
            "not the spec's bucket",
            "remove it from the spec: cfstream does not change behaviors of other origins",
            "http",
            "behaviors",
            number,
        )
        for number, behavior in enumerate(context.stack.spec.http.behaviors)
        if PathPattern(behavior.path) in elsewhere
    ]


def notices(context: StackContext, live: LiveDistribution | None, evidence: Evidence) -> list[Notice]:
    """Return the notices of every distribution, and what could not be checked of this one."""
    unchecked = []
    if isinstance(evidence.certificate, Refused) and not isinstance(evidence.certificate, Missing):
        unchecked.append(Notice(f"the certificate could not be checked: {evidence.certificate.what}"))
    if evidence.unasked:
        unchecked.append(Notice(f"other accounts could not be checked for the cnames: {evidence.unasked}"))
    return distribution_notices(context, live, unchecked)
