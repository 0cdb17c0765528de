"""Shapes of the repairs of a day: a proposal chosen, a repair taken back."""

from wtforms import HiddenField

from forms.once import OnceForm


class ApplyForm(OnceForm):
    """A proposal, whole and signed."""

    order = HiddenField()


class UndoForm(OnceForm):
    """A repair to take back; its number is in the address."""
