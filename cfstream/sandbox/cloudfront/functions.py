"""CloudFront functions in their two stages.

The sandbox stores the code and never runs it: the edge answers as if no behavior had a function.
"""

import binascii
import re
from base64 import b64decode

from .associations import function_users
from .distributions import LOCATION
from .records import Function, Json, Record
from .refusal import CloudFrontError, demand, refuse_unless
from .shapes import check
from .state import CloudFrontState

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_STAGES = ("DEVELOPMENT", "LIVE")
_LARGEST = 40960
"""Bytes of code (botocore, shape FunctionBlob)."""


class Functions:
    """CreateFunction and the other operations on functions. Each method is the operation of that name."""

    def __init__(self, state: CloudFrontState) -> None:
        self._state = state
        self._store = state.functions

    def create_function(self, params: Json) -> Json:
        state, name = self._state, params["Name"]
        demand(_NAME.fullmatch(name), "The parameter Name may hold 1 to 64 letters, digits, '_' and '-'.")
        config = _judged(params)
        refuse_unless(self._store.find(name) is None, "FunctionAlreadyExists")
        now = state.now()
        function = Function(name, state.new_etag(), now, config, created=now)
        self._store.add(function)
        return {**self._stage(function, "DEVELOPMENT"), "Location": f"{LOCATION}function/{name}"}

    def describe_function(self, params: Json) -> Json:
        return self._stage(self._store.seen(params["Name"]), params.get("Stage", "DEVELOPMENT"))

    def update_function(self, params: Json) -> Json:
        function = self._store.held(params["Name"], params.get("IfMatch"))
        self._state.rewrite(self._store, function, _judged(params))
        return self._stage(function, "DEVELOPMENT")

    def publish_function(self, params: Json) -> Json:
        state = self._state
        function = self._store.held(params["Name"], params.get("IfMatch"))
        function.live = Record(function.id, state.new_etag(), state.now(), function.config)
        # AWS deploys the new code to every distribution that uses it, which changes their ETags.
        for user in function_users(state, self._arn(function)):
            state.deploy(state.distributions, user, user.config)
        return self._stage(function, "LIVE")

    def delete_function(self, params: Json) -> Json:
        function = self._store.held(params["Name"], params.get("IfMatch"))
        refuse_unless(not function_users(self._state, self._arn(function)), "FunctionInUse")
        self._store.remove(function)
        return {}

    def list_functions(self, params: Json) -> Json:
        asked = params.get("Stage")
        rows = [
            Record(f"{function.id}/{stage}", "", 0, self._stage(function, stage)["FunctionSummary"])
            for function in self._store.listed()
            for stage in ([asked] if asked else _STAGES)
            if stage == "DEVELOPMENT" or function.live
        ]
        return {"FunctionList": self._state.page(rows, params, lambda row: row.config)}

    def _stage(self, function: Function, stage: str) -> Json:
        """Return one stage of a function. Raises NoSuchFunctionExists for LIVE before it is published."""
        demand(stage in _STAGES, f"The parameter Stage is DEVELOPMENT or LIVE: '{stage}'.")
        record = function if stage == "DEVELOPMENT" else function.live
        if record is None:
            raise CloudFrontError("NoSuchFunctionExists")
        metadata = {
            "FunctionARN": self._arn(function),
            "Stage": stage,
            "CreatedTime": function.created,
            "LastModifiedTime": record.modified,
        }
        summary = {
            "Name": function.id,
            "Status": self._status(function, stage),
            "FunctionConfig": {
                name: value for name, value in record.config.items() if name != "FunctionCode"
            },
            "FunctionMetadata": metadata,
        }
        return {"FunctionSummary": summary, "ETag": record.etag}

    def _arn(self, function: Function) -> str:
        return f"arn:aws:cloudfront::{self._state.account}:function/{function.id}"

    def _status(self, function: Function, stage: str) -> str:
        if stage == "DEVELOPMENT":
            return "UNPUBLISHED"
        return "DEPLOYED" if function_users(self._state, self._arn(function)) else "UNASSOCIATED"


def _judged(params: Json) -> Json:
    """Return the configuration of a function together with its code."""
    config, code = params["FunctionConfig"], params["FunctionCode"]
    check("FunctionConfig", config)
    try:
        size = len(b64decode(code, validate=True))
    except binascii.Error:
        raise CloudFrontError("InvalidArgument", "The parameter FunctionCode is not in base64.") from None
    demand(size, "The parameter FunctionCode is empty.")
    refuse_unless(size <= _LARGEST, "FunctionSizeLimitExceeded")
    return {**config, "FunctionCode": code}
