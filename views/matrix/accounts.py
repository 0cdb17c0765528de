"""Who may call what: signing in, the account, memberships, administration."""

from typing import Final

from views.matrix.rights import Access

RIGHTS: Final[dict[str, Access]] = {
    # Signing up and in (Flask-Security)
    "security.register": Access.PUBLIC,
    "security.send_confirmation": Access.PUBLIC,
    "security.confirm_email": Access.PUBLIC,
    "security.login": Access.PUBLIC,
    "security.logout": Access.PUBLIC,
    "security.forgot_password": Access.PUBLIC,
    "security.reset_password": Access.PUBLIC,
    "security.tf_select": Access.PUBLIC,
    "security.two_factor_token_validation": Access.PUBLIC,
    "security.two_factor_rescue": Access.PUBLIC,
    "security.mf_recovery": Access.PUBLIC,
    "security.wan_signin": Access.PUBLIC,
    "security.wan_signin_response": Access.PUBLIC,
    "security.change_email_confirm": Access.PUBLIC,
    "oidc.start": Access.PUBLIC,
    "oidc.callback": Access.PUBLIC,
    # One's own account (Flask-Security, views/account.py)
    "security.verify": Access.SIGNED_IN,
    "security.change_password": Access.SIGNED_IN,
    "security.change_email": Access.SIGNED_IN,
    "security.two_factor_setup": Access.SIGNED_IN,
    "security.two_factor_setup_validate": Access.SIGNED_IN,
    "security.mf_recovery_codes": Access.SIGNED_IN,
    "security.wan_register": Access.SIGNED_IN,
    "security.wan_register_response": Access.SIGNED_IN,
    "security.wan_delete": Access.SIGNED_IN,
    "security.wan_verify": Access.SIGNED_IN,
    "security.wan_verify_response": Access.SIGNED_IN,
    "account.mail_sent": Access.PUBLIC,
    "account.show": Access.SIGNED_IN,
    "account.end_sessions": Access.SIGNED_IN,
    # Memberships and claims (views/memberships.py, views/claims.py)
    "memberships.invitations": Access.SIGNED_IN,
    "memberships.invitation": Access.SIGNED_IN,
    "memberships.answer": Access.SIGNED_IN,
    "memberships.withdraw": Access.SIGNED_IN,
    "memberships.join": Access.SIGNED_IN,
    "memberships.team": Access.EDITOR,
    "memberships.leave": Access.TEAM,
    "memberships.invite": Access.OWNER,
    "memberships.decide": Access.OWNER,
    "memberships.change_role": Access.OWNER,
    "memberships.remove": Access.OWNER,
    "claims.claim": Access.SIGNED_IN,
    "claims.prove": Access.SIGNED_IN,
    "claims.queue": Access.STAFF,
    "claims.decide": Access.STAFF,
    # Administration (views/people.py)
    "people.index": Access.ADMINISTRATOR,
    "people.set_role_of": Access.ADMINISTRATOR,
}
