"""botocore's sessions without old names of services."""

from botocore.hooks import EventAliaser, HierarchicalEmitter

from cfstream.startup.events import PlainSession


def test_events_are_sent_without_a_search_for_old_names() -> None:
    """A handler hears them."""
    session, heard = PlainSession(), []
    assert isinstance(session._events, HierarchicalEmitter)
    session.register("of-a-test.s3", lambda **_: heard.append("heard"))
    session.emit("of-a-test.s3")
    assert heard == ["heard"]


def test_a_release_with_another_private_name() -> None:
    """It sends events as botocore does."""
    session = PlainSession()
    del session._original_handler
    assert isinstance(session._events, EventAliaser)
