"""Send frequent reads through awscrt: the requests that botocore would send, at a quarter of its CPU time.

A plan of a hundred stacks makes hundreds of reads, and botocore with urllib3 needs more time for them than cfstream for
everything else. Requests are built and replies are parsed with botocore's models here too. Only signatures, sockets and
TLS are awscrt's, and botocore's chain of handlers is left out.

Where to send requests, and how to sign them, is taken from the first request that botocore itself sends. Everything
unusual is left to botocore, which makes the call again: redirects, throttling, retries, lost connections, and errors
other than a missing document or permission. Only reads come here, so making a call twice is harmless.
"""

import re
import threading
from collections.abc import Mapping
from importlib.util import find_spec
from time import monotonic
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from cfstream import errors
from cfstream.aws.governor import Governor, is_throttle
from cfstream.aws.sessions import CONNECT_SECONDS, READ_SECONDS, Clients
from cfstream.aws.unknown_members import is_watched, note_unknown
from cfstream.ports import Call
from cfstream.startup.lean_botocore import lean_botocore
from cfstream.values import DEFAULT_PORTS, Json

if TYPE_CHECKING:
    from cfstream.aws.fast.crt import Endpoint, RequestSigner

with lean_botocore():
    from botocore.awsrequest import HeadersDict
    from botocore.exceptions import ClientError
    from botocore.handlers import remove_bucket_from_url_paths_from_model
    from botocore.hooks import first_non_none_response
    from botocore.serialize import create_serializer
    from botocore.utils import percent_encode_sequence

OPERATIONS = frozenset(
    {
        ("cloudfront", "get_distribution"),
        ("cloudfront", "get_streaming_distribution"),
        ("cloudfront", "list_tags_for_resource"),
        ("s3", "get_bucket_acl"),
        ("s3", "get_bucket_encryption"),
        ("s3", "get_bucket_ownership_controls"),
        ("s3", "get_bucket_policy"),
        ("s3", "get_object_acl"),
        ("s3", "get_public_access_block"),
    }
)
"""Reads that are made for each stack or each object. botocore changes neither their parameters nor their replies."""

WORTHWHILE = 20
"""Such reads of a run before awscrt is loaded, which takes the CPU time of about 40 reads of botocore."""

DECIDED = (403, 404)
"""Statuses of errors that botocore does not repeat."""

_PLAIN_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]+")
"""botocore accepts more as a bucket: ARNs of access points, and names in upper case."""
_SCOPE = re.compile(r"Credential=.+/\d{8}/([^/]+)/([^/]+)/aws4_request")


class DirectReads:
    """The frequent reads of one session. Safe for many threads."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._guard = threading.Lock()
        self._asked = 0
        self._routes: dict[tuple[str, str], _Route | None] = {}
        self._learning: dict[tuple[str, str], _Learning] = {}

    def reply(self, call: Call, client: Any) -> Json | None:
        """Return AWS's reply in botocore's form; None if botocore must make the call.

        Raises botocore's ClientError for a missing document or permission.
        """
        if (call.service, call.operation) not in OPERATIONS:
            return None
        key = (call.service, call.region)
        route = self._routes[key] if key in self._routes else self._learnt(key, client)
        return None if route is None else route.reply(call)

    def _learnt(self, key: tuple[str, str], client: Any) -> "_Route | None":
        """Return the route as soon as it is known and worthwhile."""
        with self._guard:
            self._asked += 1
            if self._asked <= WORTHWHILE:
                return None
            if key not in self._learning:
                self._learning[key] = _Learning(client, key[0])
            request = self._learning[key].request
            if request is not None and key not in self._routes:
                governor = self._clients.governor(*key)
                self._routes[key] = _route(self._clients, client, governor, request)
            return self._routes.get(key)


class _Learning:
    """Keeps the first request that botocore makes for a client."""

    def __init__(self, client: Any, service: str) -> None:
        self.request: Any = None
        self._event = f"before-send.{service}"
        self._events = client.meta.events
        self._events.register_last(self._event, self._keep)

    def _keep(self, request: Any, **_: Any) -> None:
        self._events.unregister(self._event, self._keep)
        self.request = request


class _Route:
    """The way of a client's requests to one endpoint."""

    def __init__(
        self, clients: Clients, client: Any, governor: Governor, endpoint: "Endpoint", signer: "RequestSigner"
    ) -> None:
        from cfstream.aws.fast.crt import Connector

        self._clients = clients
        self._client = client
        self._governor = governor
        self._usual = [("Host", endpoint.name), ("User-Agent", endpoint.agent)]
        self._connector = Connector(endpoint)
        self._signer = signer
        self._base = urlsplit(client.meta.endpoint_url).path.rstrip("/")
        self._credentials: Any = None
        self._idle: list[Any] = []
        self._usable = True
        self._operations: dict[str, _Operation] = {}

    def reply(self, call: Call) -> Json | None:
        bucket = call.params.get("Bucket")
        if not self._usable or not (bucket is None or _PLAIN_BUCKET.fullmatch(bucket)):
            return None
        operation = self._operation(call.operation)
        target, headers = operation.request(call.params, self._base)
        self._governor.pace()
        received = self._send(target, headers)
        if received is None:
            return None
        parsed = operation.parsed(*received)
        self._governor.note(parsed)
        if received[0] < 300:
            return parsed
        code = str(parsed.get("Error", {}).get("Code", ""))
        if received[0] in DECIDED and code and not is_throttle(code):
            raise ClientError(parsed, operation.name)
        return None

    def _operation(self, name: str) -> "_Operation":
        found = self._operations.get(name)
        if found is None:
            found = self._operations[name] = _Operation(name, self._client, self._clients)
        return found

    def _send(self, target: str, headers: Mapping[str, str]) -> "tuple[int, Any, bytes] | None":
        """Return status, headers and body; None if they did not arrive."""
        from awscrt.http import HttpHeaders, HttpRequest

        connection = self._connection()
        if connection is None:
            return None
        head: list[Any] = []
        chunks: list[bytes] = []

        def on_response(http_stream: Any, status_code: int, headers: Any, **_: Any) -> None:  # noqa: ARG001
            head[:] = status_code, headers

        def on_body(http_stream: Any, chunk: bytes, **_: Any) -> None:  # noqa: ARG001 (awscrt names them)
            chunks.append(chunk)

        request = HttpRequest("GET", target, HttpHeaders([*self._usual, *headers.items()]))
        try:
            self._authenticate()
            self._signer.sign(request)
            stream = connection.request(request, on_response, on_body)
            stream.activate()
            stream.completion_future.result(READ_SECONDS)
        except errors.CfstreamError:
            connection.close()
            raise
        except Exception:
            # Whatever it is, botocore makes the call again, and reports it if it persists.
            connection.close()
            return None
        self._idle.append(connection)
        return (head[0], HeadersDict(head[1]), b"".join(chunks)) if head else None

    def _connection(self) -> Any:
        """Return an open connection; None if there is none."""
        while self._idle:
            try:
                kept = self._idle.pop()
            except IndexError:  # another thread took it
                break
            if kept.is_open():
                return kept
        try:
            return self._connector.open().result(CONNECT_SECONDS)
        except Exception:
            # botocore reports why, if it cannot connect either.
            self._usable = False
            return None

    def _authenticate(self) -> None:
        found = self._clients.frozen_credentials()
        if found is not None and found != self._credentials:
            self._signer.authenticate(*found)
            self._credentials = found


class _Operation:
    """How botocore builds the requests of an operation, and parses the replies."""

    def __init__(self, name: str, client: Any, clients: Clients) -> None:
        model = client.meta.service_model
        self._model = model.operation_model(client.meta.method_to_api_mapping[name])
        self.name: str = self._model.name
        self._output = self._model.output_shape
        # As botocore does before an operation's first call. It puts the bucket where the endpoint's rules want it.
        remove_bucket_from_url_paths_from_model({}, self._model, {})
        protocol = model.resolved_protocol
        self._serializer = create_serializer(protocol)
        self._parser = clients.parser(protocol)

    def request(self, params: Mapping[str, Any], base: str) -> tuple[str, dict[str, str]]:
        """Return target and headers of a request. The bucket is in the path."""
        built = self._serializer.serialize_to_request(dict(params), self._model)
        path: str = built["url_path"]
        if "Bucket" in params:
            path = f"/{params['Bucket']}{path.removeprefix('/') if path.startswith('/?') else path}"
        if built["query_string"]:
            path += ("&" if "?" in path else "?") + percent_encode_sequence(built["query_string"])
        return base + path, {name: str(value) for name, value in built["headers"].items()}

    def parsed(self, status: int, headers: Any, body: bytes) -> dict[str, Any]:
        """Return the reply as botocore returns it."""
        response = {
            "headers": headers,
            "status_code": status,
            "body": body,
            "context": {"operation_name": self.name},
        }
        more: dict[str, Any] = {}
        if is_watched(self._model):
            note_unknown(self._model, response, more)
        parsed: dict[str, Any] = self._parser.parse(response, self._output)
        return parsed | more


def _route(clients: Clients, client: Any, governor: Governor, request: Any) -> _Route | None:
    """Return the way to where botocore sent a request; None if only botocore can take it."""
    url, usual = urlsplit(request.url), urlsplit(client.meta.endpoint_url)
    scope = _SCOPE.search(_text(request.headers.get("Authorization", "")))
    host = usual.hostname or ""
    at_host = url.hostname == host or (scope is not None and scope[2] == "s3" and _is_bucket_at(url, host))
    if scope is None or not at_host or (url.scheme, url.port) != (usual.scheme, usual.port):
        return None
    answered_elsewhere = first_non_none_response(
        client.meta.events.emit(
            f"before-send.{client.meta.service_model.service_id.hyphenize()}", request=request
        )
    )
    if answered_elsewhere is not None or clients.is_proxied(request.url) or find_spec("awscrt") is None:
        return None
    from cfstream.aws.fast.crt import Endpoint, RequestSigner

    endpoint = Endpoint(
        scheme=usual.scheme,
        host=host,
        port=usual.port or DEFAULT_PORTS[usual.scheme],
        region=scope[1],
        agent=_text(request.headers.get("User-Agent", "")),
        authorities=clients.trusted(),
    )
    return _Route(clients, client, governor, endpoint, RequestSigner(scope[2], scope[1], monotonic))


def _is_bucket_at(url: SplitResult, host: str) -> bool:
    return (url.hostname or "").endswith(f".{host}")


def _text(header: str | bytes) -> str:
    return header.decode() if isinstance(header, bytes) else header
