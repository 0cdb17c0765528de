"""ProConnect: who signs in there is signed in here (OpenID Connect, code flow with PKCE)."""

from typing import Any

from flask import Flask, current_app, session
from werkzeug.wrappers import Response

from config import Settings
from extensions.mailbox import public_address
from services.accounts import ExternalIdentity

NAME = "proconnect"
# The claims of ProConnect; « usual_name » is the surname (ProConnect's documentation).
SCOPES = "openid email given_name usual_name"
TIMEOUT_SECONDS = 10
NEXT_KEY = "oidc_next"


class IdentityProviderError(Exception):
    """The provider refused, cannot be reached, or answered something that does not hold."""


def init_app(app: Flask, settings: Settings) -> None:
    """Declare the provider when it is configured; Authlib is loaded then only."""
    if not settings.has_proconnect:
        return
    from authlib.integrations.flask_client import OAuth  # noqa: PLC0415 - optional, slow to load

    oauth = OAuth(app)
    oauth.register(
        NAME,
        client_id=settings.proconnect_client_id,
        client_secret=settings.proconnect_client_secret,
        server_metadata_url=(
            f"{settings.proconnect_issuer.rstrip('/')}/.well-known/openid-configuration"
        ),
        client_kwargs={
            "scope": SCOPES,
            "code_challenge_method": "S256",
            "timeout": TIMEOUT_SECONDS,
        },
    )


def is_configured() -> bool:
    """Tell whether people may sign in by ProConnect."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.has_proconnect


def start_sign_in(next_path: str) -> Response:
    """Return the redirection to the provider; state, nonce and verifier stay in the session.

    Raises:
        IdentityProviderError: the provider cannot be reached.
    """
    session[NEXT_KEY] = next_path
    try:
        found: Response = _client().authorize_redirect(
            public_address("oidc.callback"), acr_values="eidas1"
        )
    except Exception as error:
        raise IdentityProviderError(type(error).__name__) from error
    return found


def finish_sign_in() -> ExternalIdentity:
    """Exchange the code and return who the provider says is there.

    Authlib checks the state, the signature of the identity token, its issuer, audience, dates
    and nonce.

    Raises:
        IdentityProviderError: one of them does not hold, or the person cancelled.
    """
    client = _client()
    try:
        token = client.authorize_access_token()
        claims = dict(token.get("userinfo") or {})
        subject = str(claims["sub"])
        claims.update(_userinfo(client, token))
    except Exception as error:
        raise IdentityProviderError(type(error).__name__) from error
    if str(claims.get("sub")) != subject:
        message = "subject mismatch"
        raise IdentityProviderError(message)
    return _identity(subject, claims)


def take_next() -> str:
    """Return, once, the page that sign-in was asked from."""
    return str(session.pop(NEXT_KEY, ""))


def _client() -> Any:  # noqa: ANN401 - Authlib has no types
    return current_app.extensions["authlib.integrations.flask_client"].create_client(NAME)


def _userinfo(client: Any, token: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - idem
    """Return the claims of the userinfo endpoint; ProConnect signs them, others do not."""
    import requests  # noqa: PLC0415 - loaded with Authlib

    endpoint = client.load_server_metadata().get("userinfo_endpoint")
    if not endpoint:
        return {}
    # Not by the client: it takes a token that lives 60 seconds, as ProConnect's, for expired.
    bearer = {"Authorization": f"Bearer {token['access_token']}"}
    response = requests.get(endpoint, headers=bearer, timeout=TIMEOUT_SECONDS)
    response.raise_for_status()
    if "jwt" not in response.headers.get("Content-Type", ""):
        return dict(response.json())
    return _signed_claims(client, response.text)


def _signed_claims(client: Any, text: str) -> dict[str, Any]:  # noqa: ANN401 - idem
    from joserfc import jwt  # noqa: PLC0415 - loaded with Authlib
    from joserfc.jwk import KeySet  # noqa: PLC0415 - idem

    keys = KeySet.import_key_set(client.fetch_jwk_set())
    decoded = jwt.decode(text, keys, algorithms=["RS256", "ES256"])
    metadata = client.load_server_metadata()
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": metadata["issuer"]},
        aud={"essential": True, "value": client.client_id},
    ).validate(decoded.claims)
    return dict(decoded.claims)


def _identity(subject: str, claims: dict[str, Any]) -> ExternalIdentity:
    email = str(claims.get("email") or "").strip().lower()
    surname = claims.get("usual_name") or claims.get("family_name") or ""
    names = f"{claims.get('given_name') or ''} {surname}".strip()
    return ExternalIdentity(
        subject=subject[:255],
        email=email,
        email_is_verified=bool(email) and claims.get("email_verified") is True,
        name=names[:120] or email.partition("@")[0][:120],
    )
