"""The cache of distributions, when CloudFront is an emulator that starts again with the same ids and ETags."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result
from tests.world.sandbox import Sandbox

SPEC = (
    "version: 1\nname: lectures\nbucket: {{name: lectures-media, create: true}}\npublic: true\ncomment: {}\n"
)


@pytest.mark.parametrize("named_by", ["the environment", "a profile"])
def test_a_document_of_an_earlier_emulator_is_not_used(
    run: Callable[..., Result], aws: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, named_by: str
) -> None:
    """Whatever names its endpoint. The plan shows the change, although the earlier emulator had the wanted comment."""
    if named_by == "a profile":
        config = tmp_path / "config"
        config.write_text(f"[default]\nendpoint_url = {aws.endpoint_url}\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        monkeypatch.delenv("AWS_ENDPOINT_URL")
    spec = tmp_path / "lectures.yaml"
    versions = []
    for comment in ("earlier", "later"):
        aws.reset()
        spec.write_text(SPEC.format(comment))
        assert run("apply", "lectures.yaml", "--yes", "--no-verify", "--allow", "makes-public").code == 0
        assert run("plan", "lectures.yaml", "--check").code == 0
        (row,) = aws.clients("cloudfront").list_distributions()["DistributionList"]["Items"]
        versions.append((row["Id"], row["ETag"]))
    assert versions[0] == versions[1], "the emulator has given other ids or ETags, so this test shows nothing"
    spec.write_text(SPEC.format("earlier"))
    result = run("plan", "lectures.yaml", "--check")
    assert result.code == 3, result.out
    assert '"later" -> "earlier"' in result.out
