"""Replaces botocore below the port with a client that has scripted replies."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError
from botocore.hooks import HierarchicalEmitter

from cfstream.aws.governor import Governor
from cfstream.aws.limits import AccountLimits

Reply = Mapping[str, Any] | Exception

DATE = "Mon, 30 Nov 2026 04:00:00 GMT"
"""The Date header of each reply."""


def refusal(
    code: str, status: int = 400, message: str = "no", operation: str = "GetDistribution", **headers: str
) -> ClientError:
    """Return botocore's exception for a reply with an error code."""
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {
            "HTTPStatusCode": status,
            "RequestId": "7c1f",
            "HTTPHeaders": {name.replace("_", "-"): value for name, value in headers.items()},
        },
    }
    return ClientError(response, operation)


class Client:
    """Answers each operation with its next reply, repeats the last one, and records the calls."""

    def __init__(self, required: tuple[str, ...] = (), **replies: list[Reply] | Callable[..., Reply]) -> None:
        self._replies = replies
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        shape = SimpleNamespace(
            serialization={"payload": "Distribution"} if required else {},
            members={"Distribution": SimpleNamespace(required_members=required)},
        )
        limits = SimpleNamespace(members={"MaxItems": SimpleNamespace(type_name="string")})
        operation = SimpleNamespace(input_shape=limits, output_shape=shape)
        model = SimpleNamespace(operation_model=lambda _name: operation)
        self.meta = SimpleNamespace(
            method_to_api_mapping={name: name for name in replies},
            service_model=model,
            events=HierarchicalEmitter(),
        )

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def answer(**params: Any) -> Any:
            self.asked.append((operation, params))
            script = self._replies[operation]
            if callable(script):
                reply = script(**params)
            else:
                reply = script.pop(0) if len(script) > 1 else script[0]
            if isinstance(reply, Exception):
                raise reply
            return {**reply, "ResponseMetadata": {"RequestId": "7c1f", "HTTPHeaders": {"date": DATE}}}

        return answer


class OneClient:
    """`Clients` with one client, which records how each client was requested."""

    def governor(self, _service: str, _region: str) -> Governor:
        """Return a governor of an API that refuses nothing."""
        return Governor()

    def __init__(self, client: Client) -> None:
        self._client = client
        self.limits = AccountLimits()
        self.wanted: list[tuple[str, str, bool]] = []

    def of(self, service: str, region: str = "", *, write: bool = False) -> Any:
        self.wanted.append((service, region, write))
        return self._client
