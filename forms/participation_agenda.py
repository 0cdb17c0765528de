"""Forms of a participant's agenda: changes that were read, the address of its calendar."""

from datetime import UTC, datetime

from flask_wtf import FlaskForm
from wtforms import HiddenField, SubmitField


class NotedForm(FlaskForm):
    """« C’est noté »: the changes that the page showed were read."""

    until = HiddenField()

    def instant(self) -> datetime | None:
        """Return when the page was made, nothing for what is no instant."""
        try:
            found = datetime.fromisoformat(self.until.data or "")
        except ValueError:
            return None
        return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


class SubscriptionForm(FlaskForm):
    """The address that calendar programs poll: asked for, replaced, given up."""

    create = SubmitField()
    renew = SubmitField()
    stop = SubmitField()
