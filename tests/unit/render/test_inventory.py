"""The complete text of the list and of a distribution's settings."""

import json

from cfstream.inventory.deployment import Awaited, Progress
from cfstream.inventory.details import (
    ActiveSigners,
    BehaviorDetails,
    DistributionDetails,
    GrantDetails,
    IdentityDetails,
    NamedId,
    OriginDetails,
    Tls,
)
from cfstream.inventory.lookup import Found
from cfstream.render.inventory import (
    list_document,
    list_text,
    progress_line,
    show_document,
    show_text,
    wait_document,
)
from cfstream.stack.shown import ListEntry
from cfstream.values import ETag

GROUP = NamedId("a0722aa0-2aa3-4cf7-ab70-ba6527d99a23", "lectures-signers")
KEY = NamedId("K2JCJMDEHXQW5F", "lectures-2026-11")

ENTRIES = (
    ListEntry(
        kind="distribution",
        id="E1UGDLB9XZBD79",
        owner="lectures",
        comment="Private lectures",
        status="Deployed",
        enabled=True,
        domain_name="d111111abcdef8.cloudfront.net",
        cnames=("media.example.com",),
        origins=("lectures-media.s3.eu-west-1.amazonaws.com",),
    ),
    ListEntry(
        "streaming-distribution", "E2", None, "", "InProgress", enabled=False, domain_name="s5.cloudfront.net"
    ),
    ListEntry(
        "origin-access-identity", "E74FTE3AJFJ256", "lectures", "cfstream:lectures", used_by=("E1", "E2")
    ),
    ListEntry("origin-access-identity", "E3", None, "made by hand\n\x1b[31m"),
)

LIST = """\
Distributions
  E1UGDLB9XZBD79  lectures  Deployed
                  d111111abcdef8.cloudfront.net, media.example.com
                  from lectures-media.s3.eu-west-1.amazonaws.com
                  Private lectures

Streaming distributions (RTMP)
  E2  -  disabled, InProgress
      s5.cloudfront.net

Origin access identities
  E74FTE3AJFJ256  lectures  in use
                  used by E1, E2
                  cfstream:lectures
  E3              -         unused
                  made by hand\\n\\u001b[31m
"""

NARROW_LIST = """\
Distributions
  E1UGDLB9XZBD79  lectures  Deployed
    d111111abcdef8.cloudfront.net,
      media.example.com
    from
      lectures-media.s3.eu-west-1.amazonaws.com
    Private lectures
"""

DISTRIBUTION = DistributionDetails(
    kind="distribution",
    id="E1UGDLB9XZBD79",
    arn="arn:aws:cloudfront::123456789012:distribution/E1UGDLB9XZBD79",
    etag="E2QWRUHAPOMQZL",
    owner="lectures",
    status="Deployed",
    enabled=True,
    domain_name="d111111abcdef8.cloudfront.net",
    cnames=("lectures.example.com", "media.example.com"),
    comment="Private lectures",
    last_modified="2026-11-24T08:06:33Z",
    caller_reference="cfstream-123456789012-lectures-distribution-1",
    price_class="PriceClass_100",
    origins=(
        OriginDetails(
            "s3",
            "lectures-media.s3.eu-west-1.amazonaws.com",
            "",
            "oac",
            NamedId("E3OAC", "cfstream-lectures"),
        ),
        OriginDetails("old", "old-media.s3.amazonaws.com", "/films"),
    ),
    behaviors=(
        BehaviorDetails("", "s3", (), (GROUP,), "redirect-to-https", "CachingOptimized"),
        BehaviorDetails("/posters/*", "s3"),
    ),
    active_signers=(ActiveSigners(NamedId("self")), ActiveSigners(GROUP, (KEY,))),
    grants=(
        GrantDetails(
            "lectures-media",
            "bucket-policy",
            "CloudFront for this distribution",
            "s3:GetObject on arn:aws:s3:::lectures-media/*",
            "cfstream-lectures-oac",
            ours=True,
        ),
    ),
    logging="my-logs.s3.amazonaws.com/cf/",
    tls=Tls("arn:aws:acm:us-east-1:123456789012:certificate/0b5e2b6c", "TLSv1.2_2021", "sni-only"),
    http_version="http2",
    ipv6=True,
    tags={"cfstream:name": "lectures", "team": "media"},
    notes=("names are missing: ListKeyGroups was refused",),
)

SHOWN = """\
distribution E1UGDLB9XZBD79 of spec lectures
  Status            Deployed
  Enabled           yes
  Domain name       d111111abcdef8.cloudfront.net
  CNAMEs            lectures.example.com
                    media.example.com
  Comment           Private lectures
  ETag              E2QWRUHAPOMQZL
  Last modified     2026-11-24T08:06:33Z
  ARN               arn:aws:cloudfront::123456789012:distribution/E1UGDLB9XZBD79
  Caller reference  cfstream-123456789012-lectures-distribution-1
  Price class       PriceClass_100
  Logging           my-logs.s3.amazonaws.com/cf/
  Certificate       arn:aws:acm:us-east-1:123456789012:certificate/0b5e2b6c,
                    TLSv1.2_2021, sni-only
  HTTP version      http2
  IPv6              yes
  Tags              cfstream:name = lectures
                    team = media

Origin s3
  Domain name       lectures-media.s3.eu-west-1.amazonaws.com
  Origin access     OAC E3OAC (cfstream-lectures)

Origin old
  Domain name       old-media.s3.amazonaws.com
  Path              /films
  Origin access     none: CloudFront reads it unsigned

Who may view
  everything        the holders of URLs signed by key group lectures-signers
                    (a0722aa0-2aa3-4cf7-ab70-ba6527d99a23)
                    redirect-to-https, CachingOptimized
  /posters/*        anyone

Active signers
  this account
    no key: it cannot sign anything
  key group lectures-signers (a0722aa0-2aa3-4cf7-ab70-ba6527d99a23)
    lectures-2026-11 (K2JCJMDEHXQW5F)

Grants
  policy of bucket lectures-media, the stack's statement cfstream-lectures-oac
    s3:GetObject on arn:aws:s3:::lectures-media/* to CloudFront for this
      distribution
note: names are missing: ListKeyGroups was refused
"""

IDENTITY = IdentityDetails(
    "E74FTE3AJFJ256", "E1ETAG", None, "4b9f1d2c", "by hand", "2011-05-04", "origin-access-identity", ("E1",)
)

SHOWN_IDENTITY = """\
origin access identity E74FTE3AJFJ256 of no spec
  Comment: by hand
  Canonical user: 4b9f1d2c
  ETag: E1ETAG
  Caller reference: 2011-05-04
  Used by: E1
"""


def test_the_list() -> None:
    """Each kind has a block, and ids a column. Comments cannot move the cursor."""
    assert list_text("123456789012", ENTRIES, color=False, width=80) == LIST


def test_the_list_on_a_narrow_page() -> None:
    """Columns move below each other, and no id or name is cut."""
    assert list_text("123456789012", ENTRIES[:1], color=False, width=40) == NARROW_LIST


def test_colours_are_the_only_difference() -> None:
    """A coloured page without its escape codes is the plain one."""
    colored = list_text("123456789012", ENTRIES, color=True, width=80)
    plain = colored
    for code in ("1", "2", "31", "32", "33", "36"):
        plain = plain.replace(f"\x1b[{code}m", "")
    assert "\x1b[32mDeployed" in colored
    assert plain.replace("\x1b[0m", "") == LIST


def test_a_distribution() -> None:
    """It has all settings in groups. Settings that are not set have no line."""
    assert show_text(DISTRIBUTION, color=False, width=80) == SHOWN


def test_an_identity_on_a_narrow_page() -> None:
    """Labels are before their values if there is no room for a column."""
    assert show_text(IDENTITY, color=False, width=50) == SHOWN_IDENTITY


def test_documents_are_json() -> None:
    """They only have JSON values, and start with the keys that programs need first."""
    for document, keys in (
        (show_document(DISTRIBUTION), ["format_version", "kind", "id", "spec"]),
        (show_document(IDENTITY), ["format_version", "kind", "id", "spec"]),
        (list_document("123456789012", ENTRIES), ["format_version", "account", "distributions"]),
    ):
        assert list(json.loads(json.dumps(document)))[: len(keys)] == keys


def test_progress() -> None:
    """It has the name, the reason and the elapsed time, except at the start."""
    found = Found("distribution", "E1", ETag("E2"), {})
    stack, plain = Awaited("lectures", found), Awaited("E1", found)
    assert progress_line(Progress(stack, "InProgress", 0.2)) == "lectures (E1): InProgress"
    assert progress_line(Progress(plain, "InProgress", 95)) == "E1: InProgress, 1 min 35 s so far"
    assert progress_line(Progress(stack, "", 95)) == "lectures (E1) is Deployed."
    (row,) = wait_document([Progress(stack, "InProgress", 1.25)])["distributions"]
    assert row == {"name": "lectures", "id": "E1", "deployed": False, "pending": "InProgress", "seconds": 1.2}
