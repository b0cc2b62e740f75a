"""S3 through awscrt: sockets, TLS, HTTP and signatures are native code, on one event loop of this process."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple

from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSignedBodyHeaderType,
    AwsSigningAlgorithm,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.http import HttpClientConnection, HttpHeaders, HttpRequest
from awscrt.io import (
    ClientBootstrap,
    ClientTlsContext,
    DefaultHostResolver,
    EventLoopGroup,
    SocketOptions,
    TlsContextOptions,
)

from cfstream.aws.fast.acl_xml import NewAcl
from cfstream.aws.fast.parts import LOST, Done, Wire

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
CONNECT_MILLISECONDS = 10_000


class Endpoint(NamedTuple):
    """Where a bucket is, and what requests to it need."""

    scheme: str
    host: str
    port: int
    region: str
    owner: str
    """The account that must own the bucket."""
    agent: str
    authorities: str | None = None
    """A file with certificates to trust instead of the system's."""


class Crt:
    """A `Transport`. Signatures use the credentials of the last `authenticate`."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], float]) -> None:
        loops = EventLoopGroup(1)
        self._bootstrap = ClientBootstrap(loops, DefaultHostResolver(loops))
        self._socket = SocketOptions()
        self._socket.connect_timeout_ms = CONNECT_MILLISECONDS
        self._endpoint = endpoint
        self._clock = clock
        self._tls = _tls(endpoint) if endpoint.scheme == "https" else None
        usual = {"http": 80, "https": 443}[endpoint.scheme]
        self._name = endpoint.host if endpoint.port == usual else f"{endpoint.host}:{endpoint.port}"
        self._provider: Any = None
        self._configs: dict[str, tuple[float, Any]] = {}

    def authenticate(self, access_key: str, secret_key: str, token: str | None) -> None:
        """Sign with these credentials from now on."""
        self._provider = AwsCredentialsProvider.new_static(access_key, secret_key, token)
        self._configs.clear()

    def connect(self, done: Callable[[Wire | None, str], None]) -> None:
        """Open a connection."""
        options = None
        if self._tls is not None:
            options = self._tls.new_connection_options()
            options.set_server_name(self._endpoint.host)
        future = HttpClientConnection.new(
            self._endpoint.host, self._endpoint.port, self._bootstrap, self._socket, options
        )
        future.add_done_callback(partial(self._connected, done))

    def _connected(self, done: Callable[[Wire | None, str], None], future: Any) -> None:
        error = future.exception()
        if error is None:
            done(_CrtConnection(future.result(), self), "")
        else:
            done(None, str(getattr(error, "name", error)))

    def signed(self, method: str, target: str, document: NewAcl | None) -> HttpRequest:
        """Return a signed request."""
        endpoint = self._endpoint
        pairs = [
            ("Host", self._name),
            ("x-amz-expected-bucket-owner", endpoint.owner),
            ("User-Agent", endpoint.agent),
        ]
        body = None
        if document is not None:
            body = BytesIO(document.body)
            pairs += [("Content-Length", str(len(document.body))), ("Content-MD5", document.md5)]
        request = HttpRequest(method, target, HttpHeaders(pairs), body)
        sha256 = EMPTY_SHA256 if document is None else document.sha256
        aws_sign_request(request, self._config(sha256)).result()
        return request

    def _config(self, sha256: str) -> Any:
        """Return the settings for signing this body now. A second's are used for all requests of that second."""
        now = self._clock()
        made, config = self._configs.get(sha256, (-1.0, None))
        if config is None or not 0 <= now - made < 1.0:
            if len(self._configs) > 1_000:
                self._configs.clear()
            config = AwsSigningConfig(
                algorithm=AwsSigningAlgorithm.V4,
                credentials_provider=self._provider,
                region=self._endpoint.region,
                service="s3",
                date=datetime.now(UTC),
                use_double_uri_encode=False,
                should_normalize_uri_path=False,
                signed_body_value=sha256,
                signed_body_header_type=AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
            )
            self._configs[sha256] = (now, config)
        return config


class _CrtConnection:
    """A `Wire`."""

    __slots__ = ("_connection", "_crt")

    def __init__(self, connection: Any, crt: Crt) -> None:
        self._connection = connection
        self._crt = crt

    def is_open(self) -> bool:
        return bool(self._connection.is_open())

    def close(self) -> None:
        self._connection.close()

    def send(self, method: str, target: str, document: NewAcl | None, done: Done) -> None:
        chunks: list[bytes] = []

        def on_body(http_stream: Any, chunk: bytes, **_: Any) -> None:  # noqa: ARG001 (awscrt names them)
            chunks.append(chunk)

        def on_complete(future: Any) -> None:
            error = future.exception()
            if error is None:
                done(future.result(), chunks[0] if len(chunks) == 1 else b"".join(chunks))
            else:
                done(LOST, str(getattr(error, "name", error)).encode())

        try:
            request = self._crt.signed(method, target, document)
            stream = self._connection.request(request, on_body=on_body)
            stream.completion_future.add_done_callback(on_complete)
            stream.activate()
        except Exception as error:
            # Everything that awscrt raises here means that nothing was sent: the connection was closed meanwhile.
            done(LOST, str(getattr(error, "name", type(error).__name__)).encode())


def _tls(endpoint: Endpoint) -> Any:
    options = TlsContextOptions()
    if endpoint.authorities:
        options.override_default_trust_store_from_path(None, endpoint.authorities)
    return ClientTlsContext(options)
