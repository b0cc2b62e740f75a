"""Explain why CloudFront would refuse a request: all reasons, in the order in which CloudFront checks them.

The codes are those in the XML that a viewer gets, all with status 403. AWS does not document the order of the reasons
for AccessDenied, which look the same to a viewer.
"""

import shlex
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network, ip_address

from cfstream.explain.guards import GuardedBehavior, Guards, TrustedKey, groups_text
from cfstream.explain.parse import Presented, SignedStatement, present, statement
from cfstream.explain.requested import RequestedObject
from cfstream.explain.signature import fits, meant, signature_of
from cfstream.explain.times import distance
from cfstream.sign.key_id import is_group_id
from cfstream.sign.policy import MILLISECONDS
from cfstream.sign.refusal import CannotSign
from cfstream.sign.resource import matches, sections, target
from cfstream.spec.wording import choices
from cfstream.startup.frozen import dataclass
from cfstream.wildcards import like

MISSING, UNKNOWN, MALFORMED, DENIED = "MissingKey", "InvalidKey", "MalformedPolicy", "AccessDenied"


@dataclass(frozen=True)
class RefusalReason:
    """One reason for a refusal: the code that the viewer sees, what is wrong, and the fix."""

    code: str
    what: str
    do: str = ""


@dataclass(frozen=True)
class Explanation:
    """What the viewer sends, what it means, and how CloudFront would answer."""

    presented: Presented
    policy: SignedStatement | None
    reasons: tuple[RefusalReason, ...]
    notes: tuple[str, ...]
    guard: GuardedBehavior | None = None
    key: TrustedKey | None = None
    signature: bool | None = None
    """Whether the signature is valid; None if it was not or could not be checked."""
    asked: RequestedObject | None = None
    """The object that the request asks for; None if it is not known."""

    conditional: bool = False
    """Whether CloudFront refuses it only if the path needs a signature, which is unknown without the distribution."""

    @property
    def answers_403(self) -> bool:
        """Whether CloudFront or S3 certainly answers 403. What does not reach the distribution has no code."""
        refused = bool(self.reasons and self.reasons[0].code and not self.conditional)
        return refused or (self.asked is not None and self.asked.exists is False)

    @property
    def accepted(self) -> bool | None:
        """Whether CloudFront accepts it; None if it found no problem but could not check everything."""
        if self.reasons:
            return False
        open_to_all = self.guard is not None and not self.guard.signed
        return True if self.signature or open_to_all else None


@dataclass(frozen=True)
class _Case:
    """The input of all checks."""

    presented: Presented
    policy: SignedStatement | None
    now: int
    guards: Guards | None
    guard: GuardedBehavior | None
    key: TrustedKey | None
    signature: bool | None
    viewer: str | None
    spec: str
    cookies_given: bool = False
    """Whether the user gave cookies."""

    @property
    def key_id(self) -> str:
        return self.presented.values.get("Key-Pair-Id", "")

    @property
    def digest(self) -> str:
        return self.presented.values.get("Hash-Algorithm", "SHA1")


def explain(
    url: str,
    *,
    now: int,
    cookies: str = "",
    guards: Guards | None = None,
    viewer: str | None = None,
    spec: str = "",
) -> Explanation:
    """Parse the URL and the cookies, and judge them at the time `now` (seconds since 1970).

    `guards` adds checks against the live distribution. `viewer` is the viewer's IPv4 or IPv6 address. `spec` is what
    commands of fixes have for the spec: its path, quoted for a shell, and flags.
    """
    presented = present(url, cookies)
    policy = statement(presented)
    guard = guards.of(_path(presented)) if guards else None
    key_id = presented.values.get("Key-Pair-Id", "")
    key = next((each for each in guard.keys if each.id == key_id), None) if guard else None
    checked = _checked(presented, policy, key)
    case = _Case(presented, policy, now, guards, guard, key, checked, viewer, spec, bool(cookies.strip()))
    asked = _questions(case)
    reasons = tuple(reason for question in asked for reason in question(case))
    return Explanation(
        presented,
        policy,
        reasons,
        (*(guards.limits if guards else ()), *_notes(case)),
        guard,
        key,
        case.signature,
        conditional=guards is None and not presented.values,
    )


def _questions(case: _Case) -> tuple[Callable[[_Case], Iterator[RefusalReason]], ...]:
    if case.guard is not None and not case.guard.signed:
        return (_place, _protocol)
    if not case.presented.values:
        return (_place, _protocol, _complete)
    return (_place, _protocol, _complete, _form, _trusted, _signed, _covered, _in_time, _from_here)


def _place(case: _Case) -> Iterator[RefusalReason]:
    """Yield a reason if the request does not reach the distribution."""
    if case.guards is None or case.presented.is_stream:
        return
    host = sections(case.presented.url).host.lower()
    if not case.guards.answers(host):
        names = ", ".join([*case.guards.aliases, case.guards.domain_name])
        yield RefusalReason(
            "", f"{case.guards.id} does not have the host name {host}", f"use one of its names: {names}"
        )
    if not case.guards.enabled:
        yield RefusalReason(
            "", f"{case.guards.id} is disabled and refuses every request", "enable it: enabled: true"
        )


def _protocol(case: _Case) -> Iterator[RefusalReason]:
    if case.guard is None or not case.presented.url.lower().startswith("http://") or _on_loopback(case):
        return
    if case.guard.viewer_protocol == "https-only":
        yield RefusalReason("", f"{case.guard.named} only accepts https", "use https, and sign the https URL")
    if case.guard.viewer_protocol == "redirect-to-https" and case.guard.signed:
        resource = case.policy.conditions.resource if case.policy else None
        if resource is None or not matches(resource, "https" + case.presented.url[4:]):
            yield RefusalReason(
                DENIED, "it is redirected to https, but the signature is for http", "sign the https URL"
            )


def _on_loopback(case: _Case) -> bool:
    """Return whether the URL is for the sandbox's edge, where plain http counts as https."""
    host = sections(case.presented.url).host.lower().partition(":")[0]
    return case.guards is not None and host == case.guards.loopback


def _complete(case: _Case) -> Iterator[RefusalReason]:
    values = case.presented.values
    prefix = "CloudFront-" if case.presented.via == "cookies" else ""
    if not values:
        if case.cookies_given:
            yield RefusalReason(
                MISSING,
                "the text of --cookies has no CloudFront-Signature, CloudFront-Key-Pair-Id, CloudFront-Policy or "
                "CloudFront-Expires",
                "copy the request header Cookie, or save it in a file and add --cookies @FILE",
            )
            return
        url = shlex.quote(_reachable(case))
        check = "" if case.guard else "add --spec to check whether it does; or "
        yield RefusalReason(
            MISSING,
            "it is not signed: neither the URL nor the cookies have a signature",
            f"{check}sign it: `cfstream sign {url} --key FILE --expires 1h --spec {case.spec or 'SPEC'}`",
        )
        return
    if not case.key_id:
        yield RefusalReason(MISSING, f"{prefix}Key-Pair-Id is missing", "sign it again and copy all of it")
    if "Signature" not in values:
        yield RefusalReason(MISSING, f"{prefix}Signature is missing", "sign it again and copy all of it")
    if case.policy is None:
        yield RefusalReason(MISSING, f"both {prefix}Policy and {prefix}Expires are missing", "sign it again")


def _reachable(case: _Case) -> str:
    """Return the URL, with a host name of the distribution if it has another one."""
    url, guards = case.presented.url, case.guards
    host = sections(url).host
    if guards is None or case.presented.is_stream or guards.answers(host.lower()):
        return url
    named = next((name for name in guards.aliases if "*" not in name), guards.domain_name)
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{named}{rest.removeprefix(host)}"


def _form(case: _Case) -> Iterator[RefusalReason]:
    if case.policy is None:
        return
    if case.policy.fault:
        yield RefusalReason(MALFORMED, case.policy.fault, "sign it again")
    conditions = case.policy.conditions
    if any((time or 0) >= MILLISECONDS for time in (conditions.expires, conditions.starts)):
        yield RefusalReason(
            MALFORMED, "its times are in milliseconds, but CloudFront uses seconds", "divide them by 1000"
        )
    if conditions.ip is not None and _network(conditions.ip) is None:
        yield RefusalReason(
            MALFORMED, f"{conditions.ip} is not an IPv4 address or range", "write one like 203.0.113.0/24"
        )
    if case.digest not in ("SHA1", "SHA256"):
        yield RefusalReason(
            MALFORMED,
            f"CloudFront does not support the hash {case.digest}",
            "omit Hash-Algorithm, or use SHA256",
        )


def _trusted(case: _Case) -> Iterator[RefusalReason]:
    guard = case.guard
    if is_group_id(case.key_id):
        yield RefusalReason(
            UNKNOWN,
            f"{case.key_id} is the id of a key group",
            "use the id of the public key, which starts with K",
        )
        return
    if guard is None or case.guards is None or not case.key_id:
        return
    unknown_pairs = guard.signers and not guard.key_pairs
    if case.key_id not in guard.key_ids and not unknown_pairs:
        others = [other for other in case.guards.behaviors if case.key_id in other.key_ids]
        where = (
            f"; it belongs to {_owner(others[0], case.key_id)}, which {others[0].named} trusts"
            if others
            else ". If it did before, another key has replaced it"
        )
        trusted = [f"{key.id} ({key.name})" for key in guard.keys] or list(guard.key_pairs)
        yield RefusalReason(
            UNKNOWN,
            f"{guard.named} does not trust the key {case.key_id}{where}",
            f"sign with a key of {guard.signers_text}: {choices(trusted or ['there are no keys yet'])}",
        )
    elif case.key is not None and not case.key.active:
        yield RefusalReason(
            UNKNOWN,
            f"{case.key.name} ({case.key_id}) is in its group, but is not active at the edges yet",
            f"run: cfstream wait {case.spec}",
        )


def _owner(guard: GuardedBehavior, key_id: str) -> str:
    """Return the key groups of a behavior that have this key; all its signers if it is a key of an account."""
    return groups_text(guard.groups_of(lambda key: key.id == key_id)) or guard.signers_text


def _signed(case: _Case) -> Iterator[RefusalReason]:
    if "Signature" in case.presented.values and signature_of(case.presented) is None:
        yield RefusalReason(
            DENIED,
            "the signature cannot be decoded: it is incomplete, or in standard base64",
            "write - _ ~ instead of + = /",
        )
    elif case.signature is False and case.key is not None and case.policy is not None:
        hosts = (*case.guards.aliases, case.guards.domain_name) if case.guards else ()
        hint = meant(case.key.pem, case.digest, case.presented, case.policy, hosts)
        of_what = "the URL" if case.policy.canned else "the policy"
        yield RefusalReason(
            DENIED,
            f"the signature does not match: {of_what} was altered after signing, or another key signed it",
            hint or f"sign it again with the private half of {case.key.name}",
        )


def _covered(case: _Case) -> Iterator[RefusalReason]:
    if case.policy is None or case.policy.canned or case.policy.conditions.resource is None:
        return
    resource, url = case.policy.conditions.resource, case.presented.url
    if not matches(resource, url):
        yield RefusalReason(
            DENIED, f"the policy is for {resource}, which does not cover {url}", _difference(resource, url)
        )


def _in_time(case: _Case) -> Iterator[RefusalReason]:
    conditions = case.policy.conditions if case.policy else None
    if conditions is None:
        return
    if conditions.starts is not None and case.now < conditions.starts < MILLISECONDS:
        yield RefusalReason(
            DENIED, f"it is not valid yet: it starts in {distance(conditions.starts - case.now)}", "wait"
        )
    if conditions.expires is not None and conditions.expires <= case.now:
        yield RefusalReason(
            DENIED, f"it expired {distance(case.now - conditions.expires)} ago", "sign it again"
        )


def _from_here(case: _Case) -> Iterator[RefusalReason]:
    demanded = case.policy.conditions.ip if case.policy else None
    network = _network(demanded) if demanded else None
    if case.viewer is None or network is None:
        return
    if ip_address(case.viewer) not in network:
        yield RefusalReason(
            DENIED, f"it is only for {demanded}, but the viewer is {case.viewer}", "sign it for that address"
        )


def _notes(case: _Case) -> Iterator[str]:
    if case.guard is not None:
        for function in case.guard.functions:
            where = f"runs on requests for {case.guard.named}"
            yield f"the function {function} {where}, and may refuse or redirect them: cfstream does not read its code"
    if case.guard is not None and not case.guard.signed:
        yield f"{case.guard.named} needs no signature, so CloudFront does not check this one"
        if case.presented.via == "url":
            yield "if it forwards query strings, S3 takes the parameters for its own signature, and refuses the request"
        return
    if case.presented.ignored_cookies:
        yield "the URL has CloudFront's signing parameters, so CloudFront ignores the cookies"
    if case.guards is None and case.presented.values:
        yield "without --spec, neither the key nor the signature was checked"
    elif case.key is None and case.guard is not None and case.key_id in case.guard.key_pairs:
        yield "AWS does not show the public key of an account's key pair, so the signature was not checked"
    conditions = case.policy.conditions if case.policy else None
    if conditions and conditions.ip and case.guards and case.guards.ipv6:
        yield f"IPv6 is on for {case.guards.id}, and viewers with an IPv6 address never match {conditions.ip}"
    if conditions and conditions.resource in ("*", "*://*", "http*://*"):
        yield "the policy covers every host and path that trusts this key"


def _checked(presented: Presented, policy: SignedStatement | None, key: TrustedKey | None) -> bool | None:
    signature = signature_of(presented)
    if policy is None or key is None or not signature or not policy.signed:
        return None
    return fits(key.pem, presented.values.get("Hash-Algorithm", "SHA1"), policy.signed, signature)


def _path(presented: Presented) -> str:
    if presented.is_stream:
        return "/"
    try:
        return target(presented.url).parts.path
    except CannotSign:
        return sections(presented.url).path or "/"


def _difference(resource: str, url: str) -> str:
    wanted, asked = sections(resource), sections(url)
    for name in ("scheme", "host"):
        if not like(getattr(wanted, name), getattr(asked, name)):
            return f"the {name} differs: {getattr(wanted, name)} and {getattr(asked, name)}"
    if wanted.path == asked.path:
        return "the query differs, and is part of the signature"
    return "sign a resource that covers it, such as the folder followed by *"


def _network(cidr: str) -> IPv4Network | None:
    try:
        return IPv4Network(cidr, strict=False)
    except ValueError:
        return None
