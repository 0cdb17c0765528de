"""The words of Flask-Security's messages: ours first, in our own catalogue, then the library's."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import flask_security
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import get_locale, gettext
from flask_security.babel import FsDomain

from vocabulary.labels import N_

# The library ships fr_FR, which Babel does not find for « fr »; and its French says « token ».
WORDS: Final[dict[str, str]] = {
    "Welcome": N_("Confirmez votre inscription"),
    "Please confirm your email": N_("Confirmez votre adresse"),
    "Confirm your new email address": N_("Confirmez votre nouvelle adresse"),
    "Your password has been reset": N_("Votre mot de passe a été remplacé"),
    "Your password has been changed": N_("Votre mot de passe a été changé"),
    "Password reset instructions": N_("Choisir un nouveau mot de passe"),
    "Two-Factor Rescue": N_("Une personne ne peut plus donner son second facteur"),
    "Authentication failed - identity or password/passcode invalid": N_(
        "L’adresse ou le mot de passe ne convient pas."
    ),
    "You do not have permission to view this resource.": N_("Cette page ne vous est pas ouverte."),
    "You must sign in to view this resource.": N_("Connectez-vous pour voir cette page."),
    "You must reauthenticate to access this endpoint": N_(
        "Confirmez que c’est bien vous avant de continuer."
    ),
    "Thank you. To confirm your email address %(email)s, please click on the link in the email"
    " we have just sent to you.": N_(
        "Merci. Un courriel part vers %(email)s : ouvrez le lien qu’il contient."
    ),
    "Thank you. Your email has been confirmed.": N_(
        "Votre adresse est confirmée. Vous pouvez vous connecter."
    ),
    "Your email has already been confirmed.": N_("Cette adresse est déjà confirmée."),
    "Invalid confirmation token.": N_(
        "Ce lien de confirmation n’est pas valable : demandez-en un autre."
    ),
    "Password does not match": N_("Le mot de passe ne correspond pas."),
    "Passwords do not match": N_("Les deux mots de passe diffèrent."),
    "Recovery code invalid": N_("Ce code de secours n’est pas valable."),
    "No recovery codes generated yet": N_("Aucun code de secours n’a encore été créé."),
    "Instructions to reset your password have been sent to %(email)s.": N_(
        "Si un compte existe pour %(email)s, un courriel y part avec la marche à suivre."
    ),
    "You did not reset your password within %(within)s. ": N_(
        "Ce lien n’était valable que %(within)s : demandez-en un autre."
    ),
    "Invalid reset password token.": N_("Ce lien n’est pas valable : demandez-en un autre."),
    "Email requires confirmation.": N_(
        "Votre adresse n’est pas encore confirmée : ouvrez le lien reçu, ou demandez-en un autre."
    ),
    "Confirmation instructions have been sent to %(email)s.": N_(
        "Si un compte attend une confirmation pour %(email)s, un courriel y part."
    ),
    "You did not confirm your email within %(within)s. ": N_(
        "Ce lien n’était valable que %(within)s : demandez-en un autre."
    ),
    "Account is disabled.": N_("Ce compte est fermé."),
    "Email not provided": N_("Indiquez une adresse électronique."),
    "Invalid email address": N_("Cette adresse électronique ne se lit pas."),
    "Invalid code": N_("Ce code ne convient pas."),
    "Password not provided": N_("Indiquez un mot de passe."),
    "Password must be at least %(length)s characters": N_(
        "Le mot de passe doit compter au moins %(length)s caractères."
    ),
    "Invalid password": N_("Le mot de passe ne convient pas."),
    "Specified user does not exist": N_("L’adresse ou le mot de passe ne convient pas."),
    "Forgot password?": N_("Mot de passe oublié ?"),
    "You successfully reset your password. Please authenticate using your new password.": N_(
        "Votre mot de passe est remplacé. Connectez-vous avec le nouveau."
    ),
    "Your new password must be different than your previous password.": N_(
        "Le nouveau mot de passe doit être différent de l’ancien."
    ),
    "You successfully changed your password.": N_(
        "Votre mot de passe est changé ; vos autres connexions sont fermées."
    ),
    "Reauthentication successful": N_("C’est bien vous : vous pouvez continuer."),
    "You can only access this endpoint when not logged in.": N_("Vous êtes déjà connecté."),
    "Your code has been confirmed": N_("Vous êtes connecté."),
    "You successfully changed your two-factor method.": N_("Votre second facteur est en place."),
    "You currently do not have permissions to access this page": N_(
        "Cette étape a expiré : connectez-vous de nouveau."
    ),
    "You successfully disabled two-factor authorization.": N_("Votre second facteur est retiré."),
    "Setup must be completed within %(within)s. Please start over.": N_(
        "Cette étape n’était ouverte que %(within)s : recommencez."
    ),
    "Passkey operations must be completed within %(within)s. Please start over.": N_(
        "Cette étape n’était ouverte que %(within)s : recommencez."
    ),
    "Nickname for new passkey is required.": N_("Donnez un nom à cette clé d’accès."),
    "%(name)s is already associated with a passkey.": N_(
        "Une de vos clés d’accès s’appelle déjà %(name)s."
    ),
    "Successfully deleted the passkey with name: %(name)s": N_(
        "La clé d’accès « %(name)s » est supprimée."
    ),
    "Successfully added the passkey with name: %(name)s": N_(
        "La clé d’accès « %(name)s » est ajoutée."
    ),
    "Unregistered passkey.": N_("Cette clé d’accès n’est pas connue ici."),
    "Could not verify passkey: %(cause)s.": N_("La clé d’accès n’a pas pu être vérifiée."),
    "Passkey not registered for this use (first or secondary)": N_(
        "Cette clé d’accès n’est pas prévue pour cette étape."
    ),
    "Confirmation must be completed within %(within)s. Please start over.": N_(
        "Ce lien n’était valable que %(within)s : recommencez."
    ),
    "Change of email address confirmed": N_("Votre adresse est changée."),
    "Instructions to confirm your new email address have been sent to %(email)s.": N_(
        "Un courriel part vers %(email)s : le lien qu’il contient change votre adresse."
    ),
    "Input not appropriate for requested API": N_("Cette demande n’est pas valable."),
    "Redirections outside the domain are forbidden": N_("Cette demande n’est pas valable."),
    "Authentication Code": N_("Code à six chiffres"),
    "Email Address": N_("Adresse électronique"),
    "New Password": N_("Nouveau mot de passe"),
    "Password": N_("Mot de passe"),
    "Retype Password": N_("Le même mot de passe, une seconde fois"),
    "Remember Me": N_("Rester connecté sur cet appareil"),
    "Recovery Code": N_("Code de secours"),
    "Available Second Factor Methods:": N_("Comment voulez-vous continuer ?"),
    "Trouble Accessing Your Account?/Lost Mobile Device?": N_("Que voulez-vous faire ?"),
    "Contact Administrator": N_("Demander de l’aide à l’équipe"),
    "Use previously downloaded recovery code": N_("Donner un code de secours"),
    "Nickname": N_("Nom de la clé"),
    "Usage": N_("Cette clé servira à"),
    "Use as a first authentication factor": N_("me connecter sans mot de passe"),
    "Use as a secondary authentication factor": N_("confirmer après le mot de passe"),
    "Identity": N_("Adresse électronique"),
    "authenticator": N_("application d’authentification"),
    "passkey": N_("clé d’accès"),
    "none": N_("aucun"),
}


@lru_cache
def _shipped_french() -> NullTranslations:
    folder = Path(str(flask_security.__file__)).parent / "translations"
    return Translations.load(str(folder), ["fr_FR"], "flask_security")


class OwnWordsDomain(FsDomain):
    """Words a message of the library in the language of the page."""

    def gettext(self, string: str, **variables: Any) -> str:  # noqa: ANN401 - the library's own
        """Return our words when there are some, else the library's."""
        if string in WORDS:
            return str(gettext(WORDS[string], **variables))
        is_french = str(get_locale() or "fr").startswith("fr")
        text = _shipped_french().gettext(string) if is_french else string
        return str(text % variables if variables else text)


def words_for(app: Flask) -> OwnWordsDomain:
    """Return the domain to install in Flask-Security."""
    return OwnWordsDomain(app)  # type: ignore[no-untyped-call]
