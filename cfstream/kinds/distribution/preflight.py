"""What AWS would refuse at apply, found out at plan: aliases of others, certificates that do not cover, odd origins."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from cfstream.domain import NAME_TAG, LiveDistribution, PathPattern, bucket_of, document, items
from cfstream.errors import Missing, Notice, Problem, Refused
from cfstream.kinds import distributions
from cfstream.kinds.certificate import SECONDS_OF_A_DAY, covers_name
from cfstream.kinds.distributions import held_aliases
from cfstream.kinds.kind import Scene
from cfstream.kinds.owners import Claim
from cfstream.ports import Answer, Call, Reads


@dataclass(frozen=True)
class Conflict:
    """A row of ListConflictingAliases. AWS masks the ids of other accounts."""

    alias: str
    distribution: str
    account: str


@dataclass(frozen=True)
class Evidence:
    """What preflight read: the certificate, and who else holds an alias."""

    certificate: Answer | None = None
    conflicts: Mapping[str, tuple[Conflict, ...]] = field(default_factory=dict)
    """Who holds an alias, by alias."""
    unasked: str = ""
    """Why other accounts could not be asked about aliases; empty when they were, or need not be."""


def gather(
    aws: Reads,
    certificate: str,
    aliases: Sequence[str],
    rows: Sequence[LiveDistribution],
    live: LiveDistribution | None,
) -> Evidence:
    """Ask ACM about a certificate that the spec names, and CloudFront about aliases new to a live distribution."""
    answer: Answer | None = None
    if certificate:
        call = Call("acm", "describe_certificate", {"CertificateArn": certificate}, region="us-east-1")
        answer = aws.together([call])[0]
    held = held_aliases(rows, live.id if live else None)
    mine = live.aliases if live else ()
    new = [alias for alias in aliases if alias not in mine and alias not in held]
    if live is None or not new or not (live.config.get("ViewerCertificate") or {}).get("ACMCertificateArn"):
        # ListConflictingAliases wants a distribution of ours whose certificate covers the alias.
        return Evidence(answer)
    return _ask_others(aws, answer, new, live)


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
    return Evidence(certificate, conflicts, unasked)


def ownership_problems(scene: Scene, live: LiveDistribution | None, claims: Sequence[Claim]) -> list[Problem]:
    """Return the problems with who owns the distribution: it is gone, another stack's, or one of two with the name.

    A stack that is destroyed has none: all that is its own goes.
    """
    adopt = scene.stack.spec.adopt
    if adopt and live is None:
        what = f"the {scene.delivery.words} {adopt} does not exist in account {scene.account}"
        do = "write an id that `cfstream list` shows, or remove `adopt`"
        return [scene.stack.problem(what, do, "adopt")]
    owner = live.tag(NAME_TAG) if live else None
    if live and owner and owner != scene.name:
        what = f"{live.id} belongs to the stack {owner}: it has the tag {NAME_TAG} = {owner}"
        return [scene.stack.problem(what, "adopt another one, or remove that tag from it first", "adopt")]
    return [] if scene.destroying else _twins(scene, claims)


def _twins(scene: Scene, claims: Sequence[Claim]) -> list[Problem]:
    """A problem if another distribution also has the name of the stack: it would be forgotten, or lose its access."""
    others = [each for each in claims if each.delivery is not scene.delivery]
    if others:
        mine = next((each for each in claims if each.delivery is scene.delivery), None)
        return [_of_other_delivery(scene, others[0], mine)]
    if len(claims) < 2:
        return []
    ids = " and ".join(each.id for each in claims)
    if claims[0].adopted:
        what = f"the spec adopts {claims[0].id}, and {claims[1].id} has the tag {NAME_TAG} = {scene.name}"
        do = f"remove that tag from {claims[1].id}, adopt {claims[1].id} instead, or give this spec another name"
        return [scene.stack.problem(what, do, "adopt")]
    what = f"several distributions have the tag {NAME_TAG} = {scene.name}: {ids}"
    return [scene.stack.problem(what, f"remove the tag {NAME_TAG} from all but one of them", "name")]


def _of_other_delivery(scene: Scene, found: Claim, mine: Claim | None) -> Problem:
    """The problem with a distribution of the other delivery, alone or beside one of the spec's."""
    beside = f" beside the {mine.delivery.words} {mine.id}" if mine else ""
    what = (
        f"the {found.delivery.words} {found.id} has the name {scene.name}{beside}, and the spec says "
        f"delivery: {scene.delivery}"
    )
    first = (
        f"remove the tag {NAME_TAG} from the one that is not this stack's"
        if mine
        else f"write delivery: {found.delivery} again and run cfstream migrate"
    )
    do = (
        f"{first}; or give this spec another name; or run cfstream destroy, which deletes what the stack owns of "
        "either delivery"
    )
    return scene.stack.problem(what, do, "delivery")


def alias_problems(
    scene: Scene,
    rows: Sequence[LiveDistribution],
    live: LiveDistribution | None,
    evidence: Evidence,
    arriving: Container[str] = (),
) -> list[Problem]:
    """Aliases that another distribution holds, in this account or elsewhere, but for those `arriving` in this run."""
    problems = distributions.alias_problems(scene, rows, live.id if live else None, arriving)
    for number, alias in enumerate(scene.stack.spec.cnames or ()):
        for row in evidence.conflicts.get(alias, ()):
            if _is_ours(row, scene.account):
                continue
            holder = f"{row.distribution} of account {row.account}"
            what = f"{alias} is already held by distribution {holder} (as {row.alias})"
            do = "have it taken off there first; AWS masks the ids of other accounts"
            problems.append(scene.stack.problem(what, do, "cnames", number))
    return problems


def _is_ours(row: Conflict, account: str) -> bool:
    """Whether a half-hidden account number is ours: overlapping aliases are allowed within an account, and who has
    the very one is known from the lists.
    """
    return account.endswith(row.account.lstrip("*"))


def certificate_problems(scene: Scene, arn: str, evidence: Evidence) -> list[Problem]:
    """Why CloudFront would not take the certificate: absent, not issued, about to expire, or not covering a cname."""
    answer = evidence.certificate
    path = ("http", "certificate")
    if not arn or answer is None:
        return []
    if isinstance(answer, Missing):
        do = "request or import it in us-east-1: CloudFront takes certificates from there only"
        return [scene.stack.problem(f"there is no certificate {arn}", do, *path)]
    if isinstance(answer, Refused):
        return []
    certificate = answer["Certificate"]
    if certificate.get("Status") != "ISSUED":
        what = f"the certificate is {certificate.get('Status')}, not ISSUED"
        return [scene.stack.problem(what, "finish its validation in ACM, or name another one", *path)]
    expiry = certificate.get("NotAfter")
    if expiry is not None and scene.now is not None:
        left = (expiry - scene.now).total_seconds()
        if left < SECONDS_OF_A_DAY:
            what = f"the certificate {'expires' if left > 0 else 'expired'} on {expiry.isoformat()}"
            return [scene.stack.problem(what, "renew it, or name another one", *path)]
    names = [certificate.get("DomainName", ""), *certificate.get("SubjectAlternativeNames", ())]
    return [
        scene.stack.problem(
            f"the certificate does not cover {alias}: it is for {', '.join(sorted({*names}))}",
            "name a certificate with that name in it (a wildcard covers one label only)",
            "cnames",
            number,
        )
        for number, alias in enumerate(scene.stack.spec.cnames or ())
        if not any(covers_name(name, alias) for name in names)
    ]


def origin_problems(scene: Scene, live: LiveDistribution) -> list[Problem]:
    """Return problems of origins: the default behavior leads to no bucket, or a named path leads elsewhere."""
    origin = document.default_origin(live.config)
    if bucket_of(origin["DomainName"]) is None or not document.takes_identity(origin):
        what = f"the default behavior of {live.id} leads to {origin['DomainName']}, which is no S3 origin"
        do = "point it at the bucket's own address by hand first (a website endpoint knows neither OAC nor OAI)"
        return [scene.stack.problem(what, do, "adopt" if scene.stack.spec.adopt else "bucket")]
    ours = live.leading_to(scene.stack.spec.bucket.name)
    elsewhere = {each.pattern: each.target for each in live.named if each not in ours}
    return [
        scene.stack.problem(
            f"{behavior.path} leads to the origin {elsewhere[PathPattern(behavior.path)]} on {live.id}, "
            "not to our bucket",
            "take it out of the spec: cfstream leaves behaviors of other origins alone",
            "http",
            "behaviors",
            number,
        )
        for number, behavior in enumerate(scene.stack.spec.http.behaviors)
        if PathPattern(behavior.path) in elsewhere
    ]


def notices(scene: Scene, live: LiveDistribution | None, evidence: Evidence) -> list[Notice]:
    """What is worth knowing: no identity at all, what could not be asked, who cannot sign anything."""
    told = []
    if scene.stack.spec.identity == "none":
        text = "origin_access: none: CloudFront reads the bucket as anyone would; `oac: {}` lets it sign its requests"
        told.append(Notice(text, warning=True))
    if isinstance(evidence.certificate, Refused) and not isinstance(evidence.certificate, Missing):
        told.append(Notice(f"the certificate could not be looked at: {evidence.certificate.what}"))
    if evidence.unasked:
        told.append(Notice(f"other accounts could not be asked about the cnames: {evidence.unasked}"))
    return [*told, *silent_signers(live), *records_notice(scene, live)]


def silent_signers(live: LiveDistribution | None) -> list[Notice]:
    """Accounts that are trusted but have no active key pair (ActiveTrustedSigners)."""
    if live is None or live.status != "Deployed":
        return []
    return [
        Notice(f"the trusted signer {account} has no active key pair, and so can sign nothing", warning=True)
        for account, pairs in sorted(live.active_signers.items())
        if not pairs
    ]


def records_notice(scene: Scene, live: LiveDistribution | None) -> list[Notice]:
    """The DNS records to make, where the spec does not leave them to cfstream."""
    spec = scene.stack.spec
    if spec.dns:
        return []
    target = live.domain_name if live else "(the new distribution's domain name)"
    return [Notice(f"DNS: {alias} CNAME {target}") for alias in spec.cnames or ()]
