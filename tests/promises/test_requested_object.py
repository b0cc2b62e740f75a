"""`explain` looks for the object that a URL asks for: where the live distribution asks S3 for it, and reads only."""

from collections.abc import Callable
from typing import cast

import pytest

from cfstream.errors import CfstreamError, NotAuthorized, Unreachable
from cfstream.explain.requested import RequestedObject
from cfstream.ports import Reads
from cfstream.stack.placement import contexts_of
from cfstream.use_cases.requested_object import requested_object
from cfstream.use_cases.signing import guards_in
from tests.promises.altered_reads import ReadsWithAnswer
from tests.world.account import SandboxAccount
from tests.world.ports import Witness
from tests.world.specs import Json, signed

HOST = "https://media.example.com"


def asked(
    account: SandboxAccount, document: Json, path: str, aws: Reads | None = None
) -> RequestedObject | None:
    """Return the object that a URL with this path asks for."""
    (context,) = contexts_of(account.load(document), account.world)
    return requested_object(
        aws or account.world.aws, context, guards_in(context, account.world), f"{HOST}{path}"
    )


@pytest.mark.parametrize(
    ("path", "key", "exists", "near"),
    [
        ("/a/one.mp4", "a/one.mp4", True, ""),
        ("/a/one.mp4?Expires=1&Signature=x", "a/one.mp4", True, ""),
        ("/a/One.mp4", "a/One.mp4", False, "a/one.mp4"),
        ("/a/onee.mp4", "a/onee.mp4", False, "a/one.mp4"),
        ("/b/%74hree.mp4", "b/three.mp4", True, ""),
        ("/c/one.mp4", "c/one.mp4", False, "a/one.mp4"),
        ("/a/", "a/", False, "a/one.mp4"),
        ("/c/other.jpeg", "c/other.jpeg", False, ""),
        ("/", "a/two.mp4", True, ""),
    ],
)
def test_the_object_and_the_nearest_one(
    account: SandboxAccount, path: str, key: str, exists: bool, near: str
) -> None:
    """The path is decoded, `/` is the default root object. A missing key is looked for in its folder first."""
    document = signed(http={"default_root_object": "a/two.mp4"})
    account.start_at("root", lambda: account.converge(document))
    port = Witness(account.world.aws)
    found = asked(account, document, path, port)
    assert found == RequestedObject("media", key, exists, near)
    assert port.writes == []


def test_the_live_origin_path_counts(account: SandboxAccount) -> None:
    """S3 is asked for the key under it."""
    document = signed(http={"origin_path": "/a"})
    account.converge(document)
    assert asked(account, document, "/two.mp4") == RequestedObject("media", "a/two.mp4", exists=True)
    assert asked(account, document, "/") is None


@pytest.mark.parametrize(
    "error", [NotAuthorized("ListObjectsV2", "AccessDenied", "no"), Unreachable("S3 could not be reached")]
)
def test_an_error_is_a_part_of_the_answer(account: SandboxAccount, error: CfstreamError) -> None:
    """The explanation goes on without the object."""
    account.converge(signed())
    port = cast("Reads", ReadsWithAnswer(account.world.aws, "list_objects_v2", failing(error)))
    found = asked(account, signed(), "/a/one.mp4", port)
    assert found == RequestedObject("media", "a/one.mp4", why_not=error.what)


def failing(error: CfstreamError) -> Callable[[], Json]:
    """Return an answer that raises."""

    def answer() -> Json:
        raise error

    return answer
