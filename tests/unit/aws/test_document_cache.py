"""The cache of distributions: when it answers, and that nothing depends on it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cfstream.aws.document_cache import CachingReads, DocumentCache
from cfstream.ports import Call, ListedVersion
from tests.unit.kinds.live import live

CHANGED = datetime(2026, 11, 1, 12, 30, 5, 123000, UTC)
ASKED = Call("cloudfront", "get_distribution", {"Id": "E1"})
LISTED = replace(ASKED, version=ListedVersion("ETAG1", CHANGED))
REPLY: dict[str, Any] = {
    "ETag": "ETAG1",
    "Distribution": {
        "Id": "E1",
        "Status": "Deployed",
        "LastModifiedTime": CHANGED,
        "DistributionConfig": {
            "Comment": "a",
            "Origins": {
                "Items": [{"CustomHeaders": {"Items": [{"HeaderName": "x", "HeaderValue": "hunter2"}]}}]
            },
        },
    },
}


@dataclass
class Cached:
    """A cache in a folder, and its log messages."""

    folder: Path
    complaints: list[str] = field(default_factory=list)

    def open(self, account: str = "123456789012", endpoint: str = "") -> DocumentCache:
        return DocumentCache(self.folder, account, endpoint, self.complaints.append)

    def file(self) -> Path:
        (found,) = self.folder.rglob("*.json")
        return found


@pytest.fixture
def cached(tmp_path: Path) -> Cached:
    """A cache with the reply."""
    found = Cached(tmp_path / "cache")
    found.open().put(ASKED, REPLY)
    return found


def test_the_listed_version_is_answered(cached: Cached) -> None:
    """Times are times again, and secrets are digests."""
    found = cached.open().get(LISTED)
    assert found is not None
    assert found["Distribution"]["LastModifiedTime"] == CHANGED
    assert found["Distribution"]["DistributionConfig"]["Comment"] == "a"
    assert "hunter2" not in cached.file().read_text()
    assert cached.file().stat().st_mode & 0o777 == 0o600
    assert cached.complaints == []


def test_nothing_else_is_answered(cached: Cached) -> None:
    """Another version, another account, another endpoint, or a call that names no version."""
    assert cached.open().get(ASKED) is None
    assert cached.open().get(replace(ASKED, version=ListedVersion("ETAG2", CHANGED))) is None
    assert cached.open(account="111122223333").get(LISTED) is None
    assert cached.open(endpoint="http://127.0.0.1:4566").get(LISTED) is None
    assert cached.open().get(replace(LISTED, operation="get_distribution_config")) is None
    assert cached.complaints == []


def test_an_emulator_must_have_the_same_time(tmp_path: Path) -> None:
    """It may give the same id and ETag again after it was reset."""
    here = Cached(tmp_path)
    cache = here.open(endpoint="http://127.0.0.1:4566")
    cache.put(ASKED, REPLY)
    assert cache.get(LISTED) is not None
    assert cache.get(replace(ASKED, version=ListedVersion("ETAG1", CHANGED + timedelta(1)))) is None


def test_a_distribution_that_is_being_deployed_is_not_kept(tmp_path: Path) -> None:
    """Its reply shows how far the deployment is, which changes without a new ETag."""
    here = Cached(tmp_path)
    here.open().put(ASKED, {**REPLY, "Distribution": {**REPLY["Distribution"], "Status": "InProgress"}})
    assert list(tmp_path.rglob("*.json")) == []


@pytest.mark.parametrize("part", [0, 1, 60, 200, -1])
def test_a_damaged_file_is_ignored(cached: Cached, part: int) -> None:
    """A shorter or changed file is not used. The reply is read from AWS, and kept again."""
    whole = cached.file().read_text()
    for text in (whole[:part], whole[:part] + "x" + whole[part:]):
        cached.file().write_text(text)
        assert cached.open().get(LISTED) is None
        assert CachingReads(live(get_distribution=REPLY), cached.open()).read(LISTED) == REPLY
        assert cached.file().read_text() == whole


def test_a_file_that_others_can_change_is_ignored_and_reported_once(cached: Cached) -> None:
    """Another user could make a plan believe anything."""
    cached.file().chmod(0o666)
    cache = cached.open()
    assert cache.get(LISTED) is None
    assert cache.get(LISTED) is None
    (complaint,) = cached.complaints
    assert complaint.endswith("is not used: E1.json is not private: other users can write to it")


def test_a_folder_that_cannot_be_written_is_reported_once(tmp_path: Path) -> None:
    """A full disk, or a file in the place of the folder, costs calls and nothing else."""
    (tmp_path / "cache").write_text("")
    here = Cached(tmp_path / "cache")
    reads = CachingReads(live(get_distribution=REPLY), here.open())
    assert [reads.read(LISTED), reads.read(LISTED)] == [REPLY, REPLY]
    (complaint,) = here.complaints
    assert str(tmp_path / "cache") in complaint
