"""Measures functions of cfstream in this process: signatures, and who can read."""

from collections.abc import Iterator

from benchmarks.bench import Bench
from benchmarks.results import Figure, Result, Row

SIGNING_LIMITS = {
    ("RSA", "cfstream", "bare"): 1.15,
    ("RSA", "cfstream", "botocore"): 1.0,
    ("RSA", "folder", "bare"): 0.1,
    ("RSA", "cached", "bare"): 0.1,
    ("RSA", "minute", "botocore"): 0.1,
    ("ECDSA", "cfstream", "botocore"): 1.0,
    ("ECDSA", "minute", "botocore"): 0.5,
}
"""The limits of ratios. An ECDSA signature is so fast that Python's part shows in the other ratios."""


def signing(bench: Bench) -> Iterator[Result]:
    """Yield the rows of signing, compared with the bare signature and the signer of botocore."""
    from benchmarks import signing as measure

    for kind in ("RSA", "ECDSA"):
        taken = measure.seconds_for_one(kind, bench.scale.rounds)
        figures = {name: Figure.of("µs", [seconds * 1e6]) for name, seconds in taken.items()}
        for what, ours, beside in (
            ("sign a URL, no cache", "cfstream", "bare"),
            ("sign a URL, no cache", "cfstream", "botocore"),
            ("a URL of a signed folder", "folder", "bare"),
            ("the same URL again", "cached", "bare"),
        ):
            limit = SIGNING_LIMITS.get((kind, ours, beside))
            id_ = f"sign-{kind}-{ours}-{beside}".lower()
            yield Row(
                id_, f"{what}, {kind}", figures[ours], f"{beside} signature", figures[beside], limit=limit
            )
        minute = measure.seconds_for_a_minute(kind, min(bench.scale.rounds, 5))
        whole = {name: Figure.of("s", [seconds]) for name, seconds in minute.items()}
        what = f"a folder for {measure.VIEWERS:,} viewers in a minute, {kind}"
        for beside in ("bare", "botocore"):
            limit = SIGNING_LIMITS.get((kind, "minute", beside))
            name = f"{beside}, each viewer, from one in {measure.SHARE}"
            id_ = f"sign-{kind}-minute-{beside}".lower()
            yield Row(id_, what, whole["cfstream"], name, whole[beside], limit=limit)


def access(bench: Bench) -> Iterator[Result]:
    """Yield the rows of computing who can read, without the reads."""
    from benchmarks import who_can_read

    taken = who_can_read.seconds_for_one(bench.scale.rounds)
    for what, name, limit in (
        ("access, a stack alone in its bucket", "alone", 3.0),
        ("access, 25 behaviors, 20 statements, 10 other distributions", "shared", 20.0),
    ):
        yield Row(f"access-{name}", what, Figure.of("ms", [taken[name] * 1e3]), limit=limit)
