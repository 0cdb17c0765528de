"""Forms that a rule of the product may refuse."""

from flask_wtf import FlaskForm


class RefusableForm(FlaskForm):
    """A form that shows the refusal of a rule beside the field it is about."""

    def show_error(self, name: str | None, message: str) -> None:
        """Put a refusal beside its field, else above the form."""
        if name and name in self:
            self[name].errors = [*self[name].errors, message]
        else:
            self.form_errors.append(message)
