"""Decide what the Resource of a statement names in a bucket, for any key. Pure."""

from collections.abc import Iterable, Sequence

from cfstream.access.cells import TooManyStates, includes
from cfstream.access.globs import Glob, names_arn, names_bucket
from cfstream.access.model import AccessModel
from cfstream.access.partition import resource_globs
from cfstream.access.reader import Certainty
from cfstream.domain import AccessPoint
from cfstream.policy_document.document import listed
from cfstream.startup.frozen import dataclass
from cfstream.values import Json


@dataclass(frozen=True)
class Resources:
    """What the Resource of a statement names in the bucket."""

    bucket: Certainty
    some: Certainty
    every: bool


def named_by(model: AccessModel, statement: Json, point: AccessPoint | None) -> Resources:
    """Return what a statement names. NotResource names everything else."""
    inverted = "NotResource" in statement
    texts = [str(each) for each in listed(statement.get("NotResource" if inverted else "Resource"))]
    of_bucket = _any(_names_whole(model, each, point) for each in texts)
    found = [resource_globs(model, each, point) for each in texts]
    may = [glob for each in found for glob in each.may]
    certain = [glob for each in found for glob in each.certain]
    every = (Glob.prefix(""),)
    if not inverted:
        some = Certainty.YES if certain else Certainty.MAYBE if may else Certainty.NO
        return Resources(of_bucket, some, _covers(certain, every[0]))
    left = not _covers(certain, every[0])
    sure = left and not _covers(may, every[0])
    some = Certainty.YES if sure else Certainty.MAYBE if left else Certainty.NO
    opposite = {Certainty.YES: Certainty.NO, Certainty.NO: Certainty.YES, Certainty.MAYBE: Certainty.MAYBE}
    return Resources(opposite[of_bucket], some, not may)


def _names_whole(model: AccessModel, resource: str, point: AccessPoint | None) -> Certainty:
    """Return whether a Resource names the bucket, or its access point."""
    policy = point.policy if point else model.bucket.policy
    variables = (policy or {}).get("Version") == "2012-10-17"
    if point is not None:
        return names_arn(resource, point.arn, variables=variables)
    return names_bucket(resource, model.bucket.name, model.partition, variables=variables)


def _covers(globs: Sequence[Glob], every: Glob) -> bool:
    """Return whether the union covers `every`. False if that is too expensive to decide, which reports more readers."""
    try:
        return includes(globs, every)
    except TooManyStates:
        return False


def _any(verdicts: Iterable[Certainty]) -> Certainty:
    found = set(verdicts)
    return next((each for each in (Certainty.YES, Certainty.MAYBE) if each in found), Certainty.NO)
