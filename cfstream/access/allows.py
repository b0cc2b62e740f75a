"""Decide whether one statement alone allows reading, for any requester. Pure."""

from cfstream.access.globs import Glob
from cfstream.access.policy import actions, parse_statement
from cfstream.access.reader import May
from cfstream.policy_document.document import listed
from cfstream.values import Json


def allows_reading(statement: Json, bucket: str, partition: str = "aws") -> bool:
    """Return whether a statement may allow reading of some object of the bucket."""
    parsed = parse_statement(statement)
    if not parsed.allow or not any(parsed.names_action(each) for each in actions(May.READ)):
        return False
    if "NotResource" in statement:
        return True
    return any(
        Glob.of_resource(str(each), bucket, partition).may for each in listed(statement.get("Resource"))
    )
