"""Signed folders whose parts are served by behaviors that do not trust the key."""

import pytest

from cfstream.explain.guards import GuardedBehavior, Guards, TrustedKey
from cfstream.stack.signing_keys import blind_spots


def guarded(path: str) -> GuardedBehavior:
    """Return a behavior whose group and only key are named after its path."""
    return GuardedBehavior(path, groups=(path,), keys=(TrustedKey(path, path, path, "", None, True),))


TENANTS = Guards(
    "E1", "d1.cloudfront.net", (), tuple(map(guarded, ("acme/drafts/*", "/acme/*", "*.m3u8", "")))
)


@pytest.mark.parametrize(
    ("folder", "key", "expected"),
    [
        ("acme/hls/*", "/acme/*", ()),
        ("acme/*", "/acme/*", ("acme/drafts/*",)),
        ("acme/drafts/*", "acme/drafts/*", ()),
        ("globex/*", "", ("*.m3u8",)),
        ("*", "", ("acme/drafts/*", "/acme/*", "*.m3u8")),
    ],
    ids=["the first one serves all", "one inside", "the narrowest", "one by file name", "everything"],
)
def test_behaviors_after_the_one_that_serves_the_whole_folder_do_not_count(
    folder: str, key: str, expected: tuple[str, ...]
) -> None:
    """They never get a request for it."""
    found = blind_spots(TENANTS, f"https://media.example.com/{folder}", key)
    assert tuple(guard.path for guard in found) == expected
