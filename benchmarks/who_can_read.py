"""Measures computing who can read, for a stack alone in its bucket and for a bucket that many share."""

from statistics import quantiles
from time import process_time
from typing import Any

from cfstream.access.evaluate import evaluate
from cfstream.access.model import AccessModel, GroupState
from cfstream.domain import (
    Block,
    BucketState,
    CacheBehavior,
    Delivery,
    Distribution,
    Origin,
    PathPattern,
    Signers,
)
from cfstream.values import Known

ACCOUNT, BUCKET = "123456789012", "lectures-media"
CLOSED = Block(acls=True, ignore_acls=True, policy=True, restrict=True)
WORDS = ("posters", "clips", "hls", "dash", "thumbs", "audio", "subtitles", "trailers", "slides", "archive")
OTHERS, STATEMENTS, BEHAVIORS = 10, 20, 25


def seconds_for_one(rounds: int) -> dict[str, float]:
    """Return the CPU seconds of one computation, ``alone`` and ``shared``, as the 10th percentile.

    Nothing is cached between two computations.
    """
    worlds = {"alone": _alone(), "shared": _shared()}
    taken: dict[str, list[float]] = {name: [] for name in worlds}
    for _ in range(max(rounds, 2) * 10):
        for name, world in worlds.items():
            began = process_time()
            evaluate(world)
            taken[name].append(process_time() - began)
    return {name: quantiles(seconds, n=10)[0] for name, seconds in taken.items()}


def _alone() -> AccessModel:
    own = _distribution("E1", [*(f"{word}/*" for word in WORDS[:3])])
    return _model((own,), [_oac(0, "E1", "*")])


def _shared() -> AccessModel:
    patterns = [
        f"{WORDS[number % 10]}/{number // 10 or ''}*{('.mp4', '')[number % 2]}" for number in range(24)
    ]
    own = _distribution("E1", patterns)
    others = (_distribution(f"E{number + 2}", [f"{WORDS[number]}/*"]) for number in range(OTHERS))
    statements = [
        _oac(number, f"E{number % (OTHERS + 1) + 1}", f"{WORDS[number % 10]}/*") for number in range(15)
    ]
    statements += [
        {
            "Sid": f"Role{number}",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin-{number}"},
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
        }
        for number in range(STATEMENTS - 16)
    ]
    statements.append(
        {
            "Sid": "Https",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    )
    return _model((own, *others), statements)


def _model(distributions: tuple[Distribution, ...], statements: list[dict[str, Any]]) -> AccessModel:
    policy = {"Version": "2012-10-17", "Statement": statements}
    bucket = BucketState(BUCKET, policy=policy, block=CLOSED)
    groups: dict[Known, GroupState] = {"G1": GroupState("signers", frozenset({"K1"}))}
    return AccessModel(ACCOUNT, bucket, distributions=distributions, own="E1", groups=groups)


def _distribution(id_: str, patterns: list[str]) -> Distribution:
    origin = Origin("s3", f"{BUCKET}.s3.eu-west-1.amazonaws.com", oac_id="E1OAC")
    signers = Signers((), ("G1",))
    named = tuple(CacheBehavior(PathPattern(each), "s3", (origin,), signers) for each in patterns)
    default = CacheBehavior(PathPattern("*"), "s3", (origin,), signers, default=True)
    arn = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{id_}"
    return Distribution(Delivery.HTTP, id_, arn, enabled=True, origins=(origin,), behaviors=(*named, default))


def _oac(number: int, id_: str, keys: str) -> dict[str, Any]:
    return {
        "Sid": f"Statement{number}",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/{keys}",
        "Condition": {"StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/{id_}"}},
    }
