"""CloudFront puts the origin path before the path of a URL, so a URL has the key of an object without it."""

import pytest

from cfstream.sign import CannotSign
from cfstream.use_cases.signing import below_prefix
from tests.unit.spec.reading import stack


@pytest.mark.parametrize(
    ("key", "path"), [("v2/a.mp4", "a.mp4"), ("v2/hls/", "hls/"), ("v2/", ""), ("", ""), ("*", "*")]
)
def test_a_url_has_the_key_without_the_origin_path(key: str, path: str) -> None:
    """The empty key and the asterisk name everything that viewers can reach."""
    assert below_prefix(key, stack("http: {origin_path: /v2}")) == path


def test_without_an_origin_path_the_key_is_the_path() -> None:
    """A spec without the field does not change keys."""
    assert below_prefix("v2/a.mp4", stack("")) == "v2/a.mp4"


@pytest.mark.parametrize("key", ["a.mp4", "v22/a.mp4", "v2"])
def test_no_url_leads_to_objects_outside_the_origin_path(key: str) -> None:
    """Viewers cannot reach them, so there is nothing to sign."""
    with pytest.raises(CannotSign, match="not under the origin path /v2"):
        below_prefix(key, stack("http: {origin_path: /v2}"))
