"""Claims about unsigned requests to a bucket's own addresses.

Source: S3 User Guide, "Virtual hosting of general purpose buckets", "Website endpoints", "Managing access with access
points", "Blocking public access".
"""

import json
from typing import Any

import pytest

from tests.edge import signing
from tests.edge.site import ARN, BUCKET, PUBLIC, SEGMENT, EdgeSite, Json, Reply

ACCOUNT = "123456789012"
ENDPOINT = ""
FORMS = [
    ENDPOINT,
    f"{BUCKET}.s3.amazonaws.com",
    f"{BUCKET}.s3.us-east-1.amazonaws.com",
    f"{BUCKET}.s3-us-east-1.amazonaws.com",
    f"{BUCKET}.s3.dualstack.us-east-1.amazonaws.com",
    f"{BUCKET}.s3-accelerate.amazonaws.com",
    f"{BUCKET.upper()}.s3.amazonaws.com:443",
    "s3.amazonaws.com",
    "s3.us-east-1.amazonaws.com",
]


def ask(site: EdgeSite, host: str, path: str = "/one.mp4", method: str = "GET", **headers: str) -> Reply:
    """Send a request to an address, with the bucket in the path if the host does not name it."""
    by_path = not host.lower().startswith(BUCKET)
    return site.view(f"/{BUCKET}{path}" if by_path else path, host, method, **headers)


def unblock(site: EdgeSite, **kept: bool) -> None:
    """Remove the public access block, except for these settings."""
    site.s3.delete_public_access_block(Bucket=BUCKET)
    if kept:
        site.s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=kept)


@pytest.mark.parametrize("host", FORMS)
def test_private(site: EdgeSite, host: str) -> None:
    """A bucket answers nobody who does not sign, by whatever address."""
    for path in ("/one.mp4", "/nothing", "/", "/?list-type=2", "/one.mp4?acl", "/?policy"):
        assert ask(site, host, path).verdict == (403, "AccessDenied"), path
    assert ask(site, host, method="HEAD").status == 403
    for method in ("PUT", "DELETE", "POST"):
        assert ask(site, host, "/one.mp4", method).verdict == (403, "AccessDenied")


@pytest.mark.parametrize("host", FORMS)
def test_public_policy(site: EdgeSite, host: str) -> None:
    """With a public policy, every address serves the objects and nothing else."""
    unblock(site)
    site.put_policy(PUBLIC)
    assert ask(site, host).body == SEGMENT
    assert ask(site, host, method="HEAD").status == 200
    assert ask(site, host, Range="bytes=0-6").body == b"segment"
    for path in ("/nothing", "/", "/one.mp4?acl"):
        assert ask(site, host, path).verdict == (403, "AccessDenied"), path
    assert ask(site, host, method="DELETE").status == 403


def test_public_list(site: EdgeSite) -> None:
    """A requester who may list learns which keys exist, and which do not."""
    unblock(site)
    site.put_policy({**PUBLIC, "Action": "s3:ListBucket", "Resource": ARN})
    assert b"<Key>one.mp4</Key>" in ask(site, ENDPOINT, "/").body
    assert ask(site, ENDPOINT, "/nothing").verdict == (404, "NoSuchKey")
    assert ask(site, ENDPOINT).verdict == (403, "AccessDenied")


@pytest.mark.parametrize(
    ("condition", "headers", "status"),
    [
        ({"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}, {}, 200),
        ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}}, {}, 403),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {}, 200),
        ({"StringLike": {"aws:Referer": "https://www.example.com/*"}}, {}, 403),
        (
            {"StringLike": {"aws:Referer": "https://www.example.com/*"}},
            {"Referer": "https://www.example.com/a"},
            200,
        ),
        ({"StringEquals": {"aws:UserAgent": "me"}}, {"User_Agent": "me"}, 200),
        ({"Bool": {"aws:SecureTransport": "true"}}, {"X_Forwarded_Proto": "http"}, 403),
        ({"Bool": {"aws:SecureTransport": True}}, {}, 200),
        ({"Null": {"aws:Referer": "true"}}, {}, 200),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, {}, 200),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, {}, 403),
        ({"StringLike": {"aws:Referer": "${aws:username}"}}, {"Referer": "x"}, 403),
    ],
)
def test_conditions(site: EdgeSite, condition: Json, headers: dict[str, str], status: int) -> None:
    """A policy can check the viewer's address, page, program, protocol and time."""
    unblock(site)
    site.put_policy({**PUBLIC, "Condition": condition})
    assert ask(site, ENDPOINT, **headers).status == status


@pytest.mark.parametrize("switch", ["RestrictPublicBuckets", "BlockPublicPolicy", "BlockPublicAcls"])
def test_blocks_on_public_policies(site: EdgeSite, switch: str) -> None:
    """RestrictPublicBuckets disables an existing public policy. The other settings affect writes."""
    unblock(site)
    site.put_policy(PUBLIC)
    unblock(site, **{switch: True})
    assert ask(site, ENDPOINT).status == (403 if switch == "RestrictPublicBuckets" else 200)


def test_public_acl(bare: EdgeSite) -> None:
    """A public grant opens the object, until public ACLs are ignored or ownership is enforced."""
    bare.create_bucket("ObjectWriter", blocked=False)
    bare.s3.put_object_acl(Bucket=BUCKET, Key="one.mp4", ACL="public-read")
    assert ask(bare, ENDPOINT).body == SEGMENT
    assert ask(bare, ENDPOINT, "/hls/one.ts").status == 403
    assert ask(bare, ENDPOINT, "/").status == 403
    unblock(bare, IgnorePublicAcls=True)
    assert ask(bare, ENDPOINT).status == 403
    unblock(bare)
    bare.s3.put_bucket_acl(Bucket=BUCKET, ACL="public-read")
    assert ask(bare, ENDPOINT, "/").status == 200
    assert ask(bare, ENDPOINT, "/nothing").verdict == (404, "NoSuchKey")
    bare.s3.put_bucket_acl(Bucket=BUCKET, ACL="private")
    assert ask(bare, ENDPOINT).status == 200
    bare.s3.put_bucket_ownership_controls(
        Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    assert ask(bare, ENDPOINT).status == 403


def test_authenticated_users_sign(bare: EdgeSite) -> None:
    """A grant to authenticated users does not allow unsigned requests."""
    bare.create_bucket("ObjectWriter", blocked=False)
    bare.s3.put_object_acl(Bucket=BUCKET, Key="one.mp4", ACL="authenticated-read")
    assert ask(bare, ENDPOINT).status == 403


def test_encrypted_objects_need_a_signature(site: EdgeSite) -> None:
    """An object encrypted with KMS needs a signed request."""
    unblock(site)
    site.put_policy(PUBLIC)
    site.put("one.mp4", ServerSideEncryption="aws:kms")
    assert ask(site, ENDPOINT).status == 403


def test_the_parameters_of_cloudfront_are_not_a_signature(site: EdgeSite) -> None:
    """The bucket refuses a URL that is signed for CloudFront."""
    url = f"https://{BUCKET}.s3.amazonaws.com/one.mp4"
    fields = signing.query(signing.canned_fields(url, signing.rsa_key(), "K0"))
    assert ask(site, FORMS[1], f"/one.mp4?{fields}").verdict == (403, "AccessDenied")
    assert ask(site, ENDPOINT, Authorization="Bearer any").verdict == (403, "AccessDenied")


def test_missing_bucket(site: EdgeSite) -> None:
    """A missing bucket is 404, and is not created."""
    assert site.view("/one.mp4", "nothing-here.s3.amazonaws.com").verdict == (404, "NoSuchBucket")
    assert site.view("/", "nothing-here.s3.amazonaws.com", "PUT").verdict == (403, "AccessDenied")


def test_other_region(site: EdgeSite) -> None:
    """The address of another region is 301 with the bucket's region."""
    reply = site.view("/one.mp4", f"{BUCKET}.s3.eu-west-1.amazonaws.com")
    assert (reply.verdict, reply.headers["x-amz-bucket-region"]) == ((301, "PermanentRedirect"), "us-east-1")


class TestWebsite:
    """The website endpoint."""

    HOST = f"{BUCKET}.s3-website-us-east-1.amazonaws.com"

    def publish(self, site: EdgeSite, **config: Any) -> None:
        """Create a website with an index, an error page, and a public policy."""
        unblock(site)
        site.put_policy(PUBLIC)
        site.put("index.html", b"index")
        site.put("hls/index.html", b"list")
        site.put("error.html", b"sorry")
        usual = {"IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"}}
        site.s3.put_bucket_website(Bucket=BUCKET, WebsiteConfiguration=config or usual)

    def test_none(self, site: EdgeSite) -> None:
        """A bucket without a website configuration is refused, public or not."""
        unblock(site)
        site.put_policy(PUBLIC)
        reply = site.view("/one.mp4", self.HOST)
        assert (reply.status, b"NoSuchWebsiteConfiguration" in reply.body) == (404, True)

    def test_private(self, site: EdgeSite) -> None:
        """A website serves only public objects."""
        self.publish(site)
        site.s3.delete_bucket_policy(Bucket=BUCKET)
        for path in ("/", "/one.mp4", "/nothing"):
            reply = site.view(path, self.HOST)
            assert (reply.status, b"AccessDenied" in reply.body) == (403, True), path
            assert reply.headers["Content-Type"] == "text/html"

    @pytest.mark.parametrize("host", [HOST, f"{BUCKET}.s3-website.us-east-1.amazonaws.com"])
    def test_public(self, site: EdgeSite, host: str) -> None:
        """A website serves its index for a folder, and its error page with the error's status."""
        self.publish(site)
        assert site.view("/", host).body == b"index"
        assert site.view("/hls/", host).body == b"list"
        assert site.view("/hls", host).headers["Location"] == "/hls/"
        assert site.view("/one.mp4", host).body == SEGMENT
        missing = site.view("/nothing", host)
        assert (missing.status, missing.body) == (403, b"sorry")
        assert site.view("/", host, "POST").status == 405

    def test_redirection(self, site: EdgeSite) -> None:
        """A website can redirect every request."""
        self.publish(site, RedirectAllRequestsTo={"HostName": "www.example.com", "Protocol": "https"})
        reply = site.view("/a", self.HOST)
        assert (reply.status, reply.headers["Location"]) == (301, "https://www.example.com/a")


class TestAccessPoint:
    """An access point of the bucket."""

    HOST = f"lectures-{ACCOUNT}.s3-accesspoint.us-east-1.amazonaws.com"
    RESOURCE = f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/lectures"

    def make(self, s3control: Any, *, blocked: bool = False) -> str:
        """Create an access point and return its alias."""
        block = {
            "BlockPublicAcls": blocked,
            "IgnorePublicAcls": blocked,
            "BlockPublicPolicy": blocked,
            "RestrictPublicBuckets": blocked,
        }
        created = s3control.create_access_point(
            AccountId=ACCOUNT, Name="lectures", Bucket=BUCKET, PublicAccessBlockConfiguration=block
        )
        return str(created["Alias"])

    def open(self, s3control: Any) -> None:
        """Allow everybody to read through the access point."""
        statement = {**PUBLIC, "Resource": f"{self.RESOURCE}/object/*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        s3control.put_access_point_policy(AccountId=ACCOUNT, Name="lectures", Policy=policy)

    def test_both_policies_must_allow(self, site: EdgeSite, s3control: Any) -> None:
        """An object is served if both the access point's policy and the bucket's allow it."""
        alias = self.make(s3control)
        unblock(site)
        hosts = (self.HOST, f"{alias}.s3.us-east-1.amazonaws.com")
        for host in hosts:
            assert site.view("/one.mp4", host).verdict == (403, "AccessDenied")
        self.open(s3control)
        for host in hosts:
            assert site.view("/one.mp4", host).verdict == (403, "AccessDenied")
        delegated = {"StringEquals": {"s3:DataAccessPointAccount": ACCOUNT}}
        site.put_policy({**PUBLIC, "Condition": delegated})
        for host in hosts:
            assert site.view("/one.mp4", host).body == SEGMENT
        assert ask(site, ENDPOINT).status == 403

    def test_blocked(self, site: EdgeSite, s3control: Any) -> None:
        """An access point that blocks public access serves no unsigned request, with any policy."""
        self.make(s3control, blocked=True)
        self.open(s3control)
        unblock(site)
        site.put_policy(PUBLIC)
        assert site.view("/one.mp4", self.HOST).verdict == (403, "AccessDenied")

    def test_unknown(self, site: EdgeSite) -> None:
        """An unknown access point is 404."""
        assert site.view("/one.mp4", self.HOST).verdict == (404, "NoSuchAccessPoint")
