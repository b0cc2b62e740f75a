"""How IAM limits changes of records: by action, type and name."""

from cfstream.spec.model import Spec
from cfstream.stack.calls import Conditions, Place, Scope

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
