"""A day with two sides that wish each other, and the passing of time."""

from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupWish
from models.outbox import OutboxMessage
from services.meetup_wish_notes import QUIET, WISH_NEWS


@dataclass
class Scene:
    """A firm of which one person is a member, a town, and their day."""

    app: Flask
    session: Session
    day: MeetupDay
    firm: MeetupParticipant
    town: MeetupParticipant
    client: FlaskClient

    @property
    def base(self) -> str:
        """Return the address of the firm's wishes."""
        return f"/rencontres/{self.day.slug}/participations/{self.firm.id}/souhaits"

    def reread(self, wish: MeetupWish) -> None:
        """Read a wish as requests left it."""
        self.session.rollback()
        self.session.refresh(wish)

    def wish(self) -> MeetupWish:
        """Return what the firm wishes of the town, read afresh."""
        self.session.rollback()
        found = self.session.scalar(select(MeetupWish).where(MeetupWish.wisher_id == self.firm.id))
        assert found is not None
        return found


def _pass_time(scene: Scene) -> None:
    """Make what waits in the outbox due: a quarter of an hour has passed."""
    scene.session.rollback()
    waiting = select(OutboxMessage).where(OutboxMessage.topic == WISH_NEWS)
    for message in scene.session.scalars(waiting):
        message.due_at -= QUIET
    scene.session.commit()
