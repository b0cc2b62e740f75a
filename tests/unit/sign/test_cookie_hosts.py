"""The hosts that cookies open, and the domains for which browsers send them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cfstream.explain.guards import GuardedBehavior, Guards
from cfstream.sign import CannotSign, Signer
from cfstream.sign.keys import private_key
from cfstream.sign.resource import target
from cfstream.use_cases.signing import SignRequest, _other_hosts, _url, signing
from tests.unit.spec.reading import stack
from tests.world.signing import private_pem, rsa_key

NOW = datetime(2026, 11, 30, tzinfo=UTC)
KEY = private_key(private_pem(rsa_key("cookies")))
REQUEST = SignRequest(
    target="x/a.m3u8",
    open_key=lambda: KEY,
    now=NOW,
    expires=datetime.now(UTC) + timedelta(hours=1),
    key_id="K1LECTURES",
    preset="hls",
    cookies=True,
)
ALIASES = ("media.acme.tv", "*.video.acme.tv")
GUARDS = Guards("E1", "d1.cloudfront.net", ALIASES, (GuardedBehavior(groups=("lectures",)),))


def signed(url: str, domain: str | None = None) -> tuple[str, str | None]:
    """Return the resource and the domain of cookies for a URL."""
    request = replace(REQUEST, target=url, domain=domain)
    found = signing(request, None)(url)  # type: ignore[arg-type]  # without a spec, AWS is not used
    return found.terms.resource, found.domain


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("media.acme.tv", "acme.tv"),
        ("media.acme.tv", ".Acme.tv"),
        ("media.acme.tv", "media.acme.tv"),
        ("*.acme.tv", "acme.tv"),
        ("*.acme.tv", "media.acme.tv"),
        ("media.acme.tv:8443", "acme.tv"),
    ],
)
def test_a_domain_at_or_above_the_host(host: str, domain: str) -> None:
    """Browsers send these cookies to the host, or to some hosts of the pattern."""
    assert signed(f"https://{host}/x/a.m3u8", domain) == (f"https://{host}/x/*", domain)


@pytest.mark.parametrize(
    ("host", "domain", "fix"),
    [
        ("media.acme.tv", "other.tv", "use --domain media.acme.tv"),
        ("media.acme.tv", "dia.acme.tv", "use --domain media.acme.tv"),
        ("acme.tv", "media.acme.tv", "use --domain acme.tv"),
        ("*.acme.tv", "xacme.tv", "use --domain acme.tv"),
        ("d1.cloudfront.net", "acme.tv", "add a cname under acme.tv"),
    ],
)
def test_a_domain_whose_cookies_the_host_never_gets(host: str, domain: str, fix: str) -> None:
    """It is refused, because no browser would send the cookies."""
    with pytest.raises(CannotSign, match=f"do not send cookies of {domain}") as refused:
        signed(f"https://{host}/x/a.m3u8", domain)
    assert refused.value.do.startswith(fix)


def test_the_domain_of_several_hosts() -> None:
    """It is the domain above them."""
    assert signed("https://*.acme.tv/x/a.m3u8") == ("https://*.acme.tv/x/*", "acme.tv")


def test_a_pass_for_several_hosts_signs_the_url_of_each() -> None:
    """The folder of a URL keeps the pattern of hosts."""
    pass_ = Signer(KEY, "K1").for_hls("https://*.acme.tv/x/a.m3u8", timedelta(hours=1))
    assert pass_.url("https://media.acme.tv/x/a.m3u8").startswith("https://media.acme.tv/x/a.m3u8?Policy=")


@pytest.mark.parametrize("host", ["*.acme.tv", "*.tv", "*", "a.*.tv", "*x.tv"])
def test_a_url_has_one_host(host: str) -> None:
    """A request is for one host, so a pattern of hosts is refused."""
    with pytest.raises(CannotSign, match=r"is for several hosts|has no host name"):
        target(f"https://{host}/x/a.m3u8")


@pytest.mark.parametrize("host", ["*.tv", "*", "a.*.tv", "*x.tv"])
def test_a_pattern_of_hosts_is_a_domain(host: str) -> None:
    """It is a star before a name with at least two labels."""
    with pytest.raises(CannotSign, match="has no host name"):
        target(f"https://{host}/x/a.m3u8", any_host=True)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("media.acme.tv", True),
        ("*.acme.tv", True),
        ("a.b.video.acme.tv", True),
        ("*.video.acme.tv", True),
        ("*.other.tv", False),
        ("video.acme.tv", False),
    ],
)
def test_a_distribution_answers(host: str, known: bool) -> None:
    """A wildcard covers names at any depth, and a pattern needs one of the names."""
    assert GUARDS.answers(host) is known


def test_a_key_is_signed_for_one_host() -> None:
    """It is the first cname, and a notice says so if there are more. A wildcard alone does not name a host."""
    several = stack('cnames: [media.acme.tv, "*.video.acme.tv"]')
    assert _url(REQUEST, several, GUARDS) == "https://media.acme.tv/x/a.m3u8"
    (notice,) = _other_hosts(REQUEST, several)
    assert "for media.acme.tv only" in notice.text
    with pytest.raises(CannotSign, match=r"no host name without a wildcard") as refused:
        _url(REQUEST, stack('cnames: ["*.video.acme.tv"]'), GUARDS)
    assert "https://*.video.acme.tv/x/a.m3u8" in refused.value.do
