"""Claims about cache behaviors: Developer Guide, "Cache behavior settings" (path pattern, viewer protocol policy,
allowed HTTP methods).
"""

import pytest

from cfstream.sandbox.edge.path_patterns import choose, normalised
from tests.edge import signing
from tests.edge.site import EdgeSite, behavior
from tests.world.configs import associated, listing, make_function


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*", "/anything/at/all", True),
        ("/posters/*", "/posters/one.jpg", True),
        ("posters/*", "/posters/one.jpg", True),
        ("/posters/*", "/posters/a/b.jpg", True),
        ("/posters/*", "/posters/", True),
        ("/posters/*", "/posters", False),
        ("/posters/*", "/Posters/one.jpg", False),
        ("/posters/*", "/a/posters/one.jpg", False),
        ("*.m3u8", "/hls/index.m3u8", True),
        ("/*.m3u8", "/hls/index.m3u8", True),
        ("*.m3u8", "/hls/index.m3u8x", False),
        ("/hls/?.ts", "/hls/1.ts", True),
        ("/hls/?.ts", "/hls/12.ts", False),
        ("/a.b/*", "/aXb/c", False),
        ("/posters/*", "/hls/../posters/one.jpg", True),
        ("/posters/*", "/posters/../hls/one.ts", False),
        ("/posters/*", "/posters/%2E%2e/hls/one.ts", False),
        ("/posters/*", "/%70osters/one.jpg", True),
        ("/posters/*", "/posters%2Fone.jpg", False),
        ("/a%2Fb/*", "/a%2fb/c", True),
        ("/posters/*", "//posters//one.jpg", True),
        ("*??", "/a", False),
    ],
)
def test_path_patterns(pattern: str, path: str, fits: bool) -> None:
    """A pattern matches whole paths, case-sensitive, after RFC 3986 normalisation."""
    first = {"PathPattern": pattern}
    config = {"CacheBehaviors": listing(first), "DefaultCacheBehavior": {}}
    assert (choose(config, path) is first) is fits


@pytest.mark.parametrize(
    ("path", "normal"),
    [("/a/./b", "/a/b"), ("/a/../../b", "/b"), ("/a/..", "/"), ("/a//b", "/a/b"), ("/%7Ea%3a", "/~a%3A")],
)
def test_normal_paths(path: str, normal: str) -> None:
    """Paths are compared without dot segments and needless escapes."""
    assert normalised(path) == normal


def test_first_pattern_wins(site: EdgeSite) -> None:
    """Behaviors are tried in order, the default one last."""
    group = site.key_group(site.public_key(signing.rsa_key()))
    private = behavior(key_groups=(group,))
    created = site.distribution(
        DefaultCacheBehavior=private,
        CacheBehaviors=listing(
            {**private, "PathPattern": "/posters/secret*"}, {**behavior(), "PathPattern": "/posters/*"}
        ),
    )
    site.grant(created)
    site.put("posters/secret.jpg")
    host = created["DomainName"]
    assert site.view("/posters/one.jpg", host).status == 200
    assert site.view("/posters/secret.jpg", host).verdict == (403, "MissingKey")
    assert site.view("/hls/one.ts", host).verdict == (403, "MissingKey")
    assert site.view("/posters/../hls/one.ts", host).verdict == (403, "MissingKey")


@pytest.mark.parametrize(
    ("policy", "scheme", "status"),
    [
        ("https-only", "https", 200),
        ("https-only", "", 200),
        ("https-only", "http", 403),
        ("redirect-to-https", "https", 200),
        ("redirect-to-https", "http", 301),
        ("allow-all", "http", 200),
        ("allow-all", "https", 200),
    ],
)
def test_viewer_protocol(site: EdgeSite, policy: str, scheme: str, status: int) -> None:
    """A request counts as https unless X-Forwarded-Proto is http."""
    created = site.distribution(DefaultCacheBehavior=behavior(ViewerProtocolPolicy=policy))
    site.grant(created)
    headers = {"X_Forwarded_Proto": scheme} if scheme else {}
    assert site.view("/one.mp4", created["DomainName"], **headers).status == status


def test_redirection(site: EdgeSite) -> None:
    """A redirect keeps host, path and query, and comes before any check of a signature."""
    group = site.key_group(site.public_key(signing.rsa_key()))
    created = site.distribution(
        DefaultCacheBehavior=behavior(
            key_groups=(group,),
            ViewerProtocolPolicy="redirect-to-https",
            AllowedMethods=listing("GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"),
        )
    )
    host = created["DomainName"]
    reply = site.view("/a%20b?Expires=1&x=%2F", host, X_Forwarded_Proto="http")
    assert reply.headers["Location"] == f"https://{host}/a%20b?Expires=1&x=%2F"
    assert (reply.status, reply.headers["X-Cache"]) == (301, "Redirect from cloudfront")
    assert site.view("/a", host, "POST", X_Forwarded_Proto="http").status == 307


@pytest.mark.parametrize(
    ("allowed", "method", "status"),
    [
        (("GET", "HEAD"), "GET", 200),
        (("GET", "HEAD"), "HEAD", 200),
        (("GET", "HEAD"), "OPTIONS", 403),
        (("GET", "HEAD"), "POST", 403),
        (("GET", "HEAD"), "DELETE", 403),
        (("GET", "HEAD"), "TRACE", 405),
        (("GET", "HEAD", "OPTIONS"), "PUT", 403),
    ],
)
def test_methods(site: EdgeSite, allowed: tuple[str, ...], method: str, status: int) -> None:
    """A method that the behavior does not allow gets an error page, an unknown one 405."""
    created = site.distribution(DefaultCacheBehavior=behavior(AllowedMethods=listing(*allowed)))
    site.grant(created)
    reply = site.view("/one.mp4", created["DomainName"], method)
    assert reply.status == status
    if status >= 400:
        assert b"The request could not be satisfied" in reply.body


def test_head(site: EdgeSite) -> None:
    """HEAD has the headers of GET and no body, also for a refusal."""
    created = site.distribution()
    host = created["DomainName"]
    assert (site.view("/one.mp4", host, "HEAD").status, site.view("/one.mp4", host, "HEAD").body) == (
        403,
        b"",
    )
    site.grant(created)
    got, head = site.view("/one.mp4", host), site.view("/one.mp4", host, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert head.headers["ETag"] == got.headers["ETag"]


def test_functions_change_nothing(site: EdgeSite) -> None:
    """The edge does not run functions: it serves and refuses requests as if the behavior had none."""
    functions = listing(
        associated(make_function(site.cloudfront)),
        associated(make_function(site.cloudfront, "headers"), "viewer-response"),
    )
    group = site.key_group(site.public_key(signing.rsa_key()))
    private = behavior(key_groups=(group,), FunctionAssociations=functions, PathPattern="/hls/*")
    created = site.distribution(
        DefaultCacheBehavior=behavior(FunctionAssociations=functions), CacheBehaviors=listing(private)
    )
    site.grant(created)
    assert site.view("/one.mp4", created["DomainName"]).status == 200
    assert site.view("/hls/one.ts", created["DomainName"]).verdict == (403, "MissingKey")
