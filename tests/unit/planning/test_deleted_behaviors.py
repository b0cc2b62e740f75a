"""The paths of a deleted behavior fall to the next one that matches."""

import pytest

from cfstream.access.evaluate import evaluate
from cfstream.access.model import AccessModel, GroupState
from cfstream.domain import BucketState, Delivery, distribution_from_config
from cfstream.planning.hazards import cutting_hazards, opening_hazards
from cfstream.values import Known
from tests.evaluator import build
from tests.evaluator.state import ACCOUNT, Json

OPENS, CUTS = "makes-public", "cuts-viewers"
CLIPS = build.behavior("/clips/*", groups=("staff",))
CLIPS_BY_PRESS = build.behavior("/clips/*", groups=("press",))
OPEN_CLIPS = build.behavior("/clips/*")
OPEN_MP4 = build.behavior("*.mp4")
MP4 = build.behavior("*.mp4", groups=("staff",))

GRANT = build.policy(
    build.statement(
        {"Service": "cloudfront.amazonaws.com"}, {"StringEquals": {"AWS:SourceArn": build.OUR_ARN}}
    )
)
GROUPS: dict[Known, GroupState] = {
    name: GroupState(name, frozenset(keys)) for name, keys in build.KEYS.items()
}


def model(*behaviors: Json, default: Json | None = None) -> AccessModel:
    """Return a bucket with a distribution of these behaviors. The key group ``staff`` signs for the default one."""
    config = build.config(*behaviors, default=default)
    ours = distribution_from_config(Delivery.HTTP, build.OURS, build.OUR_ARN, config)
    bucket = BucketState(build.MEDIA, policy=GRANT)
    return AccessModel(ACCOUNT, bucket, distributions=(ours,), own=build.OURS, groups=GROUPS)


@pytest.mark.parametrize(
    ("before", "after", "hazards"),
    [
        ((CLIPS, OPEN_MP4), (OPEN_MP4,), {OPENS}),
        ((CLIPS_BY_PRESS, OPEN_MP4), (OPEN_MP4,), {OPENS, CUTS}),
        ((CLIPS_BY_PRESS,), (), {CUTS}),
        ((CLIPS_BY_PRESS, MP4), (MP4,), {CUTS}),
        ((OPEN_MP4,), (), set()),
        ((OPEN_CLIPS, OPEN_MP4), (OPEN_MP4,), set()),
        ((CLIPS,), (), set()),
        ((OPEN_MP4, CLIPS), (OPEN_MP4,), set()),
    ],
    ids=[
        "guard of a public one",
        "guard of a public one by others",
        "others' paths",
        "others' paths that another matches",
        "public one",
        "public one before another",
        "one like the default",
        "one behind a public one",
    ],
)
def test_the_readers_of_its_paths_afterwards(
    before: tuple[Json, ...], after: tuple[Json, ...], hazards: set[str]
) -> None:
    """Closing is not a hazard. Opening to anyone, or a loss for signers, is."""
    was, will = evaluate(model(*before), model(*after))
    found = (*opening_hazards(was, will), *cutting_hazards(was, will))
    assert {each.name for each in found} == hazards


def test_the_last_signed_path_of_a_public_stack() -> None:
    """It falls to the default behavior, which is public."""
    public = build.behavior()
    was, will = evaluate(model(CLIPS, default=public), model(default=public))
    (hazard,) = opening_hazards(was, will)
    assert "/clips/" in hazard.text
