"""The saved state of the sandbox, and state files that it cannot use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cfstream.sandbox import state, state_directory
from cfstream.sandbox.server import Sandbox
from tests.sandbox.contents import BUCKET, READER, contents, fill

Client = Callable[[Any, str], Any]


def test_everything_is_restored(tmp_path: Path, client: Client) -> None:
    """Objects with versions and ACLs, policies, distributions, zones, certificates and keys survive a restart."""
    with Sandbox.start(tmp_path) as sandbox:
        fill(lambda service: client(sandbox, service))
        before = contents(lambda service: client(sandbox, service))
    with Sandbox.start(tmp_path) as sandbox:
        assert contents(lambda service: client(sandbox, service)) == before
    assert READER in before["acl"][1]


def test_names_stay_taken(tmp_path: Path, client: Client) -> None:
    """A bucket cannot be created again, and a distribution for it is accepted."""
    with Sandbox.start(tmp_path) as sandbox:
        fill(lambda service: client(sandbox, service))
    with Sandbox.start(tmp_path) as sandbox:
        assert sandbox.cloudfront.bucket_exists is not None
        assert sandbox.cloudfront.bucket_exists(BUCKET)
        assert not sandbox.cloudfront.bucket_exists("another")


def test_reset_is_saved(tmp_path: Path, client: Client) -> None:
    """After a reset and a restart, the sandbox is empty."""
    with Sandbox.start(tmp_path) as sandbox:
        client(sandbox, "s3").create_bucket(Bucket=BUCKET)
        sandbox.reset()
    with Sandbox.start(tmp_path) as sandbox:
        assert client(sandbox, "s3").list_buckets()["Buckets"] == []


def test_without_a_folder_nothing_is_saved(tmp_path: Path, client: Client) -> None:
    """A sandbox without a state folder starts empty each time."""
    with Sandbox.start() as sandbox:
        client(sandbox, "s3").create_bucket(Bucket=BUCKET)
    with Sandbox.start() as sandbox:
        assert client(sandbox, "s3").list_buckets()["Buckets"] == []


@pytest.mark.parametrize(
    "found",
    [
        b'{"format": 0, "moto": "1.0"}\npickle of another age',
        b'{"format": 1',
        b"",
        b"\x80\x05rubbish\n\x00",
    ],
)
def test_state_of_another_version_is_renamed(tmp_path: Path, client: Client, found: bytes) -> None:
    """A state file that cannot be used is renamed, and the sandbox starts empty."""
    state_directory.write(tmp_path / state.FILE, found)
    with Sandbox.start(tmp_path) as sandbox:
        assert client(sandbox, "s3").list_buckets()["Buckets"] == []
    (aside,) = tmp_path.glob("state.*.old")
    assert aside.read_bytes() == found


def test_damaged_pickle_is_renamed(tmp_path: Path, client: Client) -> None:
    """A state file of this version with a damaged end is renamed too, and no part of it is loaded."""
    with Sandbox.start(tmp_path) as sandbox:
        client(sandbox, "s3").create_bucket(Bucket=BUCKET)
    whole = (tmp_path / state.FILE).read_bytes()
    (tmp_path / state.FILE).write_bytes(whole[:-20])
    with Sandbox.start(tmp_path) as sandbox:
        assert client(sandbox, "s3").list_buckets()["Buckets"] == []
    assert len(list(tmp_path.glob("state.*.old"))) == 1


def test_a_partial_write_is_never_read(tmp_path: Path) -> None:
    """The file is replaced atomically: an unfinished write of a crash is ignored."""
    with Sandbox.start(tmp_path):
        pass
    whole = (tmp_path / state.FILE).read_bytes()
    (tmp_path / f"{state.FILE}.part").write_bytes(whole[:10])
    with Sandbox.start(tmp_path):
        pass
    assert (tmp_path / state.FILE).read_bytes() == whole
