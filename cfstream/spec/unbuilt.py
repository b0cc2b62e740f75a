"""Fields of the language that this version does not act on yet: refused, never accepted and ignored.

One table. A line goes when its resource is built; when the table is empty, so does this module.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from cfstream.spec.fault import Fault, Path
from cfstream.spec.model import Spec

Unbuilt: TypeAlias = tuple[Path, frozenset[str], Callable[[Spec], bool], str, str]
"""Where it is written, which fields that speaks of, whether a spec asks for it, what is missing, and what to do."""

UNBUILT: tuple[Unbuilt, ...] = (
    (
        ("dns",),
        frozenset({"dns"}),
        lambda spec: spec.dns is not None,
        "this version of cfstream makes no DNS records yet",
        "take dns out, and make the records by hand",
    ),
    (
        ("http", "cors"),
        frozenset({"http"}),
        lambda spec: spec.http.cors is not None,
        "this version of cfstream sets no CORS headers yet",
        "take cors out",
    ),
    (
        ("cnames",),
        frozenset({"cnames", "http", "delivery"}),
        lambda spec: spec.delivery == "http" and bool(spec.cnames) and spec.http.certificate == "auto",
        "this version of cfstream does not look for the certificate of the cnames yet",
        "write http: {certificate: ARN}, with the ARN of an ACM certificate in us-east-1",
    ),
)


def unbuilt_faults(spec: Spec, trouble: frozenset[str]) -> Iterator[Fault]:
    """A fault for each field of `spec` that this version would have to ignore, fields in `trouble` aside."""
    for path, reads, asked, what, do in UNBUILT:
        if trouble.isdisjoint(reads) and asked(spec):
            yield Fault(what, do, path, at_key=True)
