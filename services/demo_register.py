"""The register of two demo needs: lists shown, calls, a meeting, documents, a tie, in time order.

Built through the services that pages call, in the two weeks after each need was published, so
that every chain holds and every page around the register has something to show.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from matching.filters import OfferFilters
from matching.ranking import Page, Ranking
from models.account import User
from models.document import Document
from models.membership import Membership
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.outbox import OutboxMessage
from models.register import RegisterEntry
from services.contact_log import correct_line, log_contact
from services.interests import declare_interest
from services.match_profiles import need_profile
from services.matching import Matcher, Moment
from services.need_documents import DOCUMENTS_MAIL, issue_document, record_opening
from services.register import record_event
from services.shown_lists import ShownList, record_list
from vocabulary.exchanges import RegisterEvent
from vocabulary.kinds import MembershipState
from vocabulary.periods import PARIS

COOLING: Final = "saint-etienne-rafraichir-soixante-logements-mansardes-ou"
DOORS: Final = "saint-etienne-des-portes-de-hall-qui-se-reparent-le"
# The startup of the demo account « innovateur ».
STARTUP: Final = "mesangeo"
LIST_LENGTH: Final = 10
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class _Scene:
    """One need, who acts for its carrier, the list it was shown, and where files go."""

    session: Session
    need: Need
    person: User
    ranking: Ranking
    offers: Sequence[Offer]
    folder: Path | None

    def actor(self, rank: int) -> Organization:
        """Return the actor at this rank of the list, counted without repeats."""
        actors = list(dict.fromkeys(offer.organization for offer in self.offers))
        return actors[min(rank, len(actors)) - 1]

    def call(self, rank: int, said: str, at: datetime) -> RegisterEntry:
        """Log a call with an actor of the list."""
        return self.log(RegisterEvent.CALL, self.actor(rank).name, said, at)

    def meet(self, rank: int, said: str, at: datetime) -> RegisterEntry:
        """Log a meeting with an actor of the list."""
        return self.log(RegisterEvent.MEETING, self.actor(rank).name, said, at)

    def log(self, event: RegisterEvent, partner: str, said: str, at: datetime) -> RegisterEntry:
        """Log a call or a meeting, twenty minutes after it began."""
        return log_contact(
            self.session,
            self.need,
            event,
            partner=partner,
            said=said,
            happened_at=at,
            person=self.person,
            now=at + timedelta(minutes=20),
        )

    def give(self, filename: str, text: str, at: datetime) -> Document | None:
        """Give a document to all contacted, where files can be kept."""
        if self.folder is None:
            return None
        return issue_document(
            self.session,
            self.need,
            filename=filename,
            content=text.encode(),
            person=self.person,
            folder=self.folder,
            now=at,
        )


Step = tuple[int, time, Callable[[_Scene, datetime], object]]


def seed_demo_register(session: Session, *, folder: Path | None, now: datetime) -> int:
    """Write the history of the demo needs whose register is empty; return how many lines."""
    before = _lines(session)
    for key, steps in _HISTORIES.items():
        scene = _scene(session, key, folder)
        if scene is None:
            continue
        for days, hour, step in steps:
            at = _working_moment(scene.need, days, hour)
            if at < now - timedelta(hours=1):
                step(scene, at)
        _forget_mails(session, scene.need)
    return _lines(session) - before


def _lines(session: Session) -> int:
    return session.scalar(select(func.count(RegisterEntry.id))) or 0


def _forget_mails(session: Session, need: Need) -> None:
    """Take back the mails of this history: nobody is told today of last month's documents."""
    session.flush()
    waiting = select(OutboxMessage).where(
        OutboxMessage.topic == DOCUMENTS_MAIL, OutboxMessage.done_at.is_(None)
    )
    for message in session.scalars(waiting):
        if message.payload["need_id"] == need.id:
            session.delete(message)


def _scene(session: Session, key: str, folder: Path | None) -> _Scene | None:
    need = session.scalar(
        select(Need).where(Need.demo_key == key).options(joinedload(Need.carrier))
    )
    if need is None or need.carrier is None or need.published_at is None:
        return None
    if session.scalar(RegisterEntry.of_need(need.id).limit(1)) is not None:
        return None
    person = session.scalar(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organization_id == need.carrier.id,
            Membership.state == MembershipState.APPROVED,
        )
        .order_by(User.id)
        .limit(1)
    )
    if person is None:
        return None
    ranking, offers = _shown_offers(session, need)
    return _Scene(session, need, person, ranking, offers, folder) if offers else None


def _open_list(scene: _Scene, at: datetime) -> None:
    """The carrier reads the first page of its matches."""
    shown = ShownList(
        lines=[(offer.id, offer.organization_id) for offer in scene.offers],
        first=1,
        by_actor=False,
        filters={},
        seed=scene.ranking.seed,
        weights=scene.ranking.weights_version,
    )
    record_list(scene.session, scene.need, shown, person=scene.person, now=at)


def _open_document(scene: _Scene, at: datetime) -> None:
    """The startup of the demo account opens what it was offered."""
    member = scene.session.scalar(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Organization.slug == STARTUP, Membership.state == MembershipState.APPROVED)
        .order_by(User.id)
        .limit(1)
    )
    for document in scene.need.documents:
        record_opening(scene.session, document, person=member, now=at)


def _call_startup(scene: _Scene, at: datetime) -> None:
    """The carrier calls the startup of the demo account about measuring heat."""
    startup = scene.session.scalar(select(Organization).where(Organization.slug == STARTUP))
    if startup is not None:
        scene.log(
            RegisterEvent.CALL,
            startup.name,
            "Demande si dix logements témoins peuvent être suivis tout l’été 2027 sans "
            "électricité. Réponse : oui, sur pile ; un relevé toutes les dix minutes suffit.",
            at,
        )


def _publish(scene: _Scene, at: datetime) -> None:
    """The register opens with the publication of the need."""
    need = scene.need
    facts = {"version": need.version, "kind": need.kind.value, "territory": need.territory.code}
    record_event(scene.session, need, RegisterEvent.PUBLISHED, now=at, facts=facts)


def _mistake(scene: _Scene, at: datetime) -> None:
    """A call written under the wrong need, and its correction."""
    wrong = scene.call(3, "Demande d’un rendez-vous pour parler des halls.", at)
    correct_line(
        scene.session,
        scene.need,
        wrong.sequence,
        reason="Appel reçu pour un autre besoin.",
        person=scene.person,
        now=at + timedelta(minutes=45),
    )


def _declare(scene: _Scene, at: datetime) -> None:
    """The carrier tells of a tie with an actor of its list."""
    declare_interest(
        scene.session,
        scene.actor(2),
        nature="Un agent du service technique y a travaillé jusqu’en 2023",
        organization=scene.need.carrier,
        need=scene.need,
        person=scene.person,
        now=at,
    )


_HISTORIES: Final[Mapping[str, Sequence[Step]]] = {
    COOLING: (
        (0, time(12, 5), _publish),
        (1, time(9, 10), _open_list),
        (
            4,
            time(10, 0),
            lambda scene, at: scene.call(
                1,
                "Demande de délais de pose et de références en rue étroite. Réponse attendue sous "
                "dix jours. Rien n’a été dit du montant envisagé au-delà de la page du besoin.",
                at,
            ),
        ),
        (5, time(11, 0), _declare),
        (
            6,
            time(14, 30),
            lambda scene, at: scene.give(
                "releves-temperature-aout.csv",
                "logement;etage;orientation;nuit_max_c\n1;5;ouest;30.4\n2;6;ouest;31.2\n3;6;sud;29.8\n",
                at,
            ),
        ),
        (
            7,
            time(16, 0),
            lambda scene, at: scene.call(
                2,
                "A posé des questions sur l’accès aux combles. Réponse : les mêmes pour tous, dans "
                "le relevé remis la veille.",
                at,
            ),
        ),
        (
            11,
            time(9, 30),
            lambda scene, at: scene.meet(
                1,
                "Visite de deux logements témoins, une heure et demie. Le fixateur tient sur les "
                "menuiseries existantes ; reste à mesurer le bruit par grand vent.",
                at,
            ),
        ),
        (12, time(10, 15), _call_startup),
        (12, time(15, 0), _open_document),
        (13, time(16, 0), _mistake),
    ),
    DOORS: (
        (0, time(12, 5), _publish),
        (1, time(9, 10), _open_list),
        (
            5,
            time(11, 0),
            lambda scene, at: scene.give(
                "plan-type-des-halls.txt",
                "Vingt-six halls : passage libre de 0,90 m, seuil de 2 cm, alimentation en 24 V.\n",
                at,
            ),
        ),
        (
            6,
            time(14, 0),
            lambda scene, at: scene.call(
                1,
                "Propose une démonstration sur une porte. Nous avons répondu que toute "
                "démonstration serait ouverte aux autres acteurs contactés.",
                at,
            ),
        ),
        (
            12,
            time(17, 0),
            lambda scene, at: scene.meet(
                2,
                "Présentation de la serrure et du stock de pièces. Les gardiens présents demandent "
                "une notice illustrée.",
                at,
            ),
        ),
    ),
}


def _shown_offers(session: Session, need: Need) -> tuple[Ranking, list[Offer]]:
    """Return the first page of the list that answers the need, as its carrier saw it."""
    moment = _moment(need)
    found = Matcher().for_need(
        session,
        need_profile(need),
        moment=moment,
        page=Page(limit=LIST_LENGTH),
        filters=OfferFilters(),
    )
    return found.ranking, [found.offers[line.offer.id] for line in found.ranking.matches]


def _moment(need: Need) -> Moment:
    at = _working_moment(need, 1, time(9, 10))
    return Moment(now=at, today=at.astimezone(PARIS).date())


def _working_moment(need: Need, days: int, hour: time) -> datetime:
    """Return that hour, so many days after publication, put off to Monday at a week-end."""
    assert need.published_at is not None  # noqa: S101 - checked where the scene is set
    day = need.published_at.astimezone(PARIS).date() + timedelta(days=days)
    if day.weekday() >= _SATURDAY:
        day += timedelta(days=7 - day.weekday())
    return datetime.combine(day, hour, tzinfo=PARIS)
