"""A lecture site for members: after the login it sets CloudFront's signed cookies, with which the videos play.

The site and the videos are on two hosts of one domain (``www.example.com``, ``media.example.com``), so browsers send
the site's cookies to both. The site only signs; CloudFront serves every byte of video.
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
"""How long the cookies are valid: at most `sign.max_validity` of the spec."""

LECTURES = {
    "counting": ("Counting to twelve", "A test picture, a counter and a tone, in two qualities."),
}
MEMBERS = {"ada": generate_password_hash("engine")}
NO_MEMBER = generate_password_hash("")
"""Checked for unknown members, so that a login takes equally long for them."""

HLS_JS = Path(__file__).parents[1] / "player" / "node_modules" / "hls.js" / "dist"
COOKIES = ("CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id", "CloudFront-Hash-Algorithm")
site = Blueprint("site", __name__)


@dataclass(frozen=True)
class Media:
    """Where the videos are, and the signer for them."""

    url: str
    """The origin for browsers: ``https://media.example.com``."""
    signed_for: str
    """The origin in signatures. It is the same, except in the sandbox, which has its own port."""
    domain: str
    """The common domain of the site and the videos."""
    signer: Signer
    secure: bool = True
    """False without TLS, as on loopback."""


def create_app(media: Media, secret_key: bytes) -> Flask:
    """Return the site for any WSGI server."""
    app = Flask(__name__)
    app.config.update(
        MEDIA=media, SECRET_KEY=secret_key, SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=media.secure
    )
    app.register_blueprint(site)
    return app


def media() -> Media:
    """Return the videos of this site."""
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
    return with_cookies(
        make_response(page)
    )  # new cookies with every page, so that they do not expire during a video


@site.route("/login", methods=["GET", "POST"])
def login() -> Response:
    then, wrong = request.values.get("then", ""), False
    if request.method == "POST":
        member = request.form.get("member", "")
        right = check_password_hash(MEMBERS.get(member, NO_MEMBER), request.form.get("password", ""))
        if right and member in MEMBERS:
            session.clear()
            session["member"] = member
            return make_response(redirect(url_for("site.watch", name=then) if then in LECTURES else "/"))
        wrong = True
    return make_response(render_template("login.html", then=then, wrong=wrong), 401 if wrong else 200)


@site.post("/logout")
def logout() -> Response:
    session.clear()
    response = make_response(redirect("/"))
    for name in COOKIES:
        response.delete_cookie(name, domain=media().domain)
    return response


@site.get("/hls.min.js")
def player() -> Response:
    return send_from_directory(HLS_JS, "hls.min.js")


@site.after_request
def guard(response: Response) -> Response:
    """Allow pages to load only the site's files and the videos, forbid framing, and forbid caching of pages."""
    videos = media().url
    response.headers["Content-Security-Policy"] = (
        f"default-src 'self'; img-src 'self' data: {videos}; connect-src {videos}; media-src blob: {videos}; "
        "worker-src blob:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
    )
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response


def with_cookies(response: Response) -> Response:
    """Return the response with signed cookies for the folder of the videos."""
    signed = media().signer.for_hls(f"{media().signed_for}/hls/", LASTING)
    for name, value in signed.cookies.items():
        response.set_cookie(
            name, value, LASTING, domain=media().domain, secure=media().secure, httponly=True, samesite="Lax"
        )
    return response
