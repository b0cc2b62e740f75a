"""Wrong or missing addresses, invalid TLS and wrong clocks each have their own message."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from cfstream.errors import Refused
from cfstream.ports import NoReply, NoReplyReason, Reply, Viewer, Visit
from cfstream.verification import StackProof, Verdict
from cfstream.web import HttpViewer
from tests.verify.account import HOST, VerifiedAccount
from tests.world.clock import QuickClock
from tests.world.denied import refuse_reads


@dataclass
class Network:
    """A network with the sandbox's edge for CloudFront. Some names have no address, and some a wrong one."""

    edge: Viewer
    unknown: frozenset[str] = frozenset()
    elsewhere: dict[str, Reply | NoReply] = field(default_factory=dict)
    """What answers for a host, except to requests through another host."""
    edge_url: str = ""
    roundabout: set[str] = field(default_factory=set)
    """Hosts that were requested through another one."""

    def together(self, visits: Sequence[Visit]) -> tuple[Reply | NoReply, ...]:
        return tuple(self._visit(visit) for visit in visits)

    def resolves(self, host: str) -> bool:
        return host not in self.unknown

    def _visit(self, visit: Visit) -> Reply | NoReply:
        host = visit.url.split("/")[2]
        if visit.by_way_of:
            self.roundabout.add(host)
            return self.edge.together([visit])[0]
        if host in self.unknown:
            return NoReply(NoReplyReason.NO_ADDRESS)
        return self.elsewhere.get(host) or self.edge.together([visit])[0]


def reasons_not_checked(proof: StackProof) -> list[str]:
    """Return the reasons for what could not be verified."""
    return [each.why for each in proof.unproved]


def passed_checks(proof: StackProof, where: str) -> int:
    """Return the number of checks that passed at an address."""
    return sum(each.where == where and each.verdict is Verdict.HELD for each in proof.findings)


def test_a_cname_without_an_address_is_requested_through_the_distribution(account: VerifiedAccount) -> None:
    """DNS changes last, so everything is verified before, and a notice names the record to create."""
    network = Network(account.viewer, unknown=frozenset({HOST}))
    proof = account.proof(viewer=network, key=account.key)
    assert (proof.exit_code, network.roundabout) == (0, {HOST})
    assert passed_checks(proof, f"https://{HOST}") > 20
    domain = account.live()["DomainName"]
    notice_text = (
        f"{HOST} has no address yet: its requests were sent to {domain}; point it there with a CNAME record"
    )
    assert notice_text in [notice.text for notice in proof.notices]


def test_a_distribution_without_an_address_verifies_nothing(account: VerifiedAccount) -> None:
    """A new name may take minutes to resolve: nothing is broken, and nothing is verified."""
    domain = account.live()["DomainName"]
    proof = account.proof(viewer=Network(account.viewer, unknown=frozenset({domain, HOST})))
    assert reasons_not_checked(proof) == [f"{domain} has no address yet: no request can be sent"]
    assert proof.exit_code == 1


ELSEWHERE: dict[str, tuple[Reply | NoReply, str]] = {
    "not CloudFront": (
        Reply(200, {"server": "nginx"}, b"hello"),
        "points to another server (200), which is not CloudFront",
    ),
    "bad TLS": (
        NoReply(NoReplyReason.BAD_TLS, "self-signed certificate"),
        "points to another server, whose TLS does not verify (TLS does not verify: self-signed certificate)",
    ),
    "nobody": (
        NoReply(NoReplyReason.NO_CONNECTION, "Connection refused"),
        "points to another server, which does not answer (no connection: Connection refused)",
    ),
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_cname_that_points_elsewhere_is_reported(account: VerifiedAccount, case: str) -> None:
    """CloudFront's answer for it is still checked, and a 200 from another server is not exposed."""
    answer, notice_text = ELSEWHERE[case]
    network = Network(account.viewer, elsewhere={HOST: answer})
    proof = account.proof(viewer=network)
    assert (reasons_not_checked(proof), proof.broken, proof.exit_code) == ([f"{HOST} {notice_text}"], (), 1)
    assert passed_checks(proof, f"https://{HOST}") > 15
    (finding,) = proof.unproved
    assert finding.do == f"point {HOST} to {account.live()['DomainName']} (CNAME, or an alias record)"


def test_tls_that_does_not_verify_at_cloudfront_names_the_certificate(account: VerifiedAccount) -> None:
    """CloudFront's certificate does not have the name, so nothing more is sent there."""
    bad = NoReply(NoReplyReason.BAD_TLS, "Hostname mismatch")
    domain = account.live()["DomainName"]
    network = Network(account.viewer, elsewhere={domain: bad})
    proof = account.proof(viewer=network)
    (finding,) = proof.unproved
    assert finding.where == f"https://{domain}"
    assert finding.why == "TLS does not verify: Hostname mismatch"
    assert finding.do.startswith("check http.certificate")


def test_an_edge_that_does_not_answer_verifies_nothing(account: VerifiedAccount) -> None:
    """A closed port is reported once, and AWS's own replies are still judged."""
    with HttpViewer("http://127.0.0.1:9") as viewer:
        proof = account.proof(viewer=viewer)
    assert "no edge answers at http://127.0.0.1:9" in reasons_not_checked(proof)
    assert proof.broken == ()
    assert passed_checks(proof, "bucket media") == 3


@pytest.mark.parametrize(("hours", "notice_text"), [(1, "ahead of"), (-1, "behind")])
def test_a_wrong_clock_is_not_confused_with_expiry(
    account: VerifiedAccount, hours: int, notice_text: str
) -> None:
    """Signatures use CloudFront's clock, from its Date. A difference from the local clock is reported."""
    account.clock = QuickClock(datetime.now(UTC) + timedelta(hours=hours))
    proof = account.proof(key=account.key)
    assert proof.exit_code == 0
    (warning,) = [notice.text for notice in proof.notices if notice.warning]
    assert warning.startswith(f"this machine's clock is 60 minutes {notice_text} CloudFront's")
    assert "run: cfstream sandbox set clock_ahead_seconds=0" in warning


class Flaky:
    """An edge that once answers without a signature."""

    def __init__(self, edge: Viewer) -> None:
        self.edge_url = edge.edge_url
        self._edge = edge
        self._left = 1

    def together(self, visits: Sequence[Visit]) -> tuple[Reply | NoReply, ...]:
        replies = list(self._edge.together(visits))
        if len(visits) > 5 and self._left:
            self._left -= 1
            replies[0] = Reply(200, {"x-amz-cf-id": "x"}, b"video")
        return tuple(replies)

    def resolves(self, host: str) -> bool:
        return self._edge.resolves(host)


def test_an_alarm_is_raised_only_for_what_is_seen_twice(account: VerifiedAccount) -> None:
    """Edges may lag a few seconds, so a failed check is repeated."""
    assert account.proof(viewer=Flaky(account.viewer)).exit_code == 0


def test_a_stack_that_cannot_be_read_does_not_block_the_others(account: VerifiedAccount) -> None:
    """A refusal by AWS for one stack is reported only for that one."""
    other = {
        **account.spec,
        "name": "campus",
        "bucket": "bare",
        "cnames": [],
        "key_groups": [{"use": "viewers"}],
    }
    account.bucket("bare")
    account.made(other)

    error = Refused("GetPublicAccessBlock", "InternalError", "Please try again.")
    refuse_reads(account, {"get_public_access_block": error}, Bucket="bare")
    campus, lectures = account.verify(account.spec, other).stacks
    assert lectures.exit_code == 0
    assert (campus.exit_code, campus.findings[0].claim) == (1, "its live state can be read")
    assert "InternalError" in campus.findings[0].why
