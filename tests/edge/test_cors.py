"""Claims about cross-origin requests: S3 User Guide, "Using cross-origin resource sharing"; Developer Guide,
"Understand response headers policies", "Use managed response headers policies".
"""

from typing import Any

import pytest

from tests.edge import signing
from tests.edge.site import BUCKET, EdgeSite, Json, Reply, behavior
from tests.world.configs import listing

SITE = "https://www.example.com"
FORWARD_CORS = "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf"
SIMPLE_CORS = "60669652-455b-4ae9-85a4-c4c02393f86c"
WITH_PREFLIGHT = "5cc3b908-e619-4b99-88e5-2cf7f45965bd"
SECURITY = "67f7725c-6f97-4210-82d7-5512b31e9d03"
THREE = listing("GET", "HEAD", "OPTIONS")


def distribution_with_cors(site: EdgeSite, **changes: Any) -> Json:
    """Create an unsigned distribution with these changes to its default behavior."""
    created = site.distribution(DefaultCacheBehavior=behavior(AllowedMethods=THREE, **changes))
    site.grant(created)
    return created


def rules(site: EdgeSite, **changes: Any) -> None:
    """Return the bucket's CORS configuration: GET for the site, with one header, with these changes."""
    rule = {
        "AllowedOrigins": [SITE],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["x-*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 60,
        **changes,
    }
    site.s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})


def get(site: EdgeSite, created: Json, origin: str = SITE) -> Reply:
    """Send a simple request of a page."""
    return site.view("/one.mp4", created["DomainName"], Origin=origin)


def preflight(site: EdgeSite, created: Json, path: str = "/one.mp4", **changes: str) -> Reply:
    """Send the preflight of a browser."""
    headers = {"Origin": SITE, "Access_Control_Request_Method": "GET", **changes}
    return site.view(path, created["DomainName"], "OPTIONS", **headers)


def cors(reply: Reply) -> dict[str, str]:
    """Return the CORS headers by the last part of their names."""
    names = ("Origin", "Methods", "Headers", "Credentials")
    found = {name: reply.headers[f"Access-Control-Allow-{name}"] for name in names}
    return {name: value for name, value in found.items() if value is not None}


class TestBucket:
    """CORS by the bucket's own configuration."""

    def test_forwarded(self, site: EdgeSite) -> None:
        """S3 adds its headers if the behavior forwards the Origin."""
        created, deaf = distribution_with_cors(site, OriginRequestPolicyId=FORWARD_CORS), site.distribution()
        site.grant(created)
        rules(site)
        reply = get(site, created)
        assert cors(reply) == {"Origin": SITE, "Methods": "GET", "Credentials": "true"}
        assert reply.headers["Access-Control-Expose-Headers"] == "ETag"
        assert reply.headers["Vary"].startswith("Origin")
        assert cors(get(site, deaf)) == {}
        assert cors(get(site, created, "https://evil.example.com")) == {}

    def test_anybody(self, site: EdgeSite) -> None:
        """For a rule for all origins, S3 returns *, without credentials."""
        created = distribution_with_cors(site, OriginRequestPolicyId=FORWARD_CORS)
        rules(site, AllowedOrigins=["*"])
        assert cors(get(site, created)) == {"Origin": "*", "Methods": "GET"}

    def test_wildcard_origin(self, site: EdgeSite) -> None:
        """A rule may have a wildcard in its origin."""
        created = distribution_with_cors(site, OriginRequestPolicyId=FORWARD_CORS)
        rules(site, AllowedOrigins=["https://*.example.com"])
        assert cors(get(site, created))["Origin"] == SITE
        assert cors(get(site, created, "https://example.org")) == {}

    def test_legacy_forwarding(self, site: EdgeSite) -> None:
        """ForwardedValues forward the Origin too."""
        usual = behavior(AllowedMethods=THREE)
        del usual["CachePolicyId"]
        forwarding = {"QueryString": False, "Cookies": {"Forward": "none"}, "Headers": listing("Origin")}
        created = site.distribution(
            DefaultCacheBehavior={**usual, "ForwardedValues": forwarding, "MinTTL": 0}
        )
        site.grant(created)
        rules(site)
        assert cors(get(site, created))["Origin"] == SITE

    def test_preflight(self, site: EdgeSite) -> None:
        """The first matching rule answers a preflight, also for a missing object."""
        created = distribution_with_cors(site, OriginRequestPolicyId=FORWARD_CORS)
        rules(site)
        for path in ("/one.mp4", "/nothing"):
            reply = preflight(site, created, path, Access_Control_Request_Headers="X-Trace")
            assert (reply.status, reply.headers["Access-Control-Max-Age"]) == (200, "60")
            assert cors(reply)["Headers"] == "x-trace"

    @pytest.mark.parametrize(
        "changes",
        [
            {"Origin": "https://evil.example.com"},
            {"Access_Control_Request_Method": "PUT"},
            {"Access_Control_Request_Headers": "Range"},
        ],
    )
    def test_refused_preflight(self, site: EdgeSite, changes: dict[str, str]) -> None:
        """S3 refuses a preflight that matches no rule."""
        created = distribution_with_cors(site, OriginRequestPolicyId=FORWARD_CORS)
        rules(site)
        reply = preflight(site, created, **changes)
        assert (reply.verdict, cors(reply)) == ((403, "AccessForbidden"), {})

    def test_not_enabled(self, site: EdgeSite) -> None:
        """Without a configuration a preflight is refused. Without a forwarded Origin it is invalid."""
        created, deaf = (
            distribution_with_cors(site, OriginRequestPolicyId=FORWARD_CORS),
            distribution_with_cors(site),
        )
        assert b"CORS is not enabled for this bucket" in preflight(site, created).body
        assert preflight(site, deaf).verdict == (400, "BadRequest")


class TestPolicy:
    """CORS by a response headers policy."""

    def policy(self, site: EdgeSite, **changes: Any) -> str:
        """Return a policy that allows the site, with credentials."""
        config = {
            "AccessControlAllowOrigins": listing(SITE, "https://*.example.org", "app.localhost:8080"),
            "AccessControlAllowHeaders": listing("*"),
            "AccessControlAllowMethods": listing("GET", "HEAD"),
            "AccessControlExposeHeaders": listing("ETag"),
            "AccessControlAllowCredentials": True,
            "AccessControlMaxAgeSec": 600,
            "OriginOverride": True,
            **changes,
        }
        created = site.cloudfront.create_response_headers_policy(
            ResponseHeadersPolicyConfig={"Name": "cors", "CorsConfig": config}
        )
        return str(created["ResponseHeadersPolicy"]["Id"])

    def test_simple_request(self, site: EdgeSite) -> None:
        """A simple request gets the origin, credentials and exposed headers. Without an Origin it gets nothing."""
        created = distribution_with_cors(site, ResponseHeadersPolicyId=self.policy(site))
        reply = get(site, created)
        assert cors(reply) == {"Origin": SITE, "Credentials": "true"}
        assert reply.headers["Access-Control-Expose-Headers"] == "ETag"
        assert cors(site.view("/one.mp4", created["DomainName"])) == {}

    @pytest.mark.parametrize(
        ("origin", "fits"),
        [
            (SITE, True),
            ("https://a.example.org", True),
            ("http://app.localhost:8080", True),
            ("https://evil.example.com", False),
            ("https://www.example.com.evil.org", False),
            ("null", False),
        ],
    )
    def test_origins(self, site: EdgeSite, origin: str, fits: bool) -> None:
        """An origin matches exactly, by a wildcard, or without a scheme."""
        created = distribution_with_cors(site, ResponseHeadersPolicyId=self.policy(site))
        assert cors(get(site, created, origin)).get("Origin") == (origin if fits else None)

    def test_preflight(self, site: EdgeSite) -> None:
        """A preflight also gets methods, headers and age. Its status stays the origin's."""
        created = distribution_with_cors(
            site, ResponseHeadersPolicyId=self.policy(site), OriginRequestPolicyId=FORWARD_CORS
        )
        reply = preflight(site, created, Access_Control_Request_Headers="x-trace")
        assert cors(reply) == {
            "Origin": SITE,
            "Credentials": "true",
            "Methods": "GET, HEAD",
            "Headers": "x-trace",
        }
        assert (reply.status, reply.headers["Access-Control-Max-Age"]) == (403, "600")
        rules(site, AllowedOrigins=["*"])
        reply = preflight(site, created, Access_Control_Request_Headers="x-trace")
        assert (reply.status, cors(reply)["Origin"]) == (200, SITE)

    @pytest.mark.parametrize(("override", "origin"), [(True, SITE), (False, "*")])
    def test_override(self, site: EdgeSite, override: bool, origin: str) -> None:
        """If the bucket also answers, OriginOverride decides which header is sent."""
        policy = self.policy(site, OriginOverride=override)
        created = distribution_with_cors(
            site, ResponseHeadersPolicyId=policy, OriginRequestPolicyId=FORWARD_CORS
        )
        rules(site, AllowedOrigins=["*"])
        assert cors(get(site, created))["Origin"] == origin

    @pytest.mark.parametrize("policy", [SIMPLE_CORS, WITH_PREFLIGHT])
    def test_managed(self, site: EdgeSite, policy: str) -> None:
        """The managed policies allow everybody, without credentials."""
        created = distribution_with_cors(site, ResponseHeadersPolicyId=policy)
        assert cors(get(site, created)) == {"Origin": "*"}

    def test_refusals(self, site: EdgeSite) -> None:
        """S3's refusals have the policy's headers. CloudFront's own do not, so no page can read them."""
        policy = self.policy(site)
        created = distribution_with_cors(site, ResponseHeadersPolicyId=policy)
        denied = site.view("/nothing", created["DomainName"], Origin=SITE)
        assert (denied.verdict, cors(denied)["Origin"]) == ((403, "AccessDenied"), SITE)
        group = site.key_group(site.public_key(signing.rsa_key()))
        private = distribution_with_cors(site, ResponseHeadersPolicyId=policy, key_groups=(group,))
        refused = get(site, private)
        assert (refused.verdict, cors(refused)) == ((403, "MissingKey"), {})
        assert preflight(site, private).verdict == (403, "MissingKey")

    def test_change_waits_for_deployed(self, site: EdgeSite) -> None:
        """A change of the policy reaches the edges when the distribution is Deployed again."""
        policy = self.policy(site)
        created = distribution_with_cors(site, ResponseHeadersPolicyId=policy)
        assert cors(get(site, created))["Origin"] == SITE
        settings = site.sandbox.cloudfront.settings
        settings.deploy_after_seconds = 3600.0
        live = site.cloudfront.get_response_headers_policy(Id=policy)
        config = live["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
        config["CorsConfig"]["AccessControlAllowOrigins"] = listing("https://other.example.com")
        site.cloudfront.update_response_headers_policy(
            Id=policy, IfMatch=live["ETag"], ResponseHeadersPolicyConfig=config
        )
        assert cors(get(site, created))["Origin"] == SITE
        settings.deploy_after_seconds = 0.0
        assert cors(get(site, created)) == {}


def test_security_headers(site: EdgeSite) -> None:
    """The managed security policy adds its five headers."""
    created = distribution_with_cors(site, ResponseHeadersPolicyId=SECURITY)
    headers = get(site, created).headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["X-XSS-Protection"] == "1; mode=block"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_own_headers(site: EdgeSite) -> None:
    """A policy adds headers, overrides the origin's if set, and removes others."""
    created = site.cloudfront.create_response_headers_policy(
        ResponseHeadersPolicyConfig={
            "Name": "own",
            "CustomHeadersConfig": listing(
                {"Header": "Cache-Control", "Value": "no-store", "Override": True},
                {"Header": "Content-Language", "Value": "de", "Override": False},
                {"Header": "X-Own", "Value": "1", "Override": False},
            ),
            "RemoveHeadersConfig": listing({"Header": "ETag"}),
        }
    )
    distribution = distribution_with_cors(
        site, ResponseHeadersPolicyId=created["ResponseHeadersPolicy"]["Id"]
    )
    site.put("one.mp4", CacheControl="max-age=1", ContentLanguage="en")
    headers = get(site, distribution).headers
    assert (headers["Cache-Control"], headers["Content-Language"]) == ("no-store", "en")
    assert (headers["X-Own"], headers["ETag"]) == ("1", None)
