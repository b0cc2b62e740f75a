"""The sandbox's state file: saved after writes and at the end, loaded at the start.

The file has a pickle of moto's backends and of the accounts' CloudFronts. Unpickling executes its content, so
``state_directory`` refuses a file that another user could have written.
"""

import io
import json
import logging
import pickle
import sys
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import moto
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from cryptography.x509 import Certificate, load_der_x509_certificate
from moto.backends import get_backend
from moto.s3.models import s3_backends
from moto.s3.utils import _VersionedKeyStore

from cfstream.sandbox import state_directory

log = logging.getLogger(__name__)

FILE = state_directory.STATE
KEPT = ("acm", "iam", "kms", "route53", "s3", "s3control", "sts", "wafv2")
_LAYOUT = (
    "accounts.py",
    "acl.py",
    "batch/job.py",
    "cloudfront/key_pairs.py",
    "cloudfront/records.py",
    "cloudfront/settings.py",
    "cloudfront/state.py",
)
"""The files of the pickled classes. A pickle of another layout could be loaded but would fail later."""

QUIET_SECONDS = 0.2
SHARE = 10
"""Saving may take at most a tenth of the time: during many writes, saves of a large state are less frequent."""


def version() -> dict[str, Any]:
    """Return what must match to load a state: its format, moto's version, and the layout of our own classes."""
    here = Path(__file__).parent
    layout = sha256(b"".join((here / name).read_bytes() for name in _LAYOUT)).hexdigest()[:16]
    return {"format": 2, "moto": moto.__version__, "layout": layout}


def freeze(accounts: Any) -> bytes:
    """Return the state as bytes. No write may happen meanwhile."""
    backends = {
        service: {
            account: {region: backend.__dict__ for region, backend in regions.items()}
            for account, regions in _backends(service).items()
        }
        for service in KEPT
        if f"moto.{service}.models" in sys.modules  # a service that was never imported is empty
    }
    frozen = io.BytesIO()
    _Pickler(frozen, pickle.HIGHEST_PROTOCOL).dump({"backends": backends, "accounts": accounts})
    return frozen.getvalue()


def thaw(frozen: bytes) -> Any:
    """Restore moto's frozen backends, and return the accounts with their CloudFronts."""
    kept = pickle.loads(frozen)  # noqa: S301 (`read` ensures that only this user can have written it)
    for service, accounts in kept["backends"].items():
        for account, regions in accounts.items():
            for region, attributes in regions.items():
                _backends(service)[account][region].__dict__.update(attributes)
    for account, by_partition in s3_backends.items():
        for partition, backend in by_partition.items():
            s3_backends.bucket_accounts.update(dict.fromkeys(backend.buckets, (partition, account)))
    return kept["accounts"]


def write(path: Path, frozen: bytes) -> None:
    """Write the file, with the version that is needed to load it."""
    state_directory.write(path, json.dumps(version()).encode() + b"\n" + frozen)


def read(path: Path) -> Any | None:
    """Restore moto's backends and return the accounts of a state file; None if there is no usable state.

    A file of another version, or a damaged one, is renamed and logged: nothing is lost, and the sandbox starts empty.
    Raises SandboxError for a file that another user could have written.
    """
    state_directory.check(path.parent)
    try:
        head, _, frozen = state_directory.read(path).partition(b"\n")
    except FileNotFoundError:
        return None
    try:
        found = json.loads(head)
        accounts = thaw(frozen) if found == version() else None
    except Exception:  # a damaged pickle may raise any exception
        log.exception("the state in %s cannot be read", path)
        found, accounts = "damaged", None
    if accounts is None:
        aside = path.with_name(f"{path.name}.{time.strftime('%Y%m%d-%H%M%S')}.old")
        path.replace(aside)
        log.warning(
            "the state has another version (%s, not %s); it was renamed to %s", found, version(), aside
        )
    return accounts


def _backends(service: str) -> Any:
    return get_backend(service)  # type: ignore[call-overload]


class _Pickler(pickle.Pickler):
    """Pickles types that cannot be pickled by default.

    Certificates and private keys (ACM's, KMS's) are stored encoded. moto's store of object versions is stored as its
    lists: as a dict, it would lose all versions except the last.
    """

    def reducer_override(self, value: Any) -> Any:
        if isinstance(value, Certificate):
            return _certificate, (value.public_bytes(Encoding.DER),)
        if isinstance(value, _VersionedKeyStore):
            return _key_store, (list(value.lists()),)
        if isinstance(value, get_args(PrivateKeyTypes)):
            der = value.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            return _private_key, (der,)
        return NotImplemented


def _certificate(der: bytes) -> Certificate:
    return load_der_x509_certificate(der)


def _key_store(lists: list[tuple[str, list[Any]]]) -> _VersionedKeyStore:
    store = _VersionedKeyStore()
    for key, versions in lists:
        store.setlist(key, versions)
    return store


def _private_key(der: bytes) -> PrivateKeyTypes:
    return load_der_private_key(der, None)


class PeriodicSaver(threading.Thread):
    """Saves the state soon after it changed, in its own thread.

    `frozen` takes the snapshot. This thread calls it, and it does its own locking.
    """

    def __init__(self, path: Path, frozen: Callable[[], bytes]) -> None:
        super().__init__(name="state keeper", daemon=True)
        self._path = path
        self._frozen = frozen
        self._changed = threading.Event()
        self._ending = threading.Event()
        self.start()

    def changed(self) -> None:
        """Report a write. Must be called after each one."""
        self._changed.set()

    def run(self) -> None:
        while not self._ending.is_set():
            self._changed.wait()
            if self._ending.wait(QUIET_SECONDS / 2):
                break
            took = self._save()
            self._ending.wait(took * SHARE)

    def end(self) -> None:
        """Save a last time and end the thread."""
        self._ending.set()
        self._changed.set()
        self.join()
        self._save()

    def _save(self) -> float:
        began = time.monotonic()
        self._changed.clear()
        try:
            write(self._path, self._frozen())
        except OSError as error:
            log.error("the state could not be written: %s", error)
        return time.monotonic() - began
