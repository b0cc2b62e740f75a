"""An adopted distribution: only what the spec sets is changed."""

from collections.abc import Iterator
from typing import Any

from tests.faults.running import ScenarioRunner
from tests.faults.scenarios import ADOPTED, SCENARIOS


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value of a nested document with its path. Origins and behaviors are identified by their names."""
    match value:
        case dict():
            for name, item in value.items():
                yield from leaves(item, f"{path}.{name}" if path else name)
        case list():
            for number, item in enumerate(value):
                named = isinstance(item, dict) and (item.get("Id") or item.get("PathPattern"))
                yield from leaves(item, f"{path}[{named or number}]")
        case _:
            yield path, value


def test_settings_that_others_made_survive(runner: ScenarioRunner) -> None:
    """Functions, custom error responses, other origins with their secrets, other behaviors, and tags survive."""
    (scenario,) = (each for each in SCENARIOS if each.after == (ADOPTED,))
    result = runner.without_fault(scenario)
    (before,), (after,) = (snapshot.account["distributions"] for snapshot in (result.start, result.end))
    old, new = dict(leaves(before)), dict(leaves(after))
    assert {path: (old.get(path), new.get(path)) for path in old | new if old.get(path) != new.get(path)} == {
        "config.Comment": ("made by hand", "adopted"),
        "config.DefaultCacheBehavior.ViewerProtocolPolicy": ("https-only", "redirect-to-https"),
        "config.Origins.Items[s3].OriginAccessControlId": ("", "<cfstream-lectures>"),
        "config.Origins.Items[s3].S3OriginConfig.OriginAccessIdentity": (
            "origin-access-identity/cloudfront/<identity by hand>",
            "",
        ),
        "tags.cfstream:name": (None, "lectures"),
        "tags.team": (None, "media"),
    }
