"""Why CloudFront would refuse a request, reason by reason."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from cfstream.explain.guards import GuardedBehavior, Guards
from cfstream.explain.judging import Explanation, explain
from cfstream.explain.requested import RequestedObject
from cfstream.explain.times import distance
from cfstream.render.explain import explain_text
from cfstream.sign.encoding import encode
from cfstream.use_cases.explanation import with_error_page
from tests.unit.explain.signed import CLIPS, FOREIGN, FRESH, HOUR, LECTURES, NOW, URL, guards, signer


def test_a_wrong_host_is_not_signed_again() -> None:
    """The fix signs the URL with a name of the distribution."""
    reasons = judged("https://www.example.com/hls/master.m3u8").reasons
    assert [reason.code for reason in reasons] == ["", "MissingKey"]
    assert "cfstream sign https://media.example.com/hls/master.m3u8 " in reasons[1].do


def test_cookies_that_are_not_of_cloudfront_are_named() -> None:
    """For example, the cookies of another site."""
    (reason,) = judged(URL, cookies="session=1").reasons
    assert reason.what.startswith("the text of --cookies has no CloudFront-Signature")
    assert "--cookies @FILE" in reason.do


def judged(url: str, *, later: int = 0, cookies: str = "", viewer: str | None = None) -> Explanation:
    """Return the explanation of the URL for the distribution, this number of seconds after it was signed."""
    return explain(url, now=NOW + later, cookies=cookies, guards=guards(), viewer=viewer)


def reasons(explanation: Explanation) -> list[tuple[str, str]]:
    """Return codes and texts of all reasons."""
    return [(reason.code, reason.what) for reason in explanation.reasons]


def altered(url: str, **parameters: str) -> str:
    """Return the URL with other values in its query."""
    base, _, query = url.partition("?")
    pairs = dict(pair.split("=", 1) for pair in query.split("&"))
    pairs.update({name.replace("_", "-"): value for name, value in parameters.items()})
    return f"{base}?{'&'.join(f'{name}={value}' for name, value in pairs.items() if value)}"


def with_policy(document: object) -> str:
    """Return the URL with a policy that no signer of cfstream would sign."""
    text = document if isinstance(document, str) else json.dumps(document)
    return f"{URL}?Policy={encode(text.encode())}&Signature=AAAA&Key-Pair-Id={LECTURES}"


@pytest.mark.parametrize(
    "url",
    [
        signer().url(URL, HOUR),
        signer().url(f"{URL}?x=1&y=2", HOUR),
        signer().url(URL, HOUR, ip="203.0.113.0/24"),
        signer(digest="SHA256").url(URL, HOUR),
        signer().for_hls(URL, HOUR).url("https://media.example.com/hls/144p/part00.m4s?x=1"),
        signer(CLIPS).url("https://media.example.com/clips/a.mp4", HOUR),
        signer().url("https://d111111abcdef8.cloudfront.net/a b", HOUR),
        signer().url("https://one.video.example.com/a#t=5", HOUR),
        signer().url("https://a.b.video.example.com/a", HOUR),
        signer().grant("http*://media.example.com/hls/*", HOUR).url("http://media.example.com/hls/a.mp4"),
        "https://media.example.com/posters/a.jpg",
    ],
)
def test_a_valid_request_is_accepted(url: str) -> None:
    """The signature is checked with the live key, and there is no reason to refuse it."""
    explanation = judged(url, viewer="203.0.113.7")
    assert reasons(explanation) == []
    assert explanation.accepted is True


def test_cookies_are_taken_apart_as_a_url_is() -> None:
    """Their order, and other cookies, do not matter."""
    cookies = "theme=dark; " + signer().for_hls(URL, HOUR).cookies.header() + "; CloudFront-Other=1"
    explanation = judged(URL, cookies=cookies)
    assert explanation.accepted is True
    assert explanation.presented.via == "cookies"
    assert judged("https://media.example.com/dash/a", cookies=cookies).accepted is False


def test_cookies_are_ignored_if_the_url_has_a_parameter() -> None:
    """CloudFront checks a signed URL first, and then ignores cookies."""
    cookies = signer().for_hls(URL, HOUR).cookies.header()
    explanation = judged(f"{URL}?Expires=1", cookies=cookies)
    assert explanation.accepted is False
    assert "CloudFront ignores the cookies" in explanation.notes[0]


UNTIL = {"DateLessThan": {"AWS:EpochTime": NOW + 9}}

ALTERED: Mapping[str, tuple[str, str, str]] = {
    "out of a public folder": (
        "https://media.example.com/posters/../hls/a.mp4",
        "MissingKey",
        "it is not signed",
    ),
    "out of a public folder, escaped": (
        "https://media.example.com/posters/./%2e%2E/hls/..",
        "MissingKey",
        "it is not signed",
    ),
    "no host name": ("https:///posters/a.jpg", "", "does not have the host name"),
    "unsigned": (URL, "MissingKey", "it is not signed"),
    "no key id": (altered(signer().url(URL, HOUR), Key_Pair_Id=""), "MissingKey", "Key-Pair-Id is missing"),
    "no signature": (altered(signer().url(URL, HOUR), Signature=""), "MissingKey", "Signature is missing"),
    "no time": (
        altered(signer().url(URL, HOUR), Expires=""),
        "MissingKey",
        "both Policy and Expires are missing",
    ),
    "time in words": (
        altered(signer().url(URL, HOUR), Expires="soon"),
        "MalformedPolicy",
        "not a number of seconds",
    ),
    "milliseconds": (
        altered(signer().url(URL, HOUR), Expires="1900003600000"),
        "MalformedPolicy",
        "its times are in milliseconds",
    ),
    "foreign key": (signer(FOREIGN).url(URL, HOUR), "InvalidKey", "does not trust the key K4FOREIGN"),
    "key of another behavior": (
        signer(CLIPS).url(URL, HOUR),
        "InvalidKey",
        "it belongs to key group clips, which the behavior clips/* trusts",
    ),
    "key not active yet": (signer(FRESH).url(URL, HOUR), "InvalidKey", "not active at the edges yet"),
    "key group for a key": (
        altered(signer().url(URL, HOUR), Key_Pair_Id="9a0c5b1e-3f0e-4b6e-8f57-3f2a1c0d9e8f"),
        "InvalidKey",
        "is the id of a key group",
    ),
    "later expiry": (
        altered(signer().url(URL, HOUR), Expires="1900007200"),
        "AccessDenied",
        "the signature does not match: the URL was altered",
    ),
    "parameter added": (signer().url(URL, HOUR) + "&x=1", "AccessDenied", "the signature does not match"),
    "other private key": (
        signer(LECTURES, name="other").url(URL, HOUR),
        "AccessDenied",
        "another key signed it",
    ),
    "standard base64": (
        altered(signer().url(URL, HOUR), Signature="ab%2Bd"),
        "AccessDenied",
        "the signature cannot be decoded",
    ),
    "other folder": (
        signer().for_hls(URL, HOUR).url(URL).replace("/hls/", "/dash/"),
        "AccessDenied",
        "the policy is for https://media.example.com/hls/*, which does not cover",
    ),
    "plain http": (
        signer().url("http://media.example.com/a.mp4", HOUR),
        "AccessDenied",
        "it is redirected to https, but the signature is for http",
    ),
    "https alone": (signer(CLIPS).url("http://media.example.com/clips/a", HOUR), "", "only accepts https"),
    "other host": (signer().url("https://www.example.com/a.mp4", HOUR), "", "does not have the host name"),
    "no policy": (
        f"{URL}?Policy=a+b&Signature=AAAA&Key-Pair-Id={LECTURES}",
        "MalformedPolicy",
        "standard base64",
    ),
    "no JSON": (with_policy("{"), "MalformedPolicy", "not JSON"),
    "two statements": (with_policy({"Statement": [{}, {}]}), "MalformedPolicy", "exactly one statement"),
    "no expiry": (with_policy({"Statement": [{"Condition": {}}]}), "MalformedPolicy", "no DateLessThan"),
    "quoted time": (
        with_policy({"Statement": [{"Condition": {"DateLessThan": {"AWS:EpochTime": "1900003600"}}}]}),
        "MalformedPolicy",
        "whole number of seconds",
    ),
    "two resources": (
        with_policy({"Statement": [{"Resource": [URL], "Condition": UNTIL}]}),
        "MalformedPolicy",
        "Resource is not a string",
    ),
    "two addresses": (
        with_policy(
            {"Statement": [{"Condition": {**UNTIL, "IpAddress": {"AWS:SourceIp": ["203.0.113.7"]}}}]}
        ),
        "MalformedPolicy",
        "AWS:SourceIp must be one address or range",
    ),
    "IPv6": (
        with_policy(
            {"Statement": [{"Condition": {**UNTIL, "IpAddress": {"AWS:SourceIp": "2001:db8::/32"}}}]}
        ),
        "MalformedPolicy",
        "2001:db8::/32 is not an IPv4 address",
    ),
    "unknown hash": (
        altered(signer().url(URL, HOUR), Hash_Algorithm="MD5"),
        "MalformedPolicy",
        "CloudFront does not support the hash MD5",
    ),
}


@pytest.mark.parametrize(("url", "code", "what"), ALTERED.values(), ids=ALTERED)
def test_the_first_reason_is_the_viewers(url: str, code: str, what: str) -> None:
    """Each has CloudFront's error code, what is wrong and a fix."""
    explanation = judged(url)
    assert explanation.accepted is False
    first = explanation.reasons[0]
    assert (first.code, what in first.what) == (code, True), first
    assert first.do


def test_all_reasons_are_reported() -> None:
    """An expired URL for another address, with an untrusted signature, has three."""
    url = signer(FOREIGN).url(URL, HOUR, ip="203.0.113.7")
    explanation = judged(url, later=3_780, viewer="198.51.100.1")
    assert [what for _, what in reasons(explanation)] == [
        "the default behavior does not trust the key K4FOREIGN. If it did before, another key has replaced it",
        "it expired 3 minutes ago",
        "it is only for 203.0.113.7/32, but the viewer is 198.51.100.1",
    ]


@pytest.mark.parametrize(
    ("url", "exists", "seen"),
    [
        (URL, True, True),  # MissingKey
        (signer().url(URL, HOUR), False, True),  # AccessDenied of S3
        (signer().url(URL, HOUR), True, False),
        (signer().url(URL.replace("media", "other"), HOUR), True, False),  # another distribution, or none
    ],
)
def test_the_error_page_that_viewers_see(url: str, exists: bool, seen: bool) -> None:
    """A note names it, if CloudFront or S3 answers 403."""
    asked = RequestedObject("media", "hls/master.m3u8", exists=exists)
    paged = replace(guards(), error_page="404 with /errors/403.html")
    notes = with_error_page(replace(judged(url), asked=asked), paged).notes
    assert ("viewers see 404 with /errors/403.html (the error page for 403)" in notes) is seen


def test_time_is_judged_to_the_second() -> None:
    """It is valid from the second in which it starts until the second before it expires."""
    url = signer().url(URL, HOUR, starts=timedelta(minutes=1))
    assert [judged(url, later=later).accepted for later in (59, 60, 3599, 3600)] == [False, True, True, False]


def test_a_viewer_by_ipv6_never_matches_an_address() -> None:
    """While IPv6 is on, a note says so."""
    explanation = judged(signer().url(URL, HOUR, ip="203.0.113.7"), viewer="2001:db8::7")
    assert "the viewer is 2001:db8::7" in explanation.reasons[0].what
    assert "viewers with an IPv6 address never match" in explanation.notes[0]


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        (signer().url(URL, HOUR).replace("https:", "http:"), "made for https"),
        (
            signer().url(URL.replace("https:", "http:"), HOUR).replace("http:", "https:"),
            "it was made for http:",
        ),
        (signer().url(URL, HOUR) + "&x=1", "for the URL without its query"),
        (
            signer().url(URL, HOUR).replace("media.example.com", "d111111abcdef8.cloudfront.net"),
            "for the host media.example.com",
        ),
        (altered(signer(digest="SHA256").url(URL, HOUR), Hash_Algorithm=""), "add Hash-Algorithm=SHA256"),
        (
            signer().url("https://media.example.com/a%2Bb", HOUR).replace("%2B", "+"),
            "another spelling of the path",
        ),
    ],
)
def test_the_resource_of_a_signature_is_found(url: str, hint: str) -> None:
    """The most common changes are tried, and the one that matches is shown."""
    assert any(hint in reason.do for reason in judged(url).reasons)


@pytest.mark.parametrize(
    ("url", "fix"),
    [
        (
            signer()
            .for_hls(URL, HOUR)
            .url(URL)
            .replace("media.example.com", "d111111abcdef8.cloudfront.net"),
            "the host differs: media.example.com and d111111abcdef8.cloudfront.net",
        ),
        (
            signer().for_hls(URL, HOUR).url(URL).replace("https:", "http:"),
            "the scheme differs: https and http",
        ),
        (
            signer().url(URL, HOUR, ip="203.0.113.7") + "&x=1",
            "the query differs, and is part of the signature",
        ),
        (
            signer().for_hls(URL, HOUR).url("https://media.example.com/hls/a").replace("/hls/", "/dash/"),
            "sign a resource that covers it, such as the folder followed by *",
        ),
    ],
)
def test_the_part_that_a_policy_does_not_cover_is_named(url: str, fix: str) -> None:
    """The scheme, the host, the path or the query."""
    (reason,) = (each for each in judged(url).reasons if "does not cover" in each.what)
    assert reason.do == fix


def test_without_a_distribution_the_visible_problems_are_reported() -> None:
    """Expiry and form need no AWS. A note says that the signature was not checked."""
    url = signer().url(URL, HOUR)
    explanation = explain(url, now=NOW)
    assert explanation.accepted is None
    assert explanation.notes == ("without --spec, neither the key nor the signature was checked",)
    assert explain(url, now=NOW + 7_200).reasons[0].what == "it expired 1 hour ago"
    assert explain(url, now=NOW + 7_200).accepted is False


def test_without_a_distribution_an_unsigned_url_may_be_public() -> None:
    """It is refused only if its path needs a signature."""
    for cookies in ("", "session=1"):
        explanation = explain(URL, now=NOW, cookies=cookies)
        assert (explanation.accepted, explanation.conditional) == (False, True)
        assert [reason.code for reason in explanation.reasons] == ["MissingKey"]
    text = explain_text(explain(URL, now=NOW), now=NOW, local=str, color=False, width=200)
    assert "CloudFront refuses it if the path needs a signature: MissingKey, it is not signed" in text
    assert "fix: add --spec to check whether it does; or sign it:\n       cfstream sign " in text
    assert judged(URL).accepted is False


def test_a_stream_name_is_judged_by_the_stream_alone() -> None:
    """It may have a prefix or a server, or be escaped for a page."""
    pairs = Guards(
        "E2", "s1.cloudfront.net", (), (GuardedBehavior("", signers=("self",), key_pairs=(LECTURES,)),)
    )
    name = signer().stream_name("mp4:videos/a.mp4", HOUR)
    for written in (str(name), name.bare, f"rtmp://s1.cloudfront.net/cfx/st/{name.prefixed}", name.flash):
        explanation = explain(written, now=NOW, guards=pairs)
        assert explanation.presented.url == "videos/a.mp4"
        assert explanation.reasons == ()
        assert "AWS does not show the public key" in explanation.notes[0]


def test_where_nobody_must_sign_no_signature_counts() -> None:
    """It is accepted with any parameters, and a note says what S3 may do with them."""
    explanation = judged(signer(FOREIGN).url("https://media.example.com/posters/a.jpg", HOUR), later=7_200)
    assert explanation.accepted is True
    assert "needs no signature" in explanation.notes[0]
    assert "S3 takes the parameters" in explanation.notes[1]


def test_a_disabled_distribution_refuses_everything() -> None:
    """Signatures do not matter."""
    off = Guards("E3", "d3.cloudfront.net", (), guards().behaviors, enabled=False)
    explanation = explain(signer().url("https://d3.cloudfront.net/a", HOUR), now=NOW, guards=off)
    assert explanation.reasons[0].what == "E3 is disabled and refuses every request"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (180, "3 minutes"),
        (3_600, "1 hour"),
        (5_400, "90 minutes"),
        (9_000, "2 hours"),
        (90_000, "1 day"),
        (100_000_000, "3 years"),
    ],
)
def test_distances_have_their_largest_unit(seconds: int, text: str) -> None:
    """Durations have their largest useful unit."""
    assert distance(seconds) == text
