"""Find the service of a request, and its handler.

CloudFront, its edge, the jobs of S3 Batch Operations and IAM's SimulatePrincipalPolicy are the sandbox's own. S3 and
Route 53's records are moto's with stricter rules, GetResources is moto's with CloudFront's tags, ListCertificates is
moto's with missing members added, and every other service is moto's.
All use one port: the Host header identifies a viewer's request, the signature that of an API client.
"""

import io
import logging
import re
import threading
import traceback
from collections.abc import Callable
from functools import partial

from moto.core.request import Request
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.s3control.responses import S3ControlResponse
from werkzeug.wrappers import Response

from cfstream.sandbox import certificates, simulation, sts, tagged
from cfstream.sandbox.accounts import ACCOUNT, Accounts, UnknownKey, account_of
from cfstream.sandbox.batch.service import BatchOperations, concerns
from cfstream.sandbox.cloudfront import CloudFront
from cfstream.sandbox.dns import Records
from cfstream.sandbox.edge import Edge, direct, hosts
from cfstream.sandbox.edge.viewer import hostname
from cfstream.sandbox.listener import Answer, Environ
from cfstream.sandbox.s3 import StrictS3

log = logging.getLogger(__name__)

S3_CONTROL = "/v20180820/"
"""Signed for the service "s3" like S3 itself, and distinguished by its path."""

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/[^/]*/(?P<service>[^/]+)/aws4_request")
_READS = re.compile(r"\.(Get|List|Describe)")


class S3Request(Request):
    """A request for moto's S3 or S3 Control, made from the environ alone, without a Flask application."""

    from_wsgi_server = True


class Routes:
    """Answers every request, one at a time.

    moto is not thread-safe, and a snapshot of the state must not contain half a write. So there is a lock.
    """

    def __init__(
        self,
        accounts: Callable[[], Accounts],
        prepare: Callable[[CloudFront], None],
        written: Callable[[], None],
    ) -> None:
        """`prepare` connects the CloudFront of a new account with its other services."""
        self.lock = threading.RLock()
        self._accounts = accounts
        self._prepare = prepare
        self._account = ACCOUNT
        self._written = written
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._edge = Edge(lambda: accounts().home)
        self._edges: dict[str, Edge] = {}
        self._records = Records(self._cloudfront)
        self._services: dict[str, Callable[[Environ], Answer]] = {
            "acm": self._to_acm,
            "cloudfront": self._to_cloudfront,
            "iam": self._to_iam,
            "route53": self._to_route53,
            "sts": self._to_sts,
            "tagging": self._to_tagging,
        }

    def __call__(self, environ: Environ) -> Answer:
        try:
            with self.lock:
                self._account = account_of(environ)
                # moto finds the account of a key by itself, but not that of a number.
                environ["HTTP_X_MOTO_ACCOUNT_ID"] = self._account
                answer = self._handler(environ)(environ)
        except UnknownKey as unknown:
            what = f"The security token of {unknown} included in the request is invalid"
            return _failure(403, "InvalidClientTokenId", what)
        except NotImplementedError as error:
            return _failure(501, "NotImplemented", str(error))
        except Exception as error:  # a bug of the sandbox: the client and the log get it
            log.error("%s %s\n%s", environ["REQUEST_METHOD"], environ["RAW_URI"], traceback.format_exc())
            return _failure(500, "InternalError", f"the sandbox failed: {type(error).__name__}: {error}")
        if _writes(environ):
            self._written()
        return answer

    def _handler(self, environ: Environ) -> Callable[[Environ], Answer]:
        host = environ.get("HTTP_HOST", "")
        service = signed_for(environ)
        anonymous = not service and not _is_form(environ)
        if edge := self._edge_of_another(host):
            return edge
        if self._edge.serves(host) or (anonymous and hosts.is_foreign(hostname(host))):
            return self._edge
        if anonymous and direct.serves(host):
            return self._to_bucket
        if anonymous or (service == "s3" and not environ["RAW_URI"].startswith(S3_CONTROL)):
            return self._to_s3
        if service == "s3":
            return self._to_s3_control
        return self._services.get(service, self._to_moto)

    def _cloudfront(self) -> CloudFront:
        """Return the CloudFront of the account that the request is from."""
        return self._of(self._account)

    def _of(self, account: str) -> CloudFront:
        return self._accounts().of(account, self._prepare)

    def _edge_of_another(self, host: str) -> Edge | None:
        """Return the edge of another account's CloudFront if the host names one of its distributions."""
        for cloudfront in self._accounts().others:
            account = cloudfront.account
            if account not in self._edges:
                self._edges[account] = Edge(partial(self._of, account))
            if self._edges[account].has(host):
                return self._edges[account]
        return None

    def _to_sts(self, environ: Environ) -> Answer:
        return sts.answer(environ, _body(environ), self._account, self._to_moto)

    def _to_cloudfront(self, environ: Environ) -> Answer:
        path, _, query = environ["RAW_URI"].partition("?")
        status, headers, body = self._cloudfront().handle(
            environ["REQUEST_METHOD"], path, query, _headers(environ), environ["wsgi.input"].read()
        )
        return Answer(status, list(headers.items()), body)

    def _to_s3(self, environ: Environ) -> Answer:
        status, headers, body = StrictS3(self._accounts(), self._account).answer(S3Request(environ))
        return Answer(status, [(name, str(value)) for name, value in headers.items()], body)

    def _to_s3_control(self, environ: Environ) -> Answer:
        if concerns(environ["RAW_URI"]):
            return self._to_batch(environ)
        request = S3Request(environ)
        status, headers, body = S3ControlResponse.dispatch(request, request.raw_url, dict(request.headers))
        content = body.encode() if isinstance(body, str) else body
        return Answer(status, [(name, str(value)) for name, value in headers.items()], content)

    def _to_batch(self, environ: Environ) -> Answer:
        accounts, state = self._accounts(), self._cloudfront().state
        jobs = accounts.jobs.of(self._account)
        operations = BatchOperations(self._account, jobs, accounts.knows, state.now, state.settings.job_parts)
        return operations.answer(environ, _body(environ))

    def _to_iam(self, environ: Environ) -> Answer:
        return simulation.answer(environ, _body(environ), self._to_moto)

    def _to_bucket(self, environ: Environ) -> Answer:
        return direct.answer(environ, self._to_s3)

    def _to_tagging(self, environ: Environ) -> Answer:
        return tagged.answer(environ, _body(environ), self._cloudfront(), self._to_moto)

    def _to_acm(self, environ: Environ) -> Answer:
        return certificates.answer(environ, _body(environ), self._cloudfront().account, self._to_moto)

    def _to_route53(self, environ: Environ) -> Answer:
        return self._records.answer(environ, self._to_moto)

    def _to_moto(self, environ: Environ) -> Answer:
        response = Response.from_app(self._moto, environ)
        return Answer(response.status_code, list(response.headers.items()), response.get_data())


def _body(environ: Environ) -> bytes:
    """Return the body, and keep it for the next reader."""
    body: bytes = environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _headers(environ: Environ) -> dict[str, str]:
    """Return the headers by lower-case name."""
    prefixed = (
        (name.removeprefix("HTTP_"), value) for name, value in environ.items() if name.startswith("HTTP_")
    )
    return {
        "content-type": environ.get("CONTENT_TYPE", ""),
        **{name.replace("_", "-").lower(): value for name, value in prefixed},
    }


def signed_for(environ: Environ) -> str:
    """Return the service in a signature's credential scope (header or query), "" for an unsigned request."""
    where = environ.get("HTTP_AUTHORIZATION") or environ.get("QUERY_STRING", "").replace("%2F", "/")
    found = _SCOPE.search(where)
    return found.group("service").lower() if found else ""


def _is_form(environ: Environ) -> bool:
    """Return whether an unsigned request is a form, which is a call of a query API (sts AssumeRoleWithWebIdentity). Any
    other unsigned request is for S3.
    """
    return environ["REQUEST_METHOD"] == "POST" and "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", "")


def _writes(environ: Environ) -> bool:
    if environ["REQUEST_METHOD"] in ("GET", "HEAD", "OPTIONS"):
        # A job moves on when it is read.
        return concerns(environ["RAW_URI"])
    return not _READS.search(environ.get("HTTP_X_AMZ_TARGET", "")) and signed_for(environ) not in (
        "sts",
        "tagging",
    )


def _failure(status: int, code: str, message: str) -> Answer:
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
    return Answer(status, [("Content-Type", "text/xml")], body.encode("utf-8", "xmlcharrefreplace"))
