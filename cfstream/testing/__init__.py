"""A pytest fixture for your own tests: an AWS sandbox with an edge that answers viewers like CloudFront.

::

    # conftest.py
    pytest_plugins = ["cfstream.testing"]

    # test_player.py
    def test_members_watch(sandbox):
        sandbox.apply("specs/lectures.yaml")
        sandbox.put("hls/master.m3u8", "#EXTM3U")
        assert sandbox.get("hls/master.m3u8").status_code == 403
        assert sandbox.get("hls/master.m3u8", cookies=sandbox.cookies("hls/")).status_code == 200
        sandbox.clock.advance(hours=2)
        assert sandbox.get("hls/master.m3u8", cookies=sandbox.cookies("hls/")).status_code == 200

Without pytest, `Sandbox` is a context manager. It runs in the process of the tests, on a free port, so each worker of
pytest-xdist has its own, and nothing is left when the process ends, however it ends. Needs ``cfstream[sandbox]``.
"""

from importlib.util import find_spec

from cfstream.testing.key_pairs import KeyPair
from cfstream.testing.sandbox import NotApplied, Sandbox, SandboxClock, SandboxState

__all__ = ["KeyPair", "NotApplied", "Sandbox", "SandboxClock", "SandboxState"]

if find_spec("pytest"):  # other test runners cannot use fixtures
    from cfstream.testing.fixtures import running_sandbox, sandbox

    __all__ += ["running_sandbox", "sandbox"]
