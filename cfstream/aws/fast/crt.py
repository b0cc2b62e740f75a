"""AWS through awscrt: sockets, TLS, HTTP and signatures are native code, on one event loop of this process.

`Crt` is for S3's objects in a worker. `Connector` and `RequestSigner` are also for the reads of `aws/direct`.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, partial
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
from cfstream.values import DEFAULT_PORTS

EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
CONNECT_MILLISECONDS = 10_000


class Endpoint(NamedTuple):
    """Where AWS answers, and what requests need."""

    scheme: str
    host: str
    port: int
    region: str
    agent: str
    owner: str = ""
    """The account that must own the bucket."""
    authorities: str | None = None
    """A file with certificates to trust instead of the system's."""

    @property
    def name(self) -> str:
        """The value of the header Host."""
        usual = DEFAULT_PORTS[self.scheme]
        return self.host if self.port == usual else f"{self.host}:{self.port}"


class Connector:
    """Opens connections to one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._socket = SocketOptions()
        self._socket.connect_timeout_ms = CONNECT_MILLISECONDS
        self._endpoint = endpoint
        self._tls = _tls(endpoint) if endpoint.scheme == "https" else None

    def open(self) -> Any:
        """Return a future of awscrt's connection."""
        options = None
        if self._tls is not None:
            options = self._tls.new_connection_options()
            options.set_server_name(self._endpoint.host)
        opened = HttpClientConnection.new(
            self._endpoint.host, self._endpoint.port, _bootstrap(), self._socket, options
        )
        opened.add_done_callback(_keep_thread_state)
        return opened


class RequestSigner:
    """Signs requests to one service (Signature Version 4), with the credentials of the last `authenticate`."""

    def __init__(self, service: str, region: str, clock: Callable[[], float]) -> None:
        """`service` is its name in signatures. `clock` returns monotonic seconds."""
        self._service = service
        self._region = region
        self._clock = clock
        self._provider: Any = None
        self._configs: dict[str, tuple[float, Any]] = {}

    def authenticate(self, access_key: str, secret_key: str, token: str | None) -> None:
        """Sign with these credentials from now on."""
        self._provider = AwsCredentialsProvider.new_static(access_key, secret_key, token)
        self._configs.clear()

    def sign(self, request: HttpRequest, sha256: str = EMPTY_SHA256) -> None:
        """Add the headers of a signature. `sha256` is the digest of the body."""
        aws_sign_request(request, self._config(sha256)).result()

    def _config(self, sha256: str) -> Any:
        """Return the settings for signing this body now. A second's are used for all requests of that second."""
        now = self._clock()
        made, config = self._configs.get(sha256, (-1.0, None))
        if config is None or not 0 <= now - made < 1.0:
            if len(self._configs) > 1_000:
                self._configs.clear()
            # S3 alone signs the path as it is sent, and the digest of the body as a header.
            of_s3 = self._service == "s3"
            header = AwsSignedBodyHeaderType
            config = AwsSigningConfig(
                algorithm=AwsSigningAlgorithm.V4,
                credentials_provider=self._provider,
                region=self._region,
                service=self._service,
                date=datetime.now(UTC),
                use_double_uri_encode=not of_s3,
                should_normalize_uri_path=not of_s3,
                signed_body_value=sha256,
                signed_body_header_type=header.X_AMZ_CONTENT_SHA_256 if of_s3 else header.NONE,
            )
            self._configs[sha256] = (now, config)
        return config


class Crt:
    """A `Transport`."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], float]) -> None:
        self._owner, self._agent, self._name = endpoint.owner, endpoint.agent, endpoint.name
        self._connector = Connector(endpoint)
        self._signer = RequestSigner("s3", endpoint.region, clock)
        self.authenticate = self._signer.authenticate

    def connect(self, done: Callable[[Wire | None, str], None]) -> None:
        """Open a connection."""
        self._connector.open().add_done_callback(partial(self._connected, done))

    def _connected(self, done: Callable[[Wire | None, str], None], future: Any) -> None:
        error = future.exception()
        if error is None:
            done(_CrtConnection(future.result(), self), "")
        else:
            done(None, str(getattr(error, "name", error)))

    def signed(self, method: str, target: str, document: NewAcl | None) -> HttpRequest:
        """Return a signed request."""
        pairs = [
            ("Host", self._name),
            ("x-amz-expected-bucket-owner", self._owner),
            ("User-Agent", self._agent),
        ]
        body = None
        if document is not None:
            body = BytesIO(document.body)
            pairs += [("Content-Length", str(len(document.body))), ("Content-MD5", document.md5)]
        request = HttpRequest(method, target, HttpHeaders(pairs), body)
        self._signer.sign(request, EMPTY_SHA256 if document is None else document.sha256)
        return request


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


def _keep_thread_state(_opened: Any) -> None:
    """Keep Python's state of the thread that calls this, awscrt's event loop, until the process ends.

    Python did not start that thread, so it creates a state for each callback and deletes it afterwards, and the memory
    for the callback's frames with it. That took a quarter of the CPU time of a read. An additional PyGILState_Ensure
    without its PyGILState_Release keeps them (Python/C API, "Non-Python created threads").
    """
    with suppress(ImportError):  # ctypes is optional when Python is built
        from ctypes import pythonapi

        pythonapi.PyGILState_Ensure()


@cache
def _bootstrap() -> ClientBootstrap:
    """Return the one event loop of this process."""
    loops = EventLoopGroup(1)
    return ClientBootstrap(loops, DefaultHostResolver(loops))


def _tls(endpoint: Endpoint) -> Any:
    options = TlsContextOptions()
    if endpoint.authorities:
        options.override_default_trust_store_from_path(None, endpoint.authorities)
    return ClientTlsContext(options)
