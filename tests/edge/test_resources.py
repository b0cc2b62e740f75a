"""Claims about the resource of a custom policy: Developer Guide, "Create a signed URL using a custom policy"."""

import pytest

from cfstream.sandbox.edge.policy import covers

D = "https://d1.cloudfront.net"


@pytest.mark.parametrize(
    ("resource", "requested"),
    [
        (f"{D}/a.mp4", f"{D}/a.mp4"),
        (f"{D}/a.mp4?x=1", f"{D}/a.mp4?x=1"),
        (f"{D}/*", f"{D}/a/b/c.ts"),
        (f"{D}/*", f"{D}/"),
        (f"{D}/*", f"{D}/a?x=1"),
        (f"{D}/hls/*", f"{D}/hls/1/2.ts"),
        (f"{D}/hls/*.ts", f"{D}/hls/1.ts"),
        (f"{D}/*/1.ts", f"{D}/a/b/1.ts"),
        (f"{D}/hls/?.ts", f"{D}/hls/1.ts"),
        (f"{D}/a?*", f"{D}/a?x=1"),
        (f"{D}/a?x=*", f"{D}/a?x=1&y=2"),
        (f"{D}/?.ts?x=1", f"{D}/1.ts?x=1"),
        ("*://d1.cloudfront.net/a", f"{D}/a"),
        ("http*://d1.cloudfront.net/a", f"{D}/a"),
        ("https://*.cloudfront.net/a", f"{D}/a"),
        ("https://*/a", f"{D}/a"),
        ("https://d?.cloudfront.net/a", f"{D}/a"),
        ("https://d1.cloudfront.net*", f"{D}/a?x=1"),
        ("https://*", f"{D}/a/b?x=1"),
        ("*://*", f"{D}/a"),
        ("*://*/*", f"{D}/a?x"),
        ("videos/one", "videos/one"),
        ("videos/*", "videos/a/one"),
        ("videos/?ne", "videos/one"),
    ],
)
def test_covered(resource: str, requested: str) -> None:
    """A wildcard matches within its section. At the end of the path or the host it covers what follows."""
    assert covers(resource, requested)


@pytest.mark.parametrize(
    ("resource", "requested"),
    [
        (f"{D}/a.mp4", f"{D}/b.mp4"),
        (f"{D}/a.mp4", f"{D}/A.mp4"),
        (f"{D}/a.mp4", f"{D}/a.mp4?x=1"),
        (f"{D}/a.mp4?x=1", f"{D}/a.mp4"),
        (f"{D}/hls/*", f"{D}/dash/1.ts"),
        (f"{D}/hls/*.ts", f"{D}/hls/1.ts?x=1"),
        (f"{D}/hls/*.ts", f"{D}/hls/1.mp4?x=1.ts"),
        (f"{D}/hls/?.ts", f"{D}/hls/12.ts"),
        (f"{D}/a.b", f"{D}/aXb"),
        ("http://d1.cloudfront.net/a", f"{D}/a"),
        ("http://d1.cloudfront.net/*", f"{D}/a"),
        ("https://d1.cloudfront.net", f"{D}/a"),
        ("https://*.example.com/*", f"{D}/a.example.com/b"),
        ("https://d1*/a", f"{D}/x/a"),
        ("*/a", f"{D}/a"),
        ("d1.cloudfront.net/*", f"{D}/a"),
        ("videos/one", "videos/one.flv"),
        ("videos/*", "clips/one"),
        ("rtmp://d1/cfx/st/videos/one", "videos/one"),
        ("mp4:videos/one", "videos/one"),
    ],
)
def test_not_covered(resource: str, requested: str) -> None:
    """Another case, section, protocol, or an unnamed query is not covered."""
    assert not covers(resource, requested)
