"""What an S3 Inventory shows of the ACLs of a bucket's objects, so that they need not be read one by one.

Sources: S3 User Guide, "Amazon S3 Inventory list", "Locating your inventory list" and "Working with the Object ACL
field". A list is made over hours and may lack what was written shortly before. So nothing is concluded about objects
that were written later than a day before it was finished.
"""

import base64
import csv
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote_plus

from cfstream.errors import Missing, NotAuthorized, Refused
from cfstream.ports import Call, Reads
from cfstream.stack.bucket import LiveBucket, bucket_call
from cfstream.stack.context import StackContext
from cfstream.startup.frozen import dataclass
from cfstream.steps.batch_manifest import MOST_LISTED, InventoryList
from cfstream.values import Json, Known

ACL, OWNER = "ObjectAccessControlList", "ObjectOwner"
NEEDED = ("Key", ACL, OWNER)
MARGIN_SECONDS = 24 * 60 * 60
CHUNK = 8 << 20
"""Files are read in parts of this size, so that memory does not depend on the number of objects."""

OR_READ_ALL = "or add --all-objects"
WRITE_FOLDER = "write the folder of an inventory of this bucket: s3://BUCKET/[PREFIX/]SOURCE-BUCKET/ID"
PIECE = 256 << 10
"""How much is unzipped at a time."""
SLICE = 16 << 10
MOST_ACLS = 1000
"""How many parsed ACLs are kept."""


@dataclass(frozen=True)
class InventoryAcls:
    """The ACLs of the objects under the prefix, as an inventory shows them."""

    objects: int = 0
    lacking: int = 0
    """Objects that lack exactly the wanted permission."""
    until: int | None = None
    """Nothing is known about objects that were written at that time or later: seconds since 1970."""
    others: str = ""
    """Why a job might remove grants to others; empty if all ACLs name only the owner and the identity."""
    do: str = ""
    """How to fix an inventory that cannot be used; empty if it can."""
    keys: tuple[str, ...] = ()
    """The objects that lack the permission, if others have it, and if they are at most `MOST_LISTED`."""
    others_lacking: str = ""
    """As `others`, of these objects alone."""
    manifest: InventoryList | None = None
    """The list for a job, if it has the current versions of all objects under the prefix, and nothing else."""


class _Unusable(Exception):
    """The inventory cannot show the ACLs of all objects under the prefix: why, and what to `do`."""

    def __init__(self, why: str, do: str) -> None:
        super().__init__(why)
        self.do = do


def read_inventory(
    aws: Reads, context: StackContext, bucket: LiveBucket, user: Known, permission: str
) -> InventoryAcls | None:
    """Return what the newest inventory of the spec shows; None if the spec names none.

    Makes ListObjectsV2, GetBucketInventoryConfiguration, and GetObject for each part of each file. Raises Refused and
    Unreachable, unless the inventory is missing or may not be read.
    """
    batch = context.stack.spec.grant.batch
    if batch is None or not batch.inventory:
        return None
    name, _, folder = batch.inventory.removeprefix("s3://").partition("/")
    source = _Source(aws, context, bucket, name, folder.strip("/"))
    try:
        return source.acls(user, permission)
    except _Unusable as error:
        return InventoryAcls(others=f"{batch.inventory} {error}", do=error.do)
    except Refused as refused:
        if not isinstance(refused, NotAuthorized | Missing) and refused.status != 404:
            raise
        others = f"{batch.inventory} cannot be read: {refused.what}"
        return InventoryAcls(
            others=others, do=f"allow the reads that `cfstream permissions` lists, {OR_READ_ALL}"
        )
    except (ValueError, KeyError, TypeError, zlib.error, csv.Error):
        others = f"{batch.inventory} does not have the format of AWS"
        return InventoryAcls(others=others, do=f"{WRITE_FOLDER}, or wait for the next list")


class _Source:
    """The files of one inventory."""

    def __init__(self, aws: Reads, context: StackContext, bucket: LiveBucket, name: str, folder: str) -> None:
        self._aws = aws
        self._context = context
        self._bucket = bucket
        self._name = name
        self._folder = folder

    def acls(self, user: Known, permission: str) -> InventoryAcls:
        """Return what the newest list shows. Raises _Unusable."""
        is_exact = self._judge_configuration()
        newest = self._newest()
        reply = self._get(newest)
        manifest = json.loads(reply["Body"])
        columns = self._columns(manifest)
        rows = _Rows(self._context.stack.spec.grant.prefix, self._bucket.owner, user, permission)
        for file in manifest["files"]:
            for row in self._rows(str(file["key"])):
                rows.add(dict(zip(columns, row, strict=False)))
        made = int(manifest["creationTimestamp"]) // 1000
        # An inventory of all versions has this column, and one of the current versions does not.
        usable = is_exact and not rows.skipped and "VersionId" not in columns
        return replace(
            rows.found(),
            until=made - MARGIN_SECONDS,
            manifest=InventoryList(self._name, newest, str(reply.get("ETag") or "")) if usable else None,
        )

    def _judge_configuration(self) -> bool:
        """Return whether its lists have the objects under the prefix, and no others.

        Raises _Unusable if they lack any.
        """
        id_ = self._folder.rpartition("/")[2]
        call = bucket_call(self._context, "get_bucket_inventory_configuration", self._bucket.region, Id=id_)
        found = self._aws.read(call)["InventoryConfiguration"]
        covered = str((found.get("Filter") or {}).get("Prefix") or "")
        if not self._context.stack.spec.grant.prefix.startswith(covered):
            raise _Unusable(
                f"lists only objects under {covered}", "configure an inventory of the whole bucket"
            )
        if found["IsEnabled"] is False:
            raise _Unusable("is not enabled, so its newest list is out of date", f"enable it, {OR_READ_ALL}")
        to = found["Destination"]["S3BucketDestination"]
        bucket = str(to["Bucket"]).rpartition(":")[2]
        folder = "/".join(filter(None, [str(to.get("Prefix") or "").strip("/"), self._bucket.name, id_]))
        if (bucket, folder) != (self._name, self._folder):
            where = f"s3://{bucket}/{folder}"
            raise _Unusable(f"gets no new lists: S3 writes them to {where}", f"write inventory: {where}")
        return covered == self._context.stack.spec.grant.prefix

    def _newest(self) -> str:
        params = {
            "Bucket": self._name,
            "Prefix": f"{self._folder}/",
            "ExpectedBucketOwner": self._context.account,
        }
        keys = [
            str(row["Key"])
            for page in self._aws.pages(Call("s3", "list_objects_v2", params, self._bucket.region))
            for row in page.get("Contents") or ()
        ]
        # One folder for each list, named after its date: 2026-11-29T01-00Z/manifest.json.
        dated = [key for key in keys if re.search(r"/\d{4}-\d\d-\d\dT\d\d-\d\dZ/manifest\.json$", key)]
        if not dated:
            raise _Unusable("has no list yet", f"wait up to 48 hours for the first list, {OR_READ_ALL}")
        return max(dated)

    def _columns(self, manifest: Json) -> list[str]:
        if manifest.get("sourceBucket") != self._bucket.name:
            raise _Unusable(f"is of the bucket {manifest.get('sourceBucket')}", WRITE_FOLDER)
        if manifest.get("fileFormat") != "CSV":
            raise _Unusable(
                f"is in {manifest.get('fileFormat')}, and only CSV can be read", "set its format to CSV"
            )
        columns = [name.strip() for name in str(manifest["fileSchema"]).split(",")]
        if lacking := [name for name in NEEDED if name not in columns]:
            raise _Unusable(f"lacks the field {lacking[0]}", f"add the field {lacking[0]} to it")
        return columns

    def _rows(self, key: str) -> Iterator[list[str]]:
        yield from csv.reader(_lines(self._parts(key)))

    def _parts(self, key: str) -> Iterator[bytes]:
        start, total = 0, 1
        while start < total:
            part = self._get(key, Range=f"bytes={start}-{start + CHUNK - 1}")
            body: bytes = part["Body"]
            shown = re.fullmatch(r"bytes \d+-\d+/(\d+)", str(part.get("ContentRange") or ""))
            total = int(shown.group(1)) if shown else start + len(body)
            if not body:
                raise _Unusable(f"has a file that ends too early: {key}", "wait for the next list")
            start += len(body)
            yield body

    def _get(self, key: str, **params: Any) -> Json:
        where = {"Bucket": self._name, "Key": key, "ExpectedBucketOwner": self._context.account}
        return self._aws.read(Call("s3", "get_object", {**where, **params}, self._bucket.region))


class _Rows:
    """Counts the rows of a list. Memory does not depend on their number."""

    def __init__(self, prefix: str, owner: str, user: Known, permission: str) -> None:
        self._prefix = prefix
        self._owner = owner
        self._user = str(user)
        self._permission = permission
        self._known: dict[str, Mapping[str, frozenset[str]] | None] = {}
        self._objects = self._lacking = 0
        self._others = self._others_lacking = ""
        self._keys: list[str] = []
        self.skipped = False
        """Whether a row is not about the current version of an object under the prefix."""

    def add(self, row: Mapping[str, str]) -> None:
        """Count a row."""
        if not _concerns(row, self._prefix):
            self.skipped = True
            return
        self._objects += 1
        grants = self._grants(row[ACL])
        self._others = self._others or self._named(row, grants)
        if grants is not None and grants.get(self._user, frozenset()) == {self._permission}:
            return
        self._lacking += 1
        self._others_lacking = self._others_lacking or self._named(row, grants)
        if self._lacking <= MOST_LISTED:
            self._keys.append(unquote_plus(row["Key"]))

    def found(self) -> InventoryAcls:
        """Return the counts."""
        few = 0 < self._lacking < self._objects and self._lacking <= MOST_LISTED
        return InventoryAcls(
            self._objects,
            self._lacking,
            others=self._others,
            keys=tuple(self._keys) if few else (),
            others_lacking=self._others_lacking,
        )

    def _grants(self, written: str) -> Mapping[str, frozenset[str]] | None:
        """Return the permissions by grantee; None if the ACL is not available. Most objects have one of few ACLs."""
        if written not in self._known:
            if len(self._known) >= MOST_ACLS:
                self._known.clear()
            self._known[written] = _parsed(written)
        return self._known[written]

    def _named(self, row: Mapping[str, str], grants: Mapping[str, frozenset[str]] | None) -> str:
        """Return why a job that has the object might remove grants to others; empty if it cannot."""
        key = unquote_plus(row["Key"])
        if grants is None:
            return f"the inventory does not have the ACL of {key!r}"
        if row[OWNER] != self._owner:
            return f"another account owns {key!r}"
        named = sorted(grants.keys() - {self._owner, self._user})
        return f"the ACL of {key!r} also names {named[0]}" if named else ""


def _concerns(row: Mapping[str, str], prefix: str) -> bool:
    """Return whether a row is about the current version of an object under the prefix."""
    if row.get("IsLatest", "true") != "true" or row.get("IsDeleteMarker", "false") == "true":
        return False
    return unquote_plus(row["Key"]).startswith(prefix)


def _parsed(written: str) -> Mapping[str, frozenset[str]] | None:
    try:
        text = written if written.startswith("{") else base64.b64decode(written)
        document = json.loads(text)
        if document["status"] != "AVAILABLE":
            return None
        found: dict[str, set[str]] = {}
        for grant in document["grants"]:
            grantee = str(grant.get("canonicalId") or grant["uri"])
            found.setdefault(grantee, set()).add(str(grant["permission"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return {grantee: frozenset(permissions) for grantee, permissions in found.items()}


def _lines(parts: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines of a gzip file, which may have several members. Raises ValueError for a line over `PIECE`."""
    rest = b""
    for text in _unzipped(parts):
        *lines, rest = (rest + text).split(b"\n")
        if len(rest) > PIECE:
            raise ValueError("a line is too long")
        yield from (line.decode() + "\n" for line in lines)
    if rest:
        yield rest.decode()


def _unzipped(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces of at most `PIECE`: a small file may be unzipped to gigabytes."""
    member, begun = zlib.decompressobj(wbits=31), False
    for part in _slices(parts):
        left, piece = part, b""
        while left or len(piece) == PIECE:  # after a full piece, the member may have more of the same input
            begun = True
            piece = member.decompress(left, PIECE)
            yield piece
            left = member.unconsumed_tail
            if member.eof:
                left, piece = member.unused_data, b""
                member, begun = zlib.decompressobj(wbits=31), False
    if begun:
        raise _Unusable("has a file that ends too early", "wait for the next list")


def _slices(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in small slices: zlib copies the rest of its input for each piece."""
    for part in parts:
        for start in range(0, len(part), SLICE):
            yield part[start : start + SLICE]
