"""The exception for CloudFront's errors, and botocore's model with their messages and statuses."""

import functools
import re

import botocore.session
from botocore.model import ServiceModel, Shape

_TAG = re.compile(r"<[^>]+>")


@functools.cache
def service_model() -> ServiceModel:
    """Return botocore's description of CloudFront, read once per process."""
    return botocore.session.get_session().get_service_model("cloudfront")


@functools.cache
def _error_shapes() -> dict[str, Shape]:
    return {shape.name: shape for shape in service_model().error_shapes}


class CloudFrontError(Exception):
    """An error of CloudFront: AWS's error code, and a message.

    The default message is the first sentences of the code's documentation. The HTTP status is that of botocore's model;
    400 for codes that the model does not have (MalformedXML).
    """

    def __init__(self, code: str, message: str | None = None) -> None:
        shape = _error_shapes().get(code)
        self.code = code
        self.message = message or (_TAG.sub("", shape.documentation).strip() if shape else code)
        self.status = int(shape.metadata["error"]["httpStatusCode"]) if shape else 400
        super().__init__(f"{code}: {self.message}")


def demand(fine: object, message: str) -> None:
    """Raise InvalidArgument with this message unless the first argument is true."""
    refuse_unless(fine, "InvalidArgument", message)


def refuse_unless(fine: object, code: str, message: str | None = None) -> None:
    """Raise `CloudFrontError` with this code unless the first argument is true."""
    if not fine:
        raise CloudFrontError(code, message)
