"""Requests that botocore has built before, and documents that it has parsed before.

Building a request and parsing its reply takes longer than the sandbox's answer. A client builds the same request for
the same call, and parses the same document to the same result. So each is done once: botocore sends the request again,
and the sandbox answers it again.
"""

import json
import pickle
import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from botocore.client import BaseClient
from botocore.endpoint import Endpoint
from botocore.parsers import BaseRestParser, RestXMLParser

from cfstream.aws import unknown_members

MOST = 4096
"""So many requests and documents are kept."""


def remember(patched: pytest.MonkeyPatch) -> None:
    """Build each request for a read once, and parse each document once."""
    patched.setattr(BaseClient, "_make_api_call", _calling(BaseClient._make_api_call))
    patched.setattr(Endpoint, "create_request", _creating(Endpoint.create_request))
    patched.setattr(RestXMLParser, "_parse_payload", _parsing(BaseRestParser._parse_payload))
    unknown = lru_cache(maxsize=MOST)(unknown_members.unknown_in)
    patched.setattr(unknown_members, "unknown_in", lambda shape, body: list(unknown(shape, body)))


class _Recording(threading.local):
    """The requests that this thread's call has created so far: what botocore calls a request dict, and the request."""

    created: list[tuple[dict[str, Any], Any]] | None = None
    """None outside a call that is recorded."""


_RECORDING = _Recording()
_BUILT: WeakKeyDictionary[Any, dict[str, tuple[dict[str, Any], Any]]] = WeakKeyDictionary()
_READY = "cfstream-request"
"""The key of a request dict under which its request is, if it is created already."""


def _calling(call: Callable[..., Any]) -> Callable[..., Any]:
    def make_api_call(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:
        operation = self.meta.service_model.operation_model(operation_name)
        if operation.http.get("method") not in ("GET", "HEAD") or operation.has_streaming_output:
            return call(self, operation_name, api_params)
        built = _BUILT.setdefault(self, {})
        credentials = self._request_signer._credentials  # a role gets others before they expire
        signed_by = credentials.access_key if credentials else ""
        key = f"{operation_name} {signed_by} {json.dumps(api_params, sort_keys=True, default=repr)}"
        if key in built:
            return _called_again(self, operation, *built[key])
        created: list[tuple[dict[str, Any], Any]] = []
        _RECORDING.created = created
        try:
            return call(self, operation_name, api_params)
        finally:
            _RECORDING.created = None
            # botocore changes the request when it repeats it. Such calls are built again.
            if len(created) == 1 and len(built) < MOST:
                built[key] = created[0]

    return make_api_call


def _called_again(client: Any, operation: Any, sent: dict[str, Any], request: Any) -> Any:
    """Do what botocore's `_make_api_call` does after it has built the request."""
    again = _copy(sent)
    service, context = operation.service_model.service_id.hyphenize(), again["context"]
    reply, parsed = client._make_request(operation, {**again, _READY: request}, context)
    client.meta.events.emit(
        f"after-call.{service}.{operation.name}",
        http_response=reply,
        parsed=parsed,
        model=operation,
        context=context,
    )
    if reply.status_code < 300:
        return parsed
    code = context.get("error_code_override") or parsed.get("Error", {}).get("Code")
    raise client.exceptions.from_code(code)(parsed, operation.name)


def _creating(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_request(self: Any, params: dict[str, Any], operation_model: Any = None) -> Any:
        ready = params.pop(_READY, None)
        if ready is not None:
            return ready
        sent = _copy(params) if _RECORDING.created is not None else {}
        request = create(self, params, operation_model)
        if _RECORDING.created is not None:
            _RECORDING.created.append((sent, request))
        return request

    return create_request


def _copy(params: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of a request dict as it is before its request is sent."""
    context = {name: value for name, value in params["context"].items() if name != "retries"}
    return {**params, "headers": params["headers"].copy(), "context": context}


_PARSED: dict[tuple[int, bytes], tuple[Any, bytes]] = {}


def _parsing(parse: Callable[..., None]) -> Callable[..., None]:
    def parse_payload(self: Any, response: dict[str, Any], shape: Any, members: Any, final: Any) -> None:
        body, payload = response["body"], members.get(shape.serialization.get("payload"))
        if not isinstance(body, bytes) or (payload is not None and payload.type_name != "structure"):
            parse(self, response, shape, members, final)
            return
        key = (id(shape), body)
        if key not in _PARSED:
            found: dict[str, Any] = {}
            parse(self, response, shape, members, found)
            if len(_PARSED) == MOST:
                _PARSED.clear()
            _PARSED[key] = (shape, pickle.dumps(found))  # with the shape, so that no other one gets its id
        final.update(pickle.loads(_PARSED[key][1]))

    return parse_payload
