"""The proofs of the demonstration: references confirmed, contested, waiting; experiences.

Built through the services that pages call, so that the log and the grades hold.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.account import User
from models.evidence import Experience, ReferenceConfirmation
from models.offer import Offer, Reference
from models.outbox import OutboxMessage
from models.partnership import Partnership
from models.territory import Territory
from services.experience_contents import ExperienceContent
from services.experience_notes import EXPERIENCE_MAIL
from services.experience_replies import submit_reply
from services.experience_review import decide_experience, decide_reply
from services.experiences import (
    Subject,
    speaking_organizations,
    start_experience,
    submit_experience,
)
from services.reference_answers import answer_request
from services.reference_notes import REFERENCE_MAIL
from services.reference_requests import ask_confirmation
from services.references import set_grade
from vocabulary.exchanges import ConfirmationAnswer
from vocabulary.kinds import ReferenceGrade
from vocabulary.periods import paris_day

NETWORK: Final = "reseau-de-capteurs-de-quartier-a-longue-portee"
STREETS: Final = "thermometres-de-rue-publies-en-direct"
SHADE: Final = "rues-a-l-ombre"
QUARTER: Final = "QN04212M"
CONFIRMER: Final = "reseaux@interco-fictive.example"
CONTESTER: Final = "education@commune-fictive.example"
WAITED_FOR: Final = "proprete@ville-fictive.example"

_ON_NETWORK: Final = ExperienceContent(
    title="Trente capteurs dans les caves et les halls : ce que l’on mesure vraiment",
    what="Trente capteurs d’humidité et de température posés dans douze immeubles, avec une "
    "passerelle sur le toit de l’école. Les gardiens ont choisi les emplacements.",
    result="Deux fuites de chauffage repérées avant les réclamations ; le relevé mensuel des "
    "gardiens a été abandonné.",
    limits="Trois capteurs muets en sous-sol, faute de signal. Le remplacement des piles n’était "
    "pas prévu au contrat : comptez une demi-journée par an.",
    year=2025,
)
_REPLY: Final = (
    "Depuis cet essai, la pile dure quatre ans et son remplacement est compris une fois. En "
    "sous-sol profond, nous posons un répéteur : il faut le dire dès la visite."
)
_ON_SHADE: Final = ExperienceContent(
    title="Décider ensemble des rues à ombrer avant de dessiner la place",
    what="Trois réunions de groupe avec les habitants, les capteurs d’un été et les plans du "
    "paysagiste sur la même table.",
    result="Deux rues ont changé d’ordre dans le programme ; le budget d’arrosage est devenu une "
    "ligne du projet.",
    limits="Les mesures d’un seul été ne disent rien d’une année pluvieuse. Les commerçants sont "
    "venus à la troisième réunion seulement.",
    year=2026,
)
_ON_STREETS: Final = ExperienceContent(
    title="Le plan des rues fraîches, vu par le centre social",
    what="Affichage hebdomadaire du plan dans le hall du centre social pendant un été.",
    result="Les sorties des aînés ont suivi le plan ; il n’y a pas eu de comptage.",
    limits="Sans animateur pour l’expliquer, le plan n’est pas lu.",
    year=2026,
)


def seed_demo_evidence(
    session: Session, *, authority: str, innovator: str, staff: str, now: datetime
) -> int:
    """Create what is missing of the proofs; return how many references and experiences."""
    people = [session.scalar(User.by_email(email)) for email in (authority, innovator, staff)]
    city, maker, moderator = people
    if city is None or maker is None or moderator is None:
        return 0
    if session.scalar(select(Experience.id).where(Experience.is_demo).limit(1)) is not None:
        return 0
    created = _seed_references(session, maker, now)
    created += _seed_experiences(session, city, maker, moderator, now)
    _forget_notices(session)
    return created


def _seed_references(session: Session, maker: User, now: datetime) -> int:
    network, streets = _references(session, NETWORK), _references(session, STREETS)
    stories = (
        (network[1:2], CONFIRMER, ConfirmationAnswer.CONFIRMED),
        (streets[:1], CONTESTER, ConfirmationAnswer.DENIED),
        (network[:1], WAITED_FOR, None),
    )
    made = 0
    for found, address, answer in stories:
        for reference in found:
            _ask(session, reference, address, answer, maker, now)
            made += 1
    return made


def _ask(
    session: Session,
    reference: Reference,
    address: str,
    answer: ConfirmationAnswer | None,
    maker: User,
    now: datetime,
) -> None:
    asked_at = now - timedelta(days=4 if answer is None else 20)
    set_grade(reference, ReferenceGrade.DECLARED, now=asked_at)
    confirmation = ask_confirmation(
        session, reference, address, person=maker, today=paris_day(asked_at), now=asked_at
    )
    if answer is None:
        return
    at = now - timedelta(days=6)
    is_denied = answer is ConfirmationAnswer.DENIED
    answer_request(
        session,
        confirmation,
        answer,
        answered_as="Responsable du service",
        note="L’essai a porté sur huit capteurs, pas douze, et s’est arrêté en juin."
        if is_denied
        else "",
        today=paris_day(at),
        now=at,
    )


def _references(session: Session, slug: str) -> list[Reference]:
    offer = session.scalar(select(Offer).where(Offer.slug == slug, Offer.is_demo))
    return list(offer.references) if offer is not None else []


def _seed_experiences(
    session: Session, city: User, maker: User, moderator: User, now: datetime
) -> int:
    network = session.scalar(select(Offer).where(Offer.slug == NETWORK))
    streets = session.scalar(select(Offer).where(Offer.slug == STREETS))
    shade = session.scalar(select(Partnership).where(Partnership.slug == SHADE))
    made = 0
    if network is not None and network.is_public:
        told = _write(session, city, Subject(offer=network), _ON_NETWORK, now - timedelta(days=18))
        made += _publish(session, told, moderator, now - timedelta(days=16))
        _reply(session, told, maker, moderator, now - timedelta(days=9))
    if shade is not None and shade.is_public:
        told = _write(
            session, city, Subject(partnership=shade), _ON_SHADE, now - timedelta(days=12)
        )
        made += _publish(session, told, moderator, now - timedelta(days=11))
    if streets is not None and streets.is_public:
        _write(session, city, Subject(offer=streets), _ON_STREETS, now - timedelta(days=2))
        made += 1
    return made


def _write(
    session: Session, city: User, subject: Subject, content: ExperienceContent, at: datetime
) -> Experience:
    quarter = session.scalar(select(Territory).where(Territory.code == QUARTER))
    placed = ExperienceContent(
        title=content.title,
        what=content.what,
        result=content.result,
        limits=content.limits,
        place=quarter.name if quarter is not None else "Saint-Étienne",
        territory_id=quarter.id if quarter is not None else None,
        year=content.year,
    )
    speaking = speaking_organizations(session, city)[0]
    told = start_experience(
        session, speaking, subject, placed, person=city, today=paris_day(at), now=at
    )
    submit_experience(session, told, person=city, now=at)
    return told


def _publish(session: Session, told: Experience, moderator: User, at: datetime) -> int:
    decide_experience(
        session,
        told,
        publish=True,
        reasons=(),
        comment="",
        lock=told.lock,
        moderator=moderator,
        now=at,
    )
    return 1


def _reply(session: Session, told: Experience, maker: User, moderator: User, at: datetime) -> None:
    if told.offer is None:
        return
    submit_reply(
        session,
        told,
        told.offer.organization,
        _REPLY,
        seen_lock=told.lock,
        person=maker,
        now=at,
    )
    later = at + timedelta(days=1)
    decide_reply(
        session,
        told,
        publish=True,
        comment="",
        lock=told.lock,
        moderator=moderator,
        now=later,
    )


def _forget_notices(session: Session) -> None:
    """Leave unwritten the mails about what is long done; the request that waits is mailed."""
    session.flush()
    waiting = session.scalar(
        select(ReferenceConfirmation.id).where(ReferenceConfirmation.email == WAITED_FOR)
    )
    for message in session.scalars(
        select(OutboxMessage).where(OutboxMessage.topic == REFERENCE_MAIL)
    ):
        if message.payload["confirmation_id"] != waiting:
            session.delete(message)
    session.execute(delete(OutboxMessage).where(OutboxMessage.topic == EXPERIENCE_MAIL))


def remove_demo_evidence(session: Session) -> None:
    """Delete the experiences of the demonstration; requests go with their offers."""
    session.execute(delete(Experience).where(Experience.is_demo))
