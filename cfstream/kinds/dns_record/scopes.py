"""What records need of IAM: their reads, and the limits of changes by action, type and name."""

from cfstream.spec.model import Spec
from cfstream.stack.calls import ANYTHING, Conditions, Needs, Place, Scope, calls, optional

_CHANGE = "route53:ChangeResourceRecordSets"


def _record_conditions(spec: Spec) -> Conditions:
    """Allow only the names of the spec, and no UPSERT, which would overwrite records of others."""
    every = "ForAllValues:StringEquals"
    return {
        (every, f"{_CHANGE}Actions"): frozenset({"CREATE", "DELETE"}),
        (every, f"{_CHANGE}RecordTypes"): frozenset({"A", "AAAA"}),
        (every, f"{_CHANGE}NormalizedRecordNames"): frozenset(map(_normalized, spec.cnames or ())),
    }


def _normalized(name: str) -> str:
    """Return a record's name in the form that IAM compares: lower case, no final dot, ``*`` as its octal code.

    Source: Route 53 Developer Guide, "Using IAM policy conditions for fine-grained access control".
    """
    return name.lower().rstrip(".").replace("*", "\\052")


def _zones(_spec: Spec, place: Place) -> str:
    return place.arn("route53", "hostedzone/*", global_name=True)


ZONES = Scope("Zones", _zones)
RECORDS = Scope("Records", _zones, _record_conditions)
CHANGES = Scope("Changes", lambda _spec, place: place.arn("route53", "change/*", global_name=True))


def zone_reads(spec: Spec, *, destroying: bool) -> Needs:
    """Yield the reads of the zone, or of all zones if no record is wanted; for a hint, also the list of zones."""
    if spec.dns is None:
        return
    listing = "list_hosted_zones_by_name" if spec.dns else "list_hosted_zones"
    yield from calls(ANYTHING, "route53", listing)
    yield from calls(ZONES, "route53", "list_resource_record_sets")
    if not destroying:
        yield from optional(calls(ANYTHING, "route53", "list_hosted_zones"))
