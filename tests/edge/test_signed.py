"""Claims about signed URLs and cookies: Developer Guide, "Use signed URLs", "Use signed cookies"; AWS re:Post,
"troubleshoot signed URL cookies".
"""

import datetime
import time
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from tests.edge import signing
from tests.edge.site import SEGMENT, EdgeSite, Json, Reply, behavior, label

PATH = "/hls/one.ts"


@dataclass(frozen=True)
class Private:
    """A distribution that requires signatures, and requests for the segment."""

    site: EdgeSite
    created: Json
    key_id: str

    @property
    def host(self) -> str:
        """Its own name."""
        return str(self.created["DomainName"])

    @property
    def url(self) -> str:
        """The segment's URL."""
        return f"https://{self.host}{PATH}"

    def by_url(self, fields: dict[str, str], path: str = PATH, **headers: str) -> Reply:
        """Request the URL with these parameters."""
        mark = "&" if "?" in path else "?"
        return self.site.view(f"{path}{mark}{signing.query(fields)}", self.host, **headers)

    def by_cookies(self, fields: dict[str, str], path: str = PATH) -> Reply:
        """Send a request with these parameters as cookies."""
        return self.site.view(path, self.host, **signing.cookies(fields))


@pytest.fixture
def private(site: EdgeSite) -> Private:
    """A private distribution with one RSA key."""
    key_id = site.public_key(signing.rsa_key())
    created = site.distribution(DefaultCacheBehavior=behavior(key_groups=(site.key_group(key_id),)))
    site.grant(created)
    return Private(site, created, key_id)


def test_unsigned(private: Private) -> None:
    """An unsigned request is refused with MissingKey and CloudFront's message."""
    reply = private.site.view(PATH, private.host)
    assert reply.verdict == (403, "MissingKey")
    assert b"<Message>Missing Key-Pair-Id query parameter or cookie value</Message>" in reply.body
    assert reply.headers["Content-Type"] == "text/xml"
    assert reply.headers["Server"] == "CloudFront"
    assert reply.headers["X-Cache"] == "Error from cloudfront"
    assert reply.headers["X-Amz-Cf-Id"]
    assert "cloudfront" in reply.headers["Via"]
    assert not reply.from_s3


@pytest.mark.parametrize("way", ["by_url", "by_cookies"])
def test_canned(private: Private, way: str) -> None:
    """A canned policy opens its URL, by parameters and by cookies."""
    fields = signing.canned_fields(private.url, signing.rsa_key(), private.key_id)
    reply = getattr(private, way)(fields)
    assert (reply.status, reply.body) == (200, SEGMENT)


@pytest.mark.parametrize("way", ["by_url", "by_cookies"])
def test_custom(private: Private, way: str) -> None:
    """A custom policy opens what it names, by parameters and by cookies."""
    text = signing.policy(f"https://{private.host}/hls/*")
    reply = getattr(private, way)(signing.custom_fields(text, signing.rsa_key(), private.key_id))
    assert (reply.status, reply.body) == (200, SEGMENT)


def test_botocore_signs_alike(private: Private) -> None:
    """Signatures of botocore's signer are accepted."""
    signer = CloudFrontSigner(
        private.key_id, lambda text: signing.rsa_key().sign(text, padding.PKCS1v15(), hashes.SHA1())
    )
    until = datetime.datetime.now() + datetime.timedelta(minutes=1)
    canned = signer.generate_presigned_url(private.url, date_less_than=until)
    text = signer.build_policy(private.url, until, ip_address="127.0.0.1")
    custom = signer.generate_presigned_url(private.url, policy=text)
    for url in (canned, custom):
        assert private.site.view(url.removeprefix(f"https://{private.host}"), private.host).status == 200


def test_ecdsa(site: EdgeSite) -> None:
    """An ECDSA key signs as well as an RSA key."""
    key_id = site.public_key(signing.ecdsa_key())
    created = site.distribution(DefaultCacheBehavior=behavior(key_groups=(site.key_group(key_id),)))
    site.grant(created)
    private = Private(site, created, key_id)
    assert private.by_url(signing.canned_fields(private.url, signing.ecdsa_key(), key_id)).status == 200
    foreign = signing.canned_fields(private.url, signing.ecdsa_key("theirs"), key_id)
    assert private.by_url(foreign).verdict == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("signed_by", "named", "expected"),
    [
        (hashes.SHA1(), {}, 200),
        (hashes.SHA1(), {"Hash-Algorithm": "SHA1"}, 200),
        (hashes.SHA256(), {"Hash-Algorithm": "SHA256"}, 200),
        (hashes.SHA256(), {}, 403),
        (hashes.SHA1(), {"Hash-Algorithm": "SHA256"}, 403),
        (hashes.SHA256(), {"Hash-Algorithm": "SHA512"}, 403),
    ],
)
@pytest.mark.parametrize("way", ["by_url", "by_cookies"])
def test_hashes(
    private: Private, signed_by: hashes.HashAlgorithm, named: dict[str, str], expected: int, way: str
) -> None:
    """SHA-1 is the default, and SHA-256 must be named."""
    until = signing.soon()
    signature = signing.sign(signing.rsa_key(), signing.canned_policy(private.url, until), signed_by)
    fields = {"Expires": str(until), "Signature": signature, "Key-Pair-Id": private.key_id, **named}
    assert getattr(private, way)(fields).status == expected


def fields_but(private: Private, **changes: str | None) -> dict[str, str]:
    """Return valid canned parameters with these changes. None removes one."""
    good = signing.canned_fields(private.url, signing.rsa_key(), private.key_id)
    changed = {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Key_Pair_Id": None}, "MissingKey"),
        ({"Key_Pair_Id": ""}, "MissingKey"),
        ({"Key_Pair_Id": "K2JCJMDEHXQW5F"}, "InvalidKey"),
        ({"Signature": None}, "AccessDenied"),
        ({"Signature": ""}, "AccessDenied"),
        ({"Signature": "AAAA"}, "AccessDenied"),
        ({"Signature": "not base64!"}, "AccessDenied"),
        ({"Expires": None}, "AccessDenied"),
        ({"Expires": "9999999999"}, "AccessDenied"),
        ({"Expires": "tomorrow"}, "MalformedPolicy"),
        ({"Expires": "1.5"}, "MalformedPolicy"),
        ({"Expires": "-1"}, "MalformedPolicy"),
        ({"Expires": "1796000000000"}, "MalformedPolicy"),
        ({"Expires": "9223372036854775808"}, "MalformedPolicy"),
        ({"Policy": "not base64!"}, "MalformedPolicy"),
        ({"Policy": "bm90IGpzb24_"}, "MalformedPolicy"),
    ],
)
@pytest.mark.parametrize("way", ["by_url", "by_cookies"])
def test_refused(private: Private, changes: dict[str, str | None], code: str, way: str) -> None:
    """Missing, unknown, unreadable or altered parameters are refused with their codes."""
    fields = {name: value.replace(" ", "%20") for name, value in fields_but(private, **changes).items()}
    assert getattr(private, way)(fields).verdict == (403, code)


def test_expired_and_not_yet(private: Private) -> None:
    """A signature is refused before its start and after its expiry."""
    key = signing.rsa_key()
    old = signing.canned_fields(private.url, key, private.key_id, signing.a_minute_ago())
    assert private.by_url(old).verdict == (403, "AccessDenied")
    early = signing.policy(private.url, DateGreaterThan={"AWS:EpochTime": int(time.time()) + 30})
    assert private.by_url(signing.custom_fields(early, key, private.key_id)).verdict == (403, "AccessDenied")
    begun = signing.policy(private.url, DateGreaterThan={"AWS:EpochTime": signing.a_minute_ago()})
    assert private.by_url(signing.custom_fields(begun, key, private.key_id)).status == 200


@pytest.mark.parametrize(
    ("network", "status"),
    [("127.0.0.1/32", 200), ("127.0.0.0/8", 200), ("0.0.0.0/0", 200), ("10.0.0.0/8", 403)],
)
def test_source_ip(private: Private, network: str, status: int) -> None:
    """An IpAddress condition is compared with the viewer's address."""
    text = signing.policy(private.url, IpAddress={"AWS:SourceIp": network})
    assert private.by_url(signing.custom_fields(text, signing.rsa_key(), private.key_id)).status == status


END = '"DateLessThan":{"AWS:EpochTime":9999999999}'
BADLY_TIMED = ('"9999999999"', "9999999999.5", "true", "null", "1796000000000", "0", "9223372036854775808")


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "null",
        '{"Statement":[]}',
        '{"Statement":[{"Resource":"*"}]}',
        '{"Statement":[{"Resource":"*","Condition":{}}]}',
        '{"Statement":[{"Resource":"*","Condition":{"DateLessThan":9999999999}}]}',
        f'{{"Statement":{{"Condition":{{{END}}}}}}}',
        f'{{"Statement":[{{"Resource":["*"],"Condition":{{{END}}}}}]}}',
        f'{{"Statement":[{{"Condition":{{{END},"Other":{{}}}}}}]}}',
        f'{{"Statement":[{{"Effect":"Allow","Condition":{{{END}}}}}]}}',
        f'{{"Statement":[{{"Condition":{{{END},{END}}}}}]}}',
        f'{{"Statement":[{{"Condition":{{{END}}}}},{{"Condition":{{{END}}}}}]}}',
        f'{{"Version":"1","Statement":[{{"Condition":{{{END}}}}}]}}',
        *(
            f'{{"Statement":[{{"Condition":{{"DateLessThan":{{"AWS:EpochTime":{time}}}}}}}]}}'
            for time in BADLY_TIMED
        ),
    ],
)
def test_malformed(private: Private, text: str) -> None:
    """A custom policy has one statement with an expiry in seconds, and only known members."""
    reply = private.by_url(signing.custom_fields(text, signing.rsa_key(), private.key_id))
    assert reply.verdict == (403, "MalformedPolicy")


@pytest.mark.parametrize("network", ["::1/128", "127.0.0.300/32", "everybody", 5, ["127.0.0.1/32"]])
def test_malformed_network(private: Private, network: Any) -> None:
    """An IpAddress condition is one IPv4 range."""
    text = signing.policy(private.url, IpAddress={"AWS:SourceIp": network})
    reply = private.by_url(signing.custom_fields(text, signing.rsa_key(), private.key_id))
    assert reply.verdict == (403, "MalformedPolicy")


def test_tampered(private: Private) -> None:
    """A signature is valid only for its own policy and path."""
    fields = signing.custom_fields(signing.policy(private.url), signing.rsa_key(), private.key_id)
    wider = {**fields, "Policy": signing.to_url(signing.policy("*").encode())}
    assert private.by_url(wider).verdict == (403, "AccessDenied")
    assert private.by_url(fields, "/one.mp4").verdict == (403, "AccessDenied")
    canned = signing.canned_fields(private.url, signing.rsa_key(), private.key_id)
    assert private.by_url(canned, "/one.mp4").verdict == (403, "AccessDenied")


def test_foreign_key(private: Private) -> None:
    """A key outside the behavior's key groups is refused, with any id."""
    theirs = signing.rsa_key("theirs")
    assert private.by_url(signing.canned_fields(private.url, theirs, private.key_id)).code == "AccessDenied"
    outside = private.site.public_key(theirs)
    assert private.by_url(signing.canned_fields(private.url, theirs, outside)).code == "InvalidKey"


def test_query_strings_are_signed(private: Private) -> None:
    """Other query strings are part of the signature and cannot be added later."""
    key = signing.rsa_key()
    plain = signing.canned_fields(private.url, key, private.key_id)
    assert private.by_url(plain, f"{PATH}?size=big").verdict == (403, "AccessDenied")
    sized = signing.canned_fields(f"{private.url}?size=big&b=1", key, private.key_id)
    assert private.by_url(sized, f"{PATH}?size=big&b=1").status == 200
    assert private.by_url(sized, f"{PATH}?b=1&size=big").verdict == (403, "AccessDenied")
    between = f"{PATH}?size=big&{signing.query(sized)}&b=1"
    assert private.site.view(between, private.host).status == 200


def test_parameters_outweigh_cookies(private: Private) -> None:
    """If a URL has any of the parameters, cookies are ignored."""
    good = signing.canned_fields(private.url, signing.rsa_key(), private.key_id)
    cookies = signing.cookies(good)
    assert private.site.view(PATH, private.host, **cookies).status == 200
    for name in ("Expires", "Policy", "Signature", "Hash-Algorithm"):
        reply = private.site.view(f"{PATH}?{name}=1", private.host, **cookies)
        assert reply.verdict == (403, "MissingKey"), name
    assert private.by_url(good, Cookie="CloudFront-Key-Pair-Id=K0").status == 200
    lower = private.site.view(f"{PATH}?expires=1", private.host, **cookies)
    assert lower.verdict == (403, "AccessDenied")  # not a parameter of CloudFront's: the URL is another one


def test_twice_the_same_parameter(private: Private) -> None:
    """A URL with a repeated parameter is not a valid signed URL."""
    good = signing.canned_fields(private.url, signing.rsa_key(), private.key_id)
    path = f"{PATH}?{signing.query(good)}&Expires=9999999999"
    assert private.site.view(path, private.host).verdict == (403, "AccessDenied")


def test_every_name_of_a_distribution(private: Private) -> None:
    """A signature is for the host in the URL, CloudFront's name or the sandbox's."""
    local = label(private.created)
    port = private.site.sandbox.endpoint_url.rpartition(":")[2]
    for signed, host, status in [
        (f"https://{local}", local, 200),
        (f"https://{local}", f"{local}:{port}", 200),
        (f"https://{local}:{port}", f"{local}:{port}", 200),
        (f"http://{local}:{port}", f"{local}:{port}", 200),
        (f"http://{local}", f"{local}:{port}", 403),
        (f"http://{local}", local, 403),
        (f"https://{private.host}", local, 403),
        (f"https://{local}", private.host, 403),
    ]:
        fields = signing.canned_fields(f"{signed}{PATH}", signing.rsa_key(), private.key_id)
        reply = private.site.view(f"{PATH}?{signing.query(fields)}", host)
        assert reply.status == status, (signed, host)


def test_http_resources(private: Private) -> None:
    """A signature for http is refused for https, and one for https is refused for http."""
    allow_all = behavior(key_groups=tuple(_groups(private)), ViewerProtocolPolicy="allow-all")
    live = private.site.cloudfront.get_distribution_config(Id=private.created["Id"])["DistributionConfig"]
    private.site.change(private.created, DefaultCacheBehavior={**live["DefaultCacheBehavior"], **allow_all})
    plain = private.url.replace("https", "http")
    for url, scheme, status in [
        (private.url, "https", 200),
        (plain, "http", 200),
        (private.url, "http", 403),
        (plain, "https", 403),
    ]:
        fields = signing.canned_fields(url, signing.rsa_key(), private.key_id)
        assert private.by_url(fields, X_Forwarded_Proto=scheme).status == status, (url, scheme)


def _groups(private: Private) -> list[str]:
    live = private.site.cloudfront.get_distribution_config(Id=private.created["Id"])["DistributionConfig"]
    groups: list[str] = live["DefaultCacheBehavior"]["TrustedKeyGroups"]["Items"]
    return groups
