"""The text and the document of a verification: the same finding at several addresses is shown once."""

from dataclasses import replace

from cfstream.planning import Plan
from cfstream.render.verify import broken_text, proof_text, stack_document
from cfstream.verification.finding import Finding, Proof, StackProof, Verdict

A, B = "https://a.example.com", "https://b.example.com"
UNSIGNED = Finding(A, "default behavior", "unsigned", "an unsigned request is refused", saw="403 MissingKey")
PLAYLIST = Finding(
    A,
    "default behavior",
    "HLS playlist",
    "/talk.m3u8 loads with cookies for the playlist's folder",
    Verdict.DENIED,
    saw="200",
    why="the answer is not a playlist: it does not begin with #EXTM3U",
    do="upload a playlist as /talk.m3u8",
    otherwise="/talk.m3u8 does not load with cookies for the playlist's folder",
)
EXPIRED = Finding(
    B,
    "default behavior",
    "expired",
    "an expired URL is refused",
    Verdict.SERVED,
    "200",
    "too late",
    "apply",
    observed="an expired URL was served",
)
FOUND = (
    UNSIGNED,
    PLAYLIST,
    replace(UNSIGNED, where=B, saw="403 AccessDenied"),
    replace(PLAYLIST, where=B),
    EXPIRED,
)
STACK = StackProof("lectures", "lectures.yaml", FOUND)

TEXT = """\
lectures                                                           lectures.yaml

  https://a.example.com, https://b.example.com
    ✓ default behavior: refuses unsigned
    ✗ failed: default behavior: /talk.m3u8 does not load with cookies for the
      playlist's folder (200)
      why: the answer is not a playlist: it does not begin with #EXTM3U
      fix: upload a playlist as /talk.m3u8

  https://b.example.com
    ✗ exposed: default behavior: an expired URL was served (200)
      why: too late
      fix: apply

Verification failed: 3 of 5 checks.
  Exposed: default behavior of https://b.example.com.
  Failed: default behavior of https://a.example.com, https://b.example.com.
"""


def test_the_same_finding_at_several_addresses_is_one() -> None:
    """Every check counts, and each block names the addresses that have what it shows."""
    assert proof_text(Proof((STACK,)), color=False, width=80) == TEXT
    assert broken_text(Proof((STACK,)), Plan(None, ()), color=False, width=80).count("#EXTM3U") == 1


def test_programs_get_every_finding_and_each_failure_once() -> None:
    """`findings` has one for each address; `failed` has the addresses of each failure."""
    document = stack_document(STACK)
    assert [each["where"] for each in document["findings"]] == [A, A, B, B, B]
    assert [(each["addresses"], each["why"]) for each in document["failed"]] == [
        ([A, B], PLAYLIST.why),
        ([B], "too late"),
    ]
