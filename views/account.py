"""One's own account: name, language, ways to sign in, organisations."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.database import db_session
from extensions.security import end_other_sessions
from forms.account import ConfirmForm, ProfileForm
from forms.choices import choices_from
from services.accounts import change_profile, has_second_factor
from services.memberships import memberships_of
from views.access import signed_in_person
from vocabulary.languages import LANGUAGES

bp = Blueprint("account", __name__)


@bp.get("/inscription/courriel")
def mail_sent() -> ResponseReturnValue:
    """Say that a mail is on its way, the same whether the address was known or not."""
    return render_template("account/mail_sent.html")


@bp.route("/mon-compte", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """Show the account, and change the name and the language."""
    person = signed_in_person()
    form = ProfileForm(obj=person)
    form.language.choices = choices_from(LANGUAGES.items())
    if form.validate_on_submit():
        change_profile(person, name=form.name(), language=form.language_code())
        db_session().commit()
        session["language"] = person.language
        flash(_("Votre compte est à jour."), "success")
        return redirect(url_for("account.show"))
    memberships = db_session().scalars(memberships_of(person)).all()
    return render_template(
        "account/show.html",
        form=form,
        confirm_form=ConfirmForm(),
        person=person,
        memberships=memberships,
        has_factor=has_second_factor(person),
    )


@bp.post("/mon-compte/autres-connexions")
def end_sessions() -> ResponseReturnValue:
    """Close every session of the account but this one."""
    end_other_sessions(signed_in_person())
    db_session().commit()
    flash(_("Vos autres connexions sont fermées."), "success")
    return redirect(url_for("account.show"))
