"""The checkpoint of a long grant, in the user's cache folder. It only makes a further run faster.

It has the spans of keys that are finished. A further run lists them again, and skips objects that were not written
since the first run began. It does one object of each page all the same: if that one has no grant, the checkpoint is not
used. A file that is damaged, of other work, or a day old counts as none.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cfstream.key_ranges import merged
from cfstream.ports import AclWork
from cfstream.private_file import write_private

FORMAT = 1
LASTS = timedelta(days=1)
SKEW = timedelta(minutes=15)
"""How much this machine's clock may differ from S3's (S3 refuses more: RequestTimeTooSkewed)."""
MOST_SPANS = 2_000
MOST_BYTES = 8 * 1024 * 1024

Finished = tuple[str, str, str]
"""A span of finished keys: after, up to, and S3's time when the run that finished it began."""


class Checkpoint:
    """The file for one grant. `say` receives a remark if it cannot be used."""

    def __init__(self, folder: Path | None, work: AclWork, now: datetime, say: Callable[[str], None]) -> None:
        self._work = _identity(work)
        text = json.dumps([work.account, work.bucket, work.grantee])
        name = hashlib.sha256(text.encode()).hexdigest()[:24]
        self._file = folder / "grants" / f"{name}.json" if folder else None
        self._now = now
        self._since = _stamp(now - SKEW)
        self._say = say
        self._failed = False
        self.earlier: tuple[Finished, ...] = ()

    def load(self) -> tuple[Finished, ...]:
        """Return what an earlier run finished."""
        if self._file is None or not self._file.exists():
            return ()
        try:
            if self._file.stat().st_size > MOST_BYTES:
                raise ValueError("too large")
            found = json.loads(self._file.read_text(encoding="utf-8"))
            if found["format"] != FORMAT or found["work"] != self._work:
                return ()
            spans = tuple((str(after), str(upto), str(since)) for after, upto, since in found["spans"])
        except (OSError, ValueError, TypeError, KeyError):
            self._say("the checkpoint of an earlier run cannot be read, so every object is read again")
            return ()
        oldest = _stamp(self._now - LASTS)
        self.earlier = tuple(each for each in spans if each[2] > oldest)
        return self.earlier

    def store(self, spans: list[tuple[str, str]]) -> None:
        """Store what this run and earlier ones finished."""
        if self._file is None or self._failed:
            return
        found: list[Finished] = [(after, upto, self._since) for after, upto in merged(spans)]
        document: dict[str, Any] = {
            "format": FORMAT,
            "work": self._work,
            "spans": [*found, *self.earlier][:MOST_SPANS],
        }
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(self._file, json.dumps(document))
        except OSError as error:
            self._failed = True
            self._say(
                f"no checkpoint: {error.strerror or error}. After an interruption, every object is read again"
            )

    def distrust(self) -> None:
        """Do not use what earlier runs finished."""
        self.earlier = ()
        self.delete()

    def delete(self) -> None:
        """Delete the file: the work is done."""
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink(missing_ok=True)


def _identity(work: AclWork) -> dict[str, Any]:
    return {
        "account": work.account,
        "bucket": work.bucket,
        "region": work.region,
        "prefix": work.prefix,
        "beyond": work.beyond,
        "grantee": work.grantee,
        "permission": work.permission,
    }


def _stamp(time: datetime) -> str:
    """Return a time in the format of S3's lists, which sorts as text."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
