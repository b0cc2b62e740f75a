"""Which clients are created, with which settings, and that a client for writes sends each request once."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.loaders import Loader

from cfstream.aws.sessions import Clients, ConnectionSettings, is_amazon
from cfstream.errors import NoCredentials, WrongUsage
from cfstream.startup.models import NamedFolders, PlainFiles

HERE = "http://127.0.0.1:4566"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove all settings of the machine that runs the tests."""
    for name in (
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")


def test_a_client_is_made_once() -> None:
    """There is one for each service, region and direction."""
    clients = Clients(ConnectionSettings())
    assert clients.of("sts") is clients.of("sts")
    assert clients.of("sts") is not clients.of("sts", write=True)
    assert clients.of("sts", "us-east-1") is clients.of("sts")


def test_reads_are_repeated_and_writes_are_not() -> None:
    """A read has five attempts. A write is sent once."""
    clients = Clients(ConnectionSettings())
    assert clients.of("sts").meta.config.retries["total_max_attempts"] == 5
    assert clients.of("sts", write=True).meta.config.retries["total_max_attempts"] == 1


def test_amazon_is_known_by_its_hosts() -> None:
    """AWS's endpoints of all partitions are recognised, and similar names are not."""
    assert is_amazon(Clients(ConnectionSettings()).of("cloudfront"))
    assert is_amazon(Clients(ConnectionSettings(region="cn-north-1")).of("cloudfront"))
    assert not is_amazon(Clients(ConnectionSettings(endpoint_url=HERE)).of("cloudfront"))
    for host, ours in {
        "cloudfront.global.api.aws": True,
        "cloudfront.cn-northwest-1.amazonaws.com.cn": True,
        "amazonaws.com.example": False,
        "notamazonaws.com": False,
    }.items():
        client = SimpleNamespace(meta=SimpleNamespace(endpoint_url=f"https://{host}"))
        assert is_amazon(client) is ours


@pytest.mark.parametrize("by", ["flag", "environment", "environment of s3"])
def test_emulators_have_buckets_in_the_path(by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another endpoint's address cannot have a bucket's name in front, however it was given."""
    if by != "flag":
        monkeypatch.setenv(
            "AWS_ENDPOINT_URL_S3" if by.endswith("s3") else "AWS_ENDPOINT_URL", "http://localhost:4566"
        )
    settings = (
        ConnectionSettings(endpoint_url="http://localhost:4566") if by == "flag" else ConnectionSettings()
    )
    s3 = Clients(settings).of("s3", "eu-west-1")
    assert s3.meta.config.s3["addressing_style"] == "path"
    assert s3.meta.region_name == "eu-west-1"


def test_amazon_has_buckets_in_the_host() -> None:
    """AWS is addressed as it recommends."""
    assert Clients(ConnectionSettings()).of("s3").meta.config.s3["addressing_style"] == "auto"


def test_account_is_not_in_an_emulators_host() -> None:
    """S3 Control puts the account before the host, where other endpoints do not answer. For AWS it stays."""
    account = "123456789012"
    for endpoint, host in {
        HERE: "127.0.0.1:4566",
        None: f"{account}.s3-control.us-east-1.amazonaws.com",
    }.items():
        s3control = Clients(ConnectionSettings(endpoint_url=endpoint)).of("s3control")
        sent: list[str] = []
        s3control.meta.events.register("before-call.s3-control", _note_url(sent))
        s3control.get_public_access_block(AccountId=account)
        assert sent == [f"{endpoint or f'https://{host}'}/v20180820/configuration/publicAccessBlock"]


def _note_url(sent: list[str]) -> Any:
    def note(params: Any, **_: Any) -> Any:
        sent.append(params["url"])
        return SimpleNamespace(status_code=200), {}

    return note


@pytest.mark.parametrize(
    ("environment", "flag", "region"),
    [
        ({}, None, "us-east-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, None, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": "eu-west-2"}, None, "eu-west-2"),
        ({"AWS_REGION": "eu-west-2"}, "eu-west-3", "eu-west-3"),
    ],
)
def test_region(
    environment: dict[str, str], flag: str | None, region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flag comes first, then AWS_REGION, botocore's configuration, and us-east-1."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Clients(ConnectionSettings(region=flag)).region == region


def test_the_index_of_tags_is_read_in_us_east_1() -> None:
    """CloudFront's tags are in the index of us-east-1, for every session."""
    clients = Clients(ConnectionSettings(region="eu-west-1"))
    assert clients.of("resourcegroupstaggingapi").meta.region_name == "us-east-1"


def test_the_sandbox_ignores_the_settings_of_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It ignores a broken configuration, a missing profile and a proxy."""
    (tmp_path / "config").write_text("[default\nregion")
    monkeypatch.setenv("AWS_PROFILE", "nope")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    clients = Clients(ConnectionSettings(endpoint_url=HERE, sandbox=True))
    client = clients.of("cloudfront")
    assert client.meta.endpoint_url == HERE
    assert client.meta.config.proxies == {}
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert Clients(ConnectionSettings(endpoint_url=HERE, sandbox=True)).of("s3") is not None


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        (ConnectionSettings(profile="nope"), WrongUsage),
        (ConnectionSettings(endpoint_url="127.0.0.1:4566"), WrongUsage),
        (ConnectionSettings(region="eu west"), WrongUsage),
    ],
    ids=["profile", "endpoint", "region"],
)
def test_invalid_settings(settings: ConnectionSettings, kind: type[Exception]) -> None:
    """An invalid setting is reported when a client is created, before anything is sent."""
    with pytest.raises(kind):
        Clients(settings).of("sts")


def test_a_broken_configuration_file(tmp_path: Path) -> None:
    """The error names an unreadable file."""
    (tmp_path / "config").write_text("[default\nregion")
    with pytest.raises(WrongUsage, match="config"):
        Clients(ConnectionSettings()).of("sts")


def test_half_of_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """An access key without its secret is reported, and never combined with other credentials."""
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NoCredentials, match="Partial"):
        Clients(ConnectionSettings()).of("sts")


def test_models_are_read_as_botocore_reads_them() -> None:
    """The fast loader returns the same models, and the same errors for unknown services."""
    quick, slow = NamedFolders(file_loader=PlainFiles()), Loader()
    for service in ("cloudfront", "s3", "s3control", "sts"):
        assert quick.load_service_model(service, "service-2") == slow.load_service_model(service, "service-2")
    assert quick.load_data("endpoints") == slow.load_data("endpoints")
    for loader in (quick, slow):
        with pytest.raises(botocore.exceptions.DataNotFoundError):
            loader.load_service_model("nope", "service-2")


class RefusingHandler(BaseHTTPRequestHandler):
    """Answers every request with the same refusal, and records it."""

    status = 500
    code = "InternalError"
    seen: ClassVar[list[str]] = []

    def _refuse(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append(self.command)
        body = (
            f"<Error><Code>{self.code}</Code><Message>no</Message><Region>eu-west-1</Region></Error>".encode()
        )
        self.send_response(self.status)
        self.send_header("x-amz-bucket-region", "eu-west-1")
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_PUT = do_GET = do_HEAD = do_DELETE = _refuse  # noqa: N815 (http.server's names)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
        """Print nothing."""


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (500, "InternalError"),
        (503, "SlowDown"),
        (409, "OperationAborted"),
        (301, "PermanentRedirect"),
        (307, "TemporaryRedirect"),
        (400, "AuthorizationHeaderMalformed"),
        (400, "IllegalLocationConstraintException"),
    ],
)
def test_nothing_below_the_steps_sends_a_write_twice(status: int, code: str) -> None:
    """Neither botocore's retries nor its redirects to another region repeat a document."""
    seen: list[str] = []
    handler = type("Handler", (RefusingHandler,), {"status": status, "code": code, "seen": seen})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        endpoint = f"http://127.0.0.1:{server.server_address[1]}"
        s3 = Clients(ConnectionSettings(region="us-east-1", endpoint_url=endpoint, sandbox=True)).of(
            "s3", write=True
        )
        with pytest.raises(ClientError):
            s3.put_bucket_policy(Bucket="media", Policy="{}")
        server.shutdown()
    assert seen == ["PUT"]
