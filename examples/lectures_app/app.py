"""A site of lectures for members: who logs in gets CloudFront's cookies, and with them the videos play.

Site and videos are two hosts of one domain (``www.example.com``, ``media.example.com``), so cookies that the one sets
for the domain go to the other. The site only signs; every byte of video comes from CloudFront.
"""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    send_from_directory,
    session,
    url_for,
)
from werkzeug.security import check_password_hash, generate_password_hash

from cfstream.sign import Signer

LASTING = timedelta(hours=2)
"""How long what is signed lets in: no longer than `sign.max_validity` of the spec."""

LECTURES = {
    "counting": ("Counting to twelve", "A test picture, a counter and a tone, in two qualities."),
}
MEMBERS = {"ada": generate_password_hash("engine")}
NOBODY = generate_password_hash("")
"""Compared where there is no such member, so that this takes as long."""

HLS_JS = Path(__file__).parents[1] / "player" / "node_modules" / "hls.js" / "dist"
COOKIES = ("CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id", "CloudFront-Hash-Algorithm")
site = Blueprint("site", __name__)


@dataclass(frozen=True)
class Media:
    """Where the videos are, and with what to sign for them."""

    url: str
    """As browsers reach them: ``https://media.example.com``."""
    signed_for: str
    """As CloudFront sees it: the same, but where a sandbox listens at a port of its own."""
    domain: str
    """What the hosts of site and videos end in."""
    signer: Signer
    secure: bool = True
    """False where there is no TLS: on loopback."""


def create_app(media: Media, secret_key: bytes) -> Flask:
    """The site, for any WSGI server."""
    app = Flask(__name__)
    app.config.update(
        MEDIA=media, SECRET_KEY=secret_key, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=media.secure
    )
    app.register_blueprint(site)
    return app


def media() -> Media:
    """The videos of this site."""
    found: Media = current_app.config["MEDIA"]
    return found


@site.get("/")
def lectures() -> str:
    return render_template("lectures.html", lectures=LECTURES, media=media().url)


@site.get("/lectures/<name>")
def watch(name: str) -> Response:
    if name not in LECTURES:
        return make_response(render_template("nothing.html"), 404)
    if "member" not in session:
        return make_response(redirect(url_for("site.login", then=name)))
    title, about = LECTURES[name]
    page = render_template("watch.html", title=title, about=about, playlist=f"{media().url}/hls/master.m3u8")
    return let_in(make_response(page))  # anew with every page, so that they do not run out in the middle


@site.route("/login", methods=["GET", "POST"])
def login() -> Response:
    then, wrong = request.values.get("then", ""), False
    if request.method == "POST":
        member = request.form.get("member", "")
        right = check_password_hash(MEMBERS.get(member, NOBODY), request.form.get("password", ""))
        if right and member in MEMBERS:
            session.clear()
            session["member"] = member
            return make_response(redirect(url_for("site.watch", name=then) if then in LECTURES else "/"))
        wrong = True
    return make_response(render_template("login.html", then=then, wrong=wrong), 401 if wrong else 200)


@site.post("/logout")
def logout() -> Response:
    session.clear()
    gone = make_response(redirect("/"))
    for name in COOKIES:
        gone.delete_cookie(name, domain=media().domain)
    return gone


@site.get("/hls.min.js")
def player() -> Response:
    return send_from_directory(HLS_JS, "hls.min.js")


@site.after_request
def guard(response: Response) -> Response:
    """The page may load what is its own and the videos, nobody may frame it, and no cache keeps what cookies opened."""
    videos = media().url
    response.headers["Content-Security-Policy"] = (
        f"default-src 'self'; img-src 'self' data: {videos}; connect-src {videos}; media-src blob: {videos}; "
        "worker-src blob:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
    )
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response


def let_in(response: Response) -> Response:
    """The response, with the cookies that open the folder of the videos."""
    signed = media().signer.for_hls(f"{media().signed_for}/hls/", LASTING)
    for name, value in signed.cookies.items():
        response.set_cookie(
            name, value, LASTING, domain=media().domain, secure=media().secure, httponly=True, samesite="Lax"
        )
    return response
