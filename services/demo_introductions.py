"""The introductions of the demonstration, between the two accounts that meet: one of each state.

Built through the services that pages call, in time order, so that the registers hold and every
page has something to show.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.introduction import Introduction, OutcomeInquiry
from models.membership import Membership
from models.need import Need
from models.offer import Offer
from models.outbox import OutboxMessage
from services.introduction_decisions import accept_introduction, decline_introduction
from services.introduction_notes import INTRODUCTION_MAIL
from services.introduction_threads import SentFile, add_message, mark_read
from services.introductions import request_introduction
from services.need_documents import DOCUMENTS_MAIL
from services.outcomes import OUTCOME_ASK, report_stage
from vocabulary.exchanges import DeclineReason, OutcomeStage, Side
from vocabulary.kinds import MembershipState
from vocabulary.periods import opening_of, paris_day

COOLING: Final = "saint-etienne-rafraichir-soixante-logements-mansardes-ou"
BOARD: Final = "saint-etienne-un-tableau-de-bord-du-quartier-que-les"
DOORS: Final = "saint-etienne-des-portes-de-hall-qui-se-reparent-le"
NETWORK: Final = "reseau-de-capteurs-de-quartier-a-longue-portee"
STREETS: Final = "thermometres-de-rue-publies-en-direct"
CLASSES: Final = "lyceens-metteurs-de-capteurs-dix-seances"
# Figures made up for the demonstration.
MEASURES: Final = (
    "point;rue;ombre;max_c_15h;min_c_nuit\r\n"
    "1;rue de l’exemple;oui;33.1;22.4\r\n"
    "2;place du modèle;non;38.6;25.9\r\n"
    "3;cour témoin;oui;31.8;21.7\r\n"
)


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where the scenes are played: who speaks for each side, and where files go."""

    session: Session
    needs: Mapping[str, Need]
    offers: Mapping[str, Offer]
    buyer: User
    makers: tuple[User, ...]
    folder: Path | None

    def person(self, side: Side) -> User:
        """Return who speaks for one side."""
        return self.buyer if side == Side.TERRITORY else self.makers[0]

    def ask(self, need: str, offer: str, side: Side, message: str, at: datetime) -> Introduction:
        """Send a request from one side."""
        return request_introduction(
            self.session,
            self.needs[need],
            self.offers[offer],
            from_side=side,
            sender=self.person(side),
            message=message,
            now=at,
        )

    def find(self, need: str, offer: str) -> Introduction:
        """Return the request about a pair."""
        return self.session.scalars(
            select(Introduction).where(
                Introduction.need_id == self.needs[need].id,
                Introduction.offer_id == self.offers[offer].id,
            )
        ).one()

    def accept(self, need: str, offer: str, at: datetime) -> None:
        """Let the side asked accept."""
        introduction = self.find(need, offer)
        person = self.person(introduction.to_side)
        accept_introduction(self.session, introduction, person, now=at)

    def write(
        self, need: str, offer: str, author: User, body: str, at: datetime, *, files: bool = False
    ) -> None:
        """Write in a thread; with ``files``, the table of measures goes with it."""
        introduction = self.find(need, offer)
        side = Side.TERRITORY if author is self.buyer else Side.ACTOR
        sent = (SentFile("releve-de-demonstration.csv", MEASURES.encode()),) if files else ()
        add_message(
            self.session,
            introduction,
            author,
            side,
            body=body,
            files=sent if self.folder else (),
            folder=self.folder or Path(),
            now=at,
        )

    def report(self, need: str, offer: str, side: Side, stage: OutcomeStage, at: datetime) -> None:
        """Say for one side what came of it."""
        introduction = self.find(need, offer)
        report_stage(
            self.session, introduction, self.person(side), side, stage=stage, note="", now=at
        )


Scene = Callable[[_Stage, datetime], object]


def seed_demo_introductions(session: Session, *, folder: Path | None, now: datetime) -> int:
    """Play the scenes of which nothing is there yet; return how many requests were made.

    Nothing is played when the accounts or the entries are missing, or a need is closed by then.
    """
    stage = _stage(session, folder, now)
    if stage is None:
        return 0
    for before, scene in sorted(_SCENES, key=lambda one: one[0], reverse=True):
        scene(stage, opening_of(paris_day(now)) + _OFFICE_HOURS - before)
    session.flush()
    made = session.scalars(select(Introduction).where(Introduction.is_demo)).all()
    for introduction in made:
        if introduction.from_side == Side.ACTOR:
            mark_read(session, introduction, stage.makers[0], now=now)
        if introduction.decided_at is not None and not introduction.messages[1:]:
            mark_read(session, introduction, stage.buyer, now=now)
    _quieten(session, {one.id for one in made}, {need.id for need in stage.needs.values()}, now)
    return len(made)


def _stage(session: Session, folder: Path | None, now: datetime) -> _Stage | None:
    if session.scalar(select(Introduction.id).where(Introduction.is_demo).limit(1)) is not None:
        return None
    needs = {
        str(need.demo_key): need
        for need in session.scalars(
            select(Need)
            .where(Need.demo_key.in_((BOARD, COOLING, DOORS)))
            .options(joinedload(Need.carrier))
        )
        if need.is_open_on(paris_day(now))
    }
    offers = {
        offer.slug: offer
        for offer in session.scalars(
            Offer.published().where(Offer.slug.in_((NETWORK, STREETS, CLASSES)))
        )
    }
    if (len(needs), len(offers)) != (3, 3):  # the entries named above
        return None
    buyers = _team(session, needs[DOORS].carrier_id)
    makers = _team(session, offers[NETWORK].organization_id)
    if not buyers or not makers:
        return None
    return _Stage(session, needs, offers, buyers[0], makers, folder)


def _team(session: Session, organization_id: int | None) -> tuple[User, ...]:
    return tuple(
        session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.organization_id == organization_id,
                Membership.state == MembershipState.APPROVED,
            )
            .order_by(User.id)
        )
    )


def _quieten(session: Session, introductions: set[int], needs: set[int], now: datetime) -> None:
    """Take back what would be mailed today of weeks gone by; what comes due later stays."""
    session.flush()
    for message in session.scalars(
        select(OutboxMessage).where(
            OutboxMessage.topic.in_((INTRODUCTION_MAIL, OUTCOME_ASK, DOCUMENTS_MAIL)),
            OutboxMessage.done_at.is_(None),
            OutboxMessage.due_at <= now,
        )
    ):
        payload = message.payload
        if payload.get("introduction_id") in introductions or payload.get("need_id") in needs:
            session.delete(message)
    for inquiry in session.scalars(
        select(OutcomeInquiry).where(
            OutcomeInquiry.introduction_id.in_(introductions),
            OutcomeInquiry.due_on <= paris_day(now),
        )
    ):
        inquiry.asked_at = now


# Scenes are played by day: counted back from the middle of this morning.
_OFFICE_HOURS: Final = timedelta(hours=4)


def _days(days: int, hours: int = 0) -> timedelta:
    return timedelta(days=days, hours=hours)


_SCENES: Final[tuple[tuple[timedelta, Scene], ...]] = (
    # Both sides give another account of what came of it.
    (
        _days(34),
        lambda stage, at: stage.ask(
            BOARD,
            NETWORK,
            Side.ACTOR,
            "Bonjour, nous mesurons déjà dix grandeurs dans un autre quartier, affichées à la "
            "médiathèque, sans caméra ni donnée personnelle. Voulez-vous voir cet affichage ?",
            at,
        ),
    ),
    (_days(32, 3), lambda stage, at: stage.accept(BOARD, NETWORK, at)),
    (
        _days(2, 1),
        lambda stage, at: stage.report(
            BOARD, NETWORK, Side.TERRITORY, OutcomeStage.NOTHING_YET, at
        ),
    ),
    (
        _days(1, 1),
        lambda stage, at: stage.report(BOARD, NETWORK, Side.ACTOR, OutcomeStage.MEETING, at),
    ),
    # One month today: both sides are asked what came of it.
    (
        _days(33),
        lambda stage, at: stage.ask(
            DOORS,
            NETWORK,
            Side.TERRITORY,
            "Bonjour, un capteur d’ouverture par hall nous dirait le jour même qu’une porte reste "
            "ouverte. Cela existe-t-il sur pile, et sans caméra ?",
            at,
        ),
    ),
    (_days(30), lambda stage, at: stage.accept(DOORS, NETWORK, at)),
    # Declined with a reason.
    (
        _days(22),
        lambda stage, at: stage.ask(
            DOORS,
            CLASSES,
            Side.ACTOR,
            "Bonjour, une classe du lycée voisin pourrait compter les ouvertures de porte pendant "
            "un trimestre. Est-ce que cela vous intéresse ?",
            at,
        ),
    ),
    (
        _days(20),
        lambda stage, at: decline_introduction(
            stage.session,
            stage.find(DOORS, CLASSES),
            stage.buyer,
            reason=DeclineReason.NOT_OUR_FIELD,
            note="Nous cherchons une porte réparable ; la mesure viendra plus tard.",
            now=at,
        ),
    ),
    # Accepted, with a conversation and a file.
    (
        _days(16),
        lambda stage, at: stage.ask(
            COOLING,
            STREETS,
            Side.TERRITORY,
            "Bonjour, avant d’équiper dix logements témoins, nous voudrions savoir quelles façades "
            "chauffent le plus. Vos thermomètres conviennent-ils à une rue étroite ?",
            at,
        ),
    ),
    (_days(15), lambda stage, at: stage.accept(COOLING, STREETS, at)),
    (
        _days(15, -1),
        lambda stage, at: stage.write(
            COOLING,
            STREETS,
            stage.makers[0],
            "Bonjour, oui : on les fixe aux descentes d’eau, à trois mètres, sans nacelle. "
            "Voici un relevé d’exemple pour juger du grain des mesures.",
            at,
            files=True,
        ),
    ),
    (
        _days(12),
        lambda stage, at: stage.write(
            COOLING,
            STREETS,
            stage.buyer,
            "Merci, c’est lisible. Peut-on placer deux points dans la cour, côté chambres ?",
            at,
        ),
    ),
    (
        _days(8),
        lambda stage, at: stage.write(
            COOLING,
            STREETS,
            stage.makers[-1],
            "C’est possible si la cour a une prise ou du soleil quatre heures par jour. "
            "Nous pouvons venir la voir un matin de la semaine prochaine.",
            at,
        ),
    ),
    # One request waits on each side.
    (
        _days(2),
        lambda stage, at: stage.ask(
            COOLING,
            CLASSES,
            Side.TERRITORY,
            "Bonjour, nous aimerions qu’une classe suive l’été des dix logements témoins avec "
            "nous. Combien d’élèves, et à partir de quand ?",
            at,
        ),
    ),
    (
        _days(1),
        lambda stage, at: stage.ask(
            COOLING,
            NETWORK,
            Side.ACTOR,
            "Bonjour, notre réseau de capteurs peut mesurer la température des logements témoins "
            "toutes les dix minutes, sans wifi des locataires. Parlons-en ?",
            at,
        ),
    ),
)
