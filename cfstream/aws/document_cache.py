"""Replies to GetDistribution in the user's cache directory, so that a plan of many stacks makes fewer calls.

A reply is used only if the list of distributions shows the same version, and never for a write: a plan that writes a
distribution reads it from AWS. Secrets are stored as digests, and files are readable only by the user. A cache that
cannot be used only costs more calls.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import botocore

from cfstream.ports import Answer, Call, ListedVersion, Reads
from cfstream.private_file import foreign_owner
from cfstream.secret_values import without_secrets
from cfstream.values import Json

CACHED = "get_distribution"
FORMAT = 1
SHARED_WRITE = 0o022
"""The mode bits with which other users could change a file."""


class DocumentCache:
    """The files of one account. Each has the reply for one distribution."""

    def __init__(self, folder: Path, account: str, endpoint: str, complain: Callable[[str], None]) -> None:
        """Use the directory. `endpoint` is empty for AWS. `complain` is called once if it cannot be used."""
        scope = hashlib.sha256(f"{FORMAT} {botocore.__version__} {endpoint} {account}".encode()).hexdigest()[
            :16
        ]
        self._folder = folder / "distributions" / scope
        self._exact = bool(endpoint)
        self._complain: Callable[[str], None] | None = complain

    def get(self, call: Call) -> Json | None:
        """Return the reply for the version that the call names; None if the cache does not have it."""
        if call.version is None or call.operation != CACHED:
            return None
        head, _, body = self._load(call).partition("\n")
        return _reply(body) if head == self._head(call.version, body) else None

    def put(self, call: Call, reply: Json) -> None:
        """Store a reply, unless CloudFront is still deploying the distribution."""
        distribution = reply.get("Distribution") or {}
        if call.operation != CACHED or distribution.get("Status") != "Deployed" or not reply.get("ETag"):
            return
        version = ListedVersion(reply["ETag"], distribution["LastModifiedTime"])
        body = json.dumps(without_secrets(reply), default=datetime.isoformat, separators=(",", ":"))
        try:
            self._write(self._file(call), f"{self._head(version, body)}\n{body}")
        except OSError as error:
            self._give_up(error.strerror or str(error))

    def _head(self, version: ListedVersion, body: str) -> str:
        """Return the first line of a file: the version, and the digest of the rest, in case the file was damaged.

        An emulator that starts again may give an ETag to another document, so the time counts there.
        """
        time = f" {version.modified.isoformat()}" if self._exact else ""
        return f"{version.etag}{time} sha256:{hashlib.sha256(body.encode()).hexdigest()}"

    def _load(self, call: Call) -> str:
        """Return the content of the file for a call; empty if there is none that can be used."""
        try:
            with self._file(call).open(encoding="utf-8") as file:
                wrong = foreign_owner(os.fstat(file.fileno()), SHARED_WRITE)
                if not wrong:
                    return file.read()
                self._give_up(f"{self._file(call).name} {wrong}")
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            self._give_up(getattr(error, "strerror", None) or str(error))
        return ""

    def _file(self, call: Call) -> Path:
        return self._folder / f"{call.params['Id']}.json"

    def _write(self, path: Path, text: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            part.replace(path)
        except OSError:
            with suppress(OSError):
                part.unlink()
            raise

    def _give_up(self, why: str) -> None:
        complain, self._complain = self._complain, None
        if complain is not None:
            complain(f"the cache in {self._folder} is not used: {why}")


class CachingReads:
    """Reads through `reads`, and answers with documents of the cache where a call allows it."""

    def __init__(self, reads: Reads, cache: DocumentCache) -> None:
        self._reads = reads
        self._cache = cache

    def read(self, call: Call) -> Json:
        if call.version is None:
            return self._reads.read(call)
        kept = self._cache.get(call)
        if kept is None:
            # As any other read of the document, so that `reads` asks AWS once for both.
            kept = self._reads.read(replace(call, version=None))
            self._cache.put(call, kept)
        return kept

    def items(self, call: Call) -> Sequence[Json]:
        return self._reads.items(call)

    def pages(self, call: Call) -> Iterator[Json]:
        return self._reads.pages(call)

    def together(self, calls: Sequence[Call]) -> tuple[Answer, ...]:
        return self._reads.together(calls)


def _reply(body: str) -> Json:
    """Return the reply in a file, with its time as AWS's client returns it."""
    reply: Json = json.loads(body)
    distribution = reply["Distribution"]
    changed = datetime.fromisoformat(distribution["LastModifiedTime"])
    return {**reply, "Distribution": {**distribution, "LastModifiedTime": changed}}
