"""botocore without some parts still does what cfstream and other programs need."""

import inspect
import sys

import pytest

from cfstream.aws.sessions import Clients, ConnectionSettings
from cfstream.startup.lean_botocore import lean_botocore

LEFT_OUT = ("awscrt", "botocore.docs", "botocore.docs.docstring", "urllib3.http2")


@pytest.fixture
def unimported(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program that has imported none of these modules."""
    for name in LEFT_OUT:
        monkeypatch.delitem(sys.modules, name, raising=False)


@pytest.mark.usefixtures("unimported")
def test_nothing_is_left_out_after_the_block() -> None:
    """Another part of the program can import these modules."""
    with lean_botocore():
        with pytest.raises(ImportError):
            import awscrt  # noqa: F401
        from botocore.docs.docstring import ClientMethodDocstring
        from botocore.docs.utils import AutoPopulatedParam
        from urllib3.http2 import probe
    assert not {*LEFT_OUT} & {*sys.modules}
    import urllib3.http2
    from botocore.docs import docstring

    assert urllib3.http2.inject_into_urllib3 is not None
    assert docstring.ClientMethodDocstring is not ClientMethodDocstring
    assert None not in (AutoPopulatedParam, probe)


@pytest.mark.usefixtures("unimported")
def test_a_release_that_needs_more_gets_it() -> None:
    """Other names than those of today are taken from the real modules."""
    with lean_botocore():
        from botocore.docs import generate_docs
        from botocore.docs.docstring import LazyLoadedDocstring
        from urllib3.http2 import inject_into_urllib3
    assert None not in (generate_docs, LazyLoadedDocstring, inject_into_urllib3)
    with lean_botocore(), pytest.raises(ImportError):
        from botocore.docs import nothing_of_this_name  # noqa: F401


@pytest.mark.usefixtures("unimported")
def test_a_docstring_is_written_when_it_is_read() -> None:
    """`help` shows the documentation of an operation."""
    client = Clients(
        ConnectionSettings(region="us-east-1", sandbox=True, endpoint_url="http://127.0.0.1:1")
    ).of("sts")
    with lean_botocore():
        from botocore.docs.docstring import ClientMethodDocstring
    model = client.meta.service_model.operation_model("GetCallerIdentity")
    late = ClientMethodDocstring(
        operation_model=model,
        method_name="get_caller_identity",
        event_emitter=client.meta.events,
        method_description=model.documentation,
        example_prefix="response = client.get_caller_identity",
        include_signature=False,
    )
    client.get_caller_identity.__func__.__doc__ = late
    assert "IAM user or role" in (inspect.getdoc(client.get_caller_identity) or "")
    assert "IAM user or role" in str(late)
