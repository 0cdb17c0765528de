"""A small OpenID Connect provider on the loopback: code flow, PKCE, nonce, signed user info."""

import base64
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from flask import Flask, Response, abort, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT_ID = "tour-de-table"
CLIENT_SECRET = "a secret of the test"


class Provider:
    """What the provider knows: who is signed in there, and the codes it gave."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = RSAKey.generate_key(2048, parameters={"kid": "1"})
        self.person: dict[str, Any] = {}
        self.grants: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        # Faults a test may switch on.
        self.wrong_nonce = False
        self.wrong_audience = False
        self.refuses = False

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings that point the application at this provider."""
        return {
            "proconnect_issuer": self.issuer,
            "proconnect_client_id": CLIENT_ID,
            "proconnect_client_secret": CLIENT_SECRET,
        }

    def authorize(self) -> ResponseReturnValue:
        """Answer at once for the person signed in here."""
        back, state = request.args["redirect_uri"], request.args["state"]
        if self.refuses:
            return redirect(f"{back}?error=access_denied&state={state}")
        if request.args["code_challenge_method"] != "S256" or "openid" not in request.args["scope"]:
            abort(400)
        code = secrets.token_urlsafe()
        self.grants[code] = {
            name: request.args[name] for name in ("nonce", "code_challenge", "redirect_uri")
        }
        return redirect(f"{back}?code={code}&state={state}")

    def token(self) -> ResponseReturnValue:
        """Exchange a code, once, for whoever holds the verifier and the client's secret."""
        grant = self.grants.pop(request.form["code"], None)
        who = request.authorization
        if who is None or (who.username, who.password) != (CLIENT_ID, CLIENT_SECRET):
            abort(401)
        digest = sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or challenge != grant["code_challenge"]:
            abort(400)
        access = secrets.token_urlsafe()
        self.tokens.add(access)
        nonce = "another" if self.wrong_nonce else grant["nonce"]
        return jsonify(
            access_token=access,
            token_type="Bearer",
            expires_in=60,
            id_token=self._signed({"sub": self.person["sub"], "nonce": nonce}),
        )

    def userinfo(self) -> ResponseReturnValue:
        """Return the signed claims of the person, as ProConnect does."""
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if bearer not in self.tokens:
            abort(401)
        return Response(self._signed(self.person), content_type="application/jwt")

    def _signed(self, claims: dict[str, Any]) -> str:
        moment = int(time.time())
        audience = "somebody-else" if self.wrong_audience else CLIENT_ID
        frame = {"iss": self.issuer, "aud": audience, "iat": moment, "exp": moment + 60}
        return jwt.encode({"alg": "RS256", "kid": "1"}, {**frame, **claims}, self.key)


@contextmanager
def serve_provider() -> Iterator[Provider]:
    """Serve a provider on a free port of the loopback."""
    app = Flask("provider")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    provider = Provider(f"http://localhost:{server.server_port}")
    app.add_url_rule("/authorize", view_func=provider.authorize)
    app.add_url_rule("/token", view_func=provider.token, methods=["POST"])
    app.add_url_rule("/userinfo", view_func=provider.userinfo)

    @app.get("/jwks")
    def jwks() -> ResponseReturnValue:
        return jsonify(keys=[provider.key.as_dict(private=False)])

    @app.get("/.well-known/openid-configuration")
    def configuration() -> ResponseReturnValue:
        pages = {
            f"{name}_endpoint": f"{provider.issuer}/{path}"
            for name, path in (
                ("authorization", "authorize"),
                ("token", "token"),
                ("userinfo", "userinfo"),
            )
        }
        return jsonify(
            issuer=provider.issuer,
            jwks_uri=f"{provider.issuer}/jwks",
            id_token_signing_alg_values_supported=["RS256"],
            token_endpoint_auth_methods_supported=["client_secret_basic"],
            **pages,
        )

    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
