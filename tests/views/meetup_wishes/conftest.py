"""The scene of a day whose wishes are open."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.meetups import (
    make_attendee,
    make_day,
    make_participant,
    make_slots,
)
from tests.factories.organizations import make_organization
from tests.views.meetup_wishes.scenes import Scene
from vocabulary.exchanges import Side
from vocabulary.kinds import OrganizationKind


@pytest.fixture
def scene(app: Flask, session: Session) -> Scene:
    entry = make_organization(session, "Façades d’essai")
    city = make_organization(session, "Commune d’essai", kind=OrganizationKind.COLLECTIVITE)
    person = make_user(session, email="membre@essai.example")
    make_membership(session, person, entry)
    day = make_day(session)
    make_slots(session, day)
    firm = make_participant(session, day, entry.name, organization_id=entry.id)
    town = make_participant(session, day, city.name, side=Side.TERRITORY, organization_id=city.id)
    make_attendee(session, firm, email="firme@essai.example")
    make_attendee(session, town, email="ville@essai.example")
    session.commit()
    return Scene(app, session, day, firm, town, sign_in(app, "membre@essai.example"))
