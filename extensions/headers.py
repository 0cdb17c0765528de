"""Security headers on every response, errors and uploads included; caches kept honest."""

from http import HTTPStatus

from flask import Flask, Response, g, request, session
from secure import (
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

ONE_YEAR = 31_536_000


def _policy(tile_origin: str) -> ContentSecurityPolicy:
    images = ["'self'", "data:"] + ([tile_origin] if tile_origin else [])
    return (
        ContentSecurityPolicy()
        .default_src("'self'")
        .script_src("'self'")
        .style_src("'self'")
        .img_src(*images)
        .font_src("'self'")
        .connect_src("'self'")
        .worker_src("'self'")
        .object_src("'none'")
        .base_uri("'none'")
        .form_action("'self'")
        .frame_ancestors("'none'")
    )


def init_app(app: Flask, *, is_https: bool, tile_origin: str) -> None:
    """Set the headers after each request."""
    headers = Secure(
        csp=_policy(tile_origin),
        coop=CrossOriginOpenerPolicy().same_origin(),
        hsts=StrictTransportSecurity().max_age(ONE_YEAR) if is_https else None,
        permissions=PermissionsPolicy().geolocation().camera().microphone(),
        referrer=ReferrerPolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
    )
    values = dict(headers.headers)

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in values.items():
            response.headers.setdefault(name, value)
        _mark_cacheability(response)
        return response


def _mark_cacheability(response: Response) -> None:
    """Keep pages out of shared caches: they depend on who asks and in which language."""
    is_file = request.endpoint in {"static", "static_files.vendor"}
    if is_file and response.status_code < HTTPStatus.BAD_REQUEST:
        if g.get("is_lasting", False):
            response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
        return
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Cookie")
    session.accessed = True
