"""What verify concludes from each kind of reply, for each kind of check."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from cfstream.ports import NoReply, NoReplyReason, Reply, Viewer, Visit
from cfstream.verification import StackProof, Verdict
from tests.verify.account import HOST, VerifiedAccount
from tests.verify.test_reading import CF, DENIED, MISSING_KEY, PAGE, S3


@dataclass
class Same:
    """An edge that gives each request the same reply, after `right` rounds of requests with the right replies."""

    edge: Viewer
    reply: Reply | NoReply
    right: int = 1
    edge_url: str = "http://edge"

    def together(self, visits: Sequence[Visit]) -> tuple[Reply | NoReply, ...]:
        if visits and self.right:
            self.right -= 1
            return self.edge.together(visits)
        return tuple(self.reply for _ in visits)

    def resolves(self, host: str) -> bool:
        return self.edge.resolves(host)


REPLIES: dict[str, Reply | NoReply] = {
    "object": Reply(200, S3, b"video"),
    "part": Reply(206, S3, b"v"),
    "refused": Reply(403, CF, MISSING_KEY),
    "page": Reply(403, CF, PAGE),
    "by S3": Reply(403, S3, DENIED),
    "redirect": Reply(301, {**CF, "location": "https://www.example.com/login"}),
    "to https": Reply(301, {**CF, "location": "https://media.example.com/a"}),
    "failure": Reply(503, CF, PAGE),
    "nothing": NoReply(NoReplyReason.NO_CONNECTION, "refused"),
    "no address": NoReply(NoReplyReason.NO_ADDRESS),
}

CHECKS = {
    "open": ("everyone",),
    "unsigned": (
        "unsigned",
        "HEAD",
        "malformed",
        "forged",
        "unknown key",
        "malformed cookies",
        "plain http",
    ),
    "http": ("plain http to https",),
    "signed": ("signed URL", "cookies"),
    "range": ("range",),
    "bad": ("tampered", "extended", "other path", "not valid yet", "for another IP", "wrong key"),
    "CORS": ("CORS", "CORS with cookies"),
    "HLS": ("HLS playlist",),
    "bucket": ("global name", "regional name", "path style", "website name", "accelerated name"),
    "list": ("list of objects",),
}

VERDICTS = """
                open unsigned http signed range bad CORS HLS bucket list
    object      ok   SERVED   SERVED ok    DENIED SERVED DENIED DENIED SERVED SERVED
    part        ok   SERVED   SERVED ok    ok     SERVED DENIED DENIED SERVED SERVED
    refused     DENIED ok     SERVED DENIED DENIED ok    DENIED DENIED ok     ok
    page        DENIED ok     DENIED DENIED DENIED ok    DENIED DENIED ok     ok
    by_S3       DENIED SERVED SERVED DENIED DENIED SERVED DENIED DENIED ok    ok
    redirect    DENIED ok     ok     DENIED DENIED ok    DENIED DENIED ok     ok
    to_https    DENIED ok     ok     DENIED DENIED ok    DENIED DENIED ok     ok
    failure     ?    ?        ?      ?      ?      ?     ?      ?      ?      ?
    nothing     ?    ?        ?      ?      ?      ?     ?      ?      ?      ?
    no_address  ?    ?        ?      ?      ?      ?     ?      ?      ok     ?
"""
"""What verify finds: that a claim holds, that somebody was served or denied who must not be, or nothing (``?``).

S3 serves nothing by an address that does not exist.
"""
NAMES = {"ok": Verdict.HELD, "SERVED": Verdict.SERVED, "DENIED": Verdict.DENIED, "?": Verdict.UNPROVED}


def rows() -> dict[str, dict[str, Verdict]]:
    """Return the table: verdicts by reply and check."""
    head, *lines = (line.split() for line in VERDICTS.split("\n") if line.strip())
    return {
        name.replace("_", " "): {check: NAMES[word] for check, word in zip(head, words, strict=True)}
        for name, *words in lines
    }


def found(proof: StackProof, check: str) -> set[Verdict]:
    """Return the verdicts of a kind of check."""
    return {each.verdict for each in proof.findings if each.brief in CHECKS[check]}


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_decides_each_check_for_itself(account: VerifiedAccount, name: str) -> None:
    """A reply that decides nothing is never a success, and never an alarm."""
    proof = account.proof(key=account.key, viewer=Same(account.viewer, REPLIES[name]))
    assert {check: found(proof, check) for check in CHECKS} == {
        check: {verdict} for check, verdict in rows()[name].items()
    }
    assert (proof.exit_code == 1) is (Verdict.UNPROVED in rows()[name].values())


REASONS = {
    "object": [
        "range: a range request got 200: players cannot seek",
        "HLS playlist: the answer is not a playlist: it does not begin with #EXTM3U",
        "global name: S3 serves it to anyone, and no reason was found in the policy, ACLs or access points",
    ],
    "refused": [
        "everyone: an edge still requires a signature, although the behavior /posters/* is public now",
        "signed URL: CloudFront rejects the signature (MissingKey)",
    ],
    "page": [
        "signed URL: CloudFront refused it: the distribution is disabled, or does not have this host name"
    ],
    "redirect": ["signed URL: it is redirected: 301 to https://www.example.com/login"],
    "failure": ["signed URL: inconclusive answer: 503"],
}


@pytest.mark.parametrize("name", REASONS)
def test_the_reason_is_named(account: VerifiedAccount, name: str) -> None:
    """With what to do about it."""
    proof = account.proof(key=account.key, viewer=Same(account.viewer, REPLIES[name]))
    reasons = {f"{each.brief}: {each.why}": each.do for each in proof.findings}
    assert [reason for reason in REASONS[name] if not reasons.get(reason)] == []


PAGES = "pages from https://www.example.com that add request headers of their own"
NOT_YET = f"signed URLs do not work yet for {PAGES} (a preflight got"
UNVERIFIED = f"whether signed URLs work for {PAGES} was not verified: a preflight got"
PREFLIGHTS = {
    "refused": f"{NOT_YET} 403 MissingKey): CloudFront rejects the signature",
    "page": f"{NOT_YET} 403): CloudFront does not allow OPTIONS there",
    "redirect": f"{NOT_YET} 301 to https://www.example.com/login): the answer is not a preflight response",
    "failure": f"{UNVERIFIED} 503",
    "nothing": f"{UNVERIFIED} no connection: refused",
}


@pytest.mark.parametrize("name", PREFLIGHTS)
def test_a_preflight_is_only_a_notice(account: VerifiedAccount, name: str) -> None:
    """It says what is missing, or that nothing was verified. A reply about a signature is not one about cookies."""
    proof = account.proof(key=account.key, viewer=Same(account.viewer, REPLIES[name]))
    assert PREFLIGHTS[name] in [each.text for each in proof.notices]


REACHED: dict[str, tuple[Reply | NoReply, str, str]] = {
    "failure": (REPLIES["failure"], "CloudFront fails (503)", "run it again in a minute"),
    "another server": (
        Reply(200, {"server": "nginx"}, b"hello"),
        "the server that answers (200) is not CloudFront",
        "check --edge-url and proxies",
    ),
    "no answer": (
        NoReply(NoReplyReason.NO_ANSWER, "timed out"),
        "no answer: timed out",
        "check the network and the proxy, and run it again",
    ),
}


@pytest.mark.parametrize("name", REACHED)
def test_an_edge_that_cannot_be_tested_is_reported_once(account: VerifiedAccount, name: str) -> None:
    """Nothing else is said about the host."""
    reply, why, do = REACHED[name]
    proof = account.proof(key=account.key, viewer=Same(account.viewer, reply, right=0))
    (only,) = [each for each in proof.findings if each.where == f"https://{HOST}"]
    assert (only.verdict, only.why, only.do) == (Verdict.UNPROVED, why, do)
    assert not any(each.text.startswith("this machine's clock") for each in proof.notices)


def test_a_date_that_cannot_be_read_is_no_time(account: VerifiedAccount) -> None:
    """The time of this machine is used, and there is no warning about its clock."""

    class Dateless(Same):
        def together(self, visits: Sequence[Visit]) -> tuple[Reply | NoReply, ...]:
            replies = self.edge.together(visits)
            return tuple(
                replace(each, headers={**each.headers, "date": "yesterday"})
                if isinstance(each, Reply)
                else each
                for each in replies
            )

    proof = account.proof(key=account.key, viewer=Dateless(account.viewer, REPLIES["nothing"]))
    assert proof.exit_code == 0
    assert not any(each.text.startswith("this machine's clock") for each in proof.notices)
