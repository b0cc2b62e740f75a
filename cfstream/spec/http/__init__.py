"""The section ``http``: settings that only distributions of delivery http have.

None means that the file does not have the field: it is not managed. An empty text, an empty list, an empty mapping and,
for ``cors``, False mean none. Each module has some of the fields, with their types.
"""

from pydantic import ConfigDict

from cfstream.spec.http.behaviors import Behavior, BehaviorFields
from cfstream.spec.http.connection import ConnectionFields
from cfstream.spec.http.origin import OriginFields
from cfstream.spec.http.viewers import ViewerFields

__all__ = ["Behavior", "Http"]


class Http(OriginFields, ViewerFields, BehaviorFields, ConnectionFields):
    """Settings that only delivery http has."""

    # pydantic puts the fields of the last base first: this is the order of the fields in the language.
    model_config = ConfigDict(defer_build=False)
