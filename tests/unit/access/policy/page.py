"""The page of the manual with the reference table. Run as a module, it writes the page."""

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tests.unit.access.policy.table import Row, rows

PAGE = Path(__file__).parents[4] / "docs" / "what-counts-as-public.md"

INTRODUCTION = """# What counts as public, and why

`cfstream plan`, `verify` and `access` report who can read, list, write or manage your bucket. This page is the
reference for bucket policies. Each entry has a policy, the readers that it allows, and the AWS page that documents
it. `inferred` marks what AWS does not document. The tests of cfstream check every entry.

## How to read an entry

Each statement shows only what differs from this one:

```json
{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lectures-media/*"}
```

The bucket belongs to account 123456789012. Each reader is listed with two words.

- **yes**: a request of this reader is allowed. **maybe**: it depends on something that cfstream cannot know. The
  entry names the undecided clause. Reports count maybe as yes.
- **inside**: part of your account. **expected**: normal for AWS, or listed in your spec. **opening**: outside, and
  not listed in your spec. An opening makes `verify` and `apply` end with exit code 7. To accept a reader, list it
  in `also_read_by` or `also_managed_by`.

## What surprises most people

**Block Public Access does not block CloudFront.** For S3, a statement is public only if it names everyone. A service
principal is a fixed value, so a statement for `cloudfront.amazonaws.com` is not public. But anyone can create a
distribution. Unless a condition fixes `aws:SourceArn` or `aws:SourceAccount` to your account, a distribution in any
account can read your objects, even with all four blocks on.

**`Principal: "*"` includes AWS services.** `RestrictPublicBuckets` blocks the public and other accounts, but not
AWS services and your own account.

**A condition that the requester can satisfy does not protect.** Anyone can send a `Referer` or a `User-Agent`, or
use TLS.

**`…IfExists`, `ForAllValues:` and negated operators are true if the key is absent.** Requests of CloudFront,
anonymous requests and requests of other accounts do not have all keys.

**A Deny counts only where it certainly applies** to every request of a reader.

## Actions

| what | actions |
|---|---|
| read | `GetObject`, `GetObjectVersion`, their torrents, `GetObjectVersionForReplication` |
| list | `ListBucket`, `ListBucketVersions`, `ListBucketMultipartUploads` |
| write | put, delete and replicate objects and their tags; lifecycle rules; `DeleteBucket` |
| manage | the bucket policy, its tags, ACLs, public access block, ownership, replication, access point policies |
| | what sends keys elsewhere: logging, notifications, inventory, metadata tables |
"""


def page() -> str:
    """Return the page."""
    return "\n".join([INTRODUCTION, *_groups()]).rstrip() + "\n"


def _groups() -> Iterator[str]:
    for group, members in groupby(rows(), lambda row: row.group):
        yield f"## {group}\n"
        for row in members:
            yield from _entry(row)


def _entry(row: Row) -> Iterator[str]:
    judged = "" if row.judged in ("all", "read") else f" ({row.judged})"
    yield f"### {row.name[0].upper()}{row.name[1:]}{judged}\n"
    yield "```json"
    yield from _statements([json.dumps(each) for each in row.statements])
    yield "```\n"
    if row.on == row.off:
        yield from _readers("Blocks off or on", row.off)
    else:
        yield from _readers("Blocks off", row.off)
        yield from _readers("All four blocks on", row.on)
    yield f"Source: {row.source}\n"


def _statements(texts: Sequence[str]) -> Iterator[str]:
    """Return a single statement as it is, and several as a list."""
    if len(texts) == 1:
        yield texts[0]
        return
    first, *others = texts
    yield f"[{first},"
    yield from (f" {each}," for each in others[:-1])
    yield f" {others[-1]}]"


def _readers(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    if not lines:
        yield f"{title}: no reader.\n"
        return
    yield f"{title}:\n"
    yield from (f"- {line}" for line in lines)
    yield ""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
