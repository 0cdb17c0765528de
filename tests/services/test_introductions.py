"""Requests: who may ask whom, one open at a time, caps, answers, and what the register keeps."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.federation import FederationMember
from models.introduction import Introduction
from models.membership import Membership
from models.outbox import OutboxMessage
from models.register import RegisterEntry
from services.errors import Conflict, RuleViolation
from services.introduction_caps import (
    MOST_PENDING,
    PER_PAIR,
    PER_PERSON,
    PER_SENDER,
    PER_TARGET,
    TooManyRequests,
)
from services.introduction_decisions import (
    accept_introduction,
    decline_introduction,
    follow_calendar,
    withdraw_introduction,
)
from services.introduction_notes import INTRODUCTION_DUE
from services.introduction_threads import (
    MAX_UNANSWERED,
    SentFile,
    add_message,
    current_contacts,
    side_of,
    take_contact,
)
from services.introductions import AlreadyOpen, NobodyThere, pair_key, request_introduction
from services.register import verify_register
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.entries import make_need
from tests.factories.introductions import Table, make_introduction, make_table
from tests.factories.organizations import make_offer, make_organization
from vocabulary.exchanges import DeclineReason, IntroductionState, RegisterEvent, Side
from vocabulary.kinds import (
    FederationState,
    MembershipState,
    OrganizationKind,
    PublicationState,
    UserRole,
)

DAY = timedelta(days=1)
OTHER = {Side.TERRITORY: Side.ACTOR, Side.ACTOR: Side.TERRITORY}


@pytest.fixture
def table(empty_session: Session) -> Table:
    return make_table(empty_session)


def events(session: Session, table: Table) -> list[RegisterEvent]:
    """Return what the register of the need holds, in order."""
    return [entry.event for entry in session.scalars(RegisterEntry.of_need(table.need.id))]


def decline(
    session: Session, introduction: Introduction, table: Table, *, now: object = NOW
) -> None:
    """Decline for the side that was asked."""
    decline_introduction(
        session,
        introduction,
        table.asked(introduction.from_side),
        reason=DeclineReason.CALENDAR,
        note="Pas avant l’été.",
        now=now,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("side", list(Side))
def test_a_request_leaves_with_its_message_and_its_calendar(
    empty_session: Session, table: Table, side: Side
) -> None:
    introduction = make_introduction(empty_session, table, from_side=side)
    assert introduction.state is IntroductionState.SENT
    assert introduction.open_key == pair_key(table.need.id, table.offer.id)
    assert [(one.side, one.body) for one in introduction.messages] == [
        (side, "Bonjour, parlons-en.")
    ]
    assert introduction.contact_of(side) is table.sender(side)
    assert introduction.contact_of(OTHER[side]) is None
    due = empty_session.scalars(
        select(OutboxMessage.due_at)
        .where(OutboxMessage.topic == INTRODUCTION_DUE)
        .order_by(OutboxMessage.due_at)
    )
    assert list(due) == [NOW + 3 * DAY, NOW + 10 * DAY, NOW + 21 * DAY]
    expected = RegisterEvent.CONTACTED if side == Side.TERRITORY else RegisterEvent.APPROACHED
    assert events(empty_session, table) == [expected]


def test_a_second_request_about_the_pair_is_led_to_the_first(
    empty_session: Session, table: Table
) -> None:
    first = make_introduction(empty_session, table)
    with pytest.raises(AlreadyOpen) as refusal:
        make_introduction(empty_session, table, from_side=Side.ACTOR)
    assert refusal.value.introduction_id == first.id


def test_only_the_team_of_a_side_asks_for_it(empty_session: Session, table: Table) -> None:
    stranger = make_user(empty_session, role=UserRole.STAFF)
    with pytest.raises(RuleViolation, match="Seule l’équipe"):
        request_introduction(
            empty_session,
            table.need,
            table.offer,
            from_side=Side.ACTOR,
            sender=stranger,
            message="Bonjour",
            now=NOW,
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: setattr(table.need, "closed_at", NOW), "n’est plus ouvert"),
        (lambda table: setattr(table.need, "closes_on", (NOW - DAY).date()), "n’est plus ouvert"),
        (lambda table: setattr(table.need, "state", PublicationState.DRAFT), "n’est plus ouvert"),
        (lambda table: setattr(table.offer, "state", PublicationState.ARCHIVED), "pas publiée"),
        (lambda table: setattr(table.actor, "state", PublicationState.SUSPENDED), "pas publiée"),
        (lambda table: setattr(table.actor, "is_claimed", False), "Personne ne s’occupe"),
        (lambda table: setattr(table.need, "carrier_id", None), "pas encore porté"),
        (lambda table: setattr(table.need, "carrier_id", table.actor.id), "même acteur"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    empty_session: Session, table: Table, change: Callable[[Table], None], message: str
) -> None:
    change(table)
    empty_session.flush()
    empty_session.expire(table.need, ["carrier"])
    with pytest.raises(RuleViolation, match=message):
        make_introduction(empty_session, table)
    assert empty_session.scalars(select(Introduction)).all() == []
    assert events(empty_session, table) == []


def test_an_entry_whose_team_left_is_nobody(empty_session: Session, table: Table) -> None:
    for membership in empty_session.scalars(
        select(Membership).where(Membership.organization_id == table.actor.id)
    ):
        membership.state = MembershipState.REFUSED
    empty_session.flush()
    with pytest.raises(NobodyThere):
        make_introduction(empty_session, table)


def test_a_relay_is_one_that_federates_the_actor(empty_session: Session, table: Table) -> None:
    relay = make_organization(empty_session, "Incubateur", kind=OrganizationKind.INCUBATOR)
    link = FederationMember(federator_id=relay.id, member_id=table.actor.id)
    empty_session.add(link)
    empty_session.flush()

    def ask() -> Introduction:
        return request_introduction(
            empty_session,
            table.need,
            table.offer,
            from_side=Side.TERRITORY,
            sender=table.buyer,
            message="Bonjour",
            relay=relay,
            now=NOW,
        )

    with pytest.raises(RuleViolation, match="ne fédère pas"):
        ask()
    link.state = FederationState.CONSENTED
    empty_session.flush()
    assert ask().relay is relay


@pytest.mark.parametrize("side", list(Side))
def test_accepting_discloses_both_contacts(
    empty_session: Session, table: Table, side: Side
) -> None:
    introduction = make_introduction(empty_session, table, from_side=side)
    assert set(current_contacts(empty_session, introduction).values()) == {None}
    accept_introduction(empty_session, introduction, table.asked(side), now=NOW + DAY)
    assert introduction.state is IntroductionState.ACCEPTED
    assert current_contacts(empty_session, introduction) == {
        Side.TERRITORY: table.buyer,
        Side.ACTOR: table.maker,
    }
    assert introduction.open_key is not None
    assert events(empty_session, table)[-1] is RegisterEvent.ACCEPTED


def test_declining_frees_the_pair_for_the_other_side_only(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    decline(empty_session, introduction, table)
    assert introduction.open_key is None
    assert (introduction.decline_reason, introduction.decline_note) == (
        DeclineReason.CALENDAR,
        "Pas avant l’été.",
    )
    with pytest.raises(RuleViolation, match="20/02/2027"):
        make_introduction(empty_session, table, now=NOW + 89 * DAY)
    again = make_introduction(empty_session, table, from_side=Side.ACTOR, now=NOW + DAY)
    assert again.state is IntroductionState.SENT


def test_ninety_days_after_a_refusal_the_same_side_may_ask_again(
    empty_session: Session, table: Table
) -> None:
    decline(empty_session, make_introduction(empty_session, table), table)
    again = make_introduction(empty_session, table, now=NOW + 90 * DAY)
    assert again.state is IntroductionState.SENT


def test_a_refusal_is_undone_within_seven_days(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    decline(empty_session, introduction, table)
    accept_introduction(
        empty_session, introduction, table.maker, now=NOW + 7 * DAY - timedelta(seconds=1)
    )
    assert introduction.state is IntroductionState.ACCEPTED
    assert introduction.decline_reason is None
    assert introduction.open_key == pair_key(table.need.id, table.offer.id)


def test_a_refusal_stands_after_seven_days(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    decline(empty_session, introduction, table)
    with pytest.raises(Conflict):
        accept_introduction(empty_session, introduction, table.maker, now=NOW + 7 * DAY)


def test_a_refusal_is_not_undone_once_the_other_side_asked_anew(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    decline(empty_session, introduction, table)
    make_introduction(empty_session, table, from_side=Side.ACTOR, now=NOW + DAY)
    with pytest.raises(Conflict):
        accept_introduction(empty_session, introduction, table.maker, now=NOW + 2 * DAY)


def test_nobody_answers_their_own_request(empty_session: Session, table: Table) -> None:
    make_membership(empty_session, table.buyer, table.actor)
    introduction = make_introduction(empty_session, table)
    with pytest.raises(RuleViolation, match="une autre personne"):
        accept_introduction(empty_session, introduction, table.buyer, now=NOW)


def test_the_sender_does_not_answer_and_the_asked_does_not_withdraw(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.carrier)
    with pytest.raises(RuleViolation, match="qui a reçu"):
        accept_introduction(empty_session, introduction, colleague, now=NOW)
    with pytest.raises(RuleViolation, match="qui a envoyé"):
        withdraw_introduction(empty_session, introduction, table.maker, now=NOW)
    withdraw_introduction(empty_session, introduction, colleague, now=NOW)
    assert introduction.state is IntroductionState.WITHDRAWN
    assert introduction.open_key is None


def test_time_ends_a_request_once(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    for _ in range(2):
        follow_calendar(empty_session, introduction.id, expires=True, now=NOW + 21 * DAY)
    assert introduction.state is IntroductionState.EXPIRED
    assert introduction.open_key is None
    assert events(empty_session, table) == [RegisterEvent.CONTACTED, RegisterEvent.EXPIRED]


def test_the_calendar_leaves_an_answered_request_alone(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    follow_calendar(empty_session, introduction.id, expires=True, now=NOW + 21 * DAY)
    follow_calendar(empty_session, 10_000, expires=True, now=NOW)
    assert introduction.state is IntroductionState.ACCEPTED


def test_the_asking_side_may_not_insist_without_an_answer(
    empty_session: Session, table: Table, tmp_path: Path
) -> None:
    introduction = make_introduction(empty_session, table)

    def write(side: Side) -> None:
        add_message(
            empty_session,
            introduction,
            table.sender(side),
            side,
            body="Encore un mot",
            folder=tmp_path,
            now=NOW,
        )

    for _ in range(MAX_UNANSWERED - 1):
        write(Side.TERRITORY)
    with pytest.raises(RuleViolation, match="sans réponse"):
        write(Side.TERRITORY)
    write(Side.ACTOR)
    write(Side.TERRITORY)
    assert len(introduction.messages) == MAX_UNANSWERED + 2


def test_a_closed_thread_takes_no_message(
    empty_session: Session, table: Table, tmp_path: Path
) -> None:
    introduction = make_introduction(empty_session, table)
    decline(empty_session, introduction, table)
    with pytest.raises(Conflict):
        add_message(
            empty_session,
            introduction,
            table.buyer,
            Side.TERRITORY,
            body="Mais enfin",
            folder=tmp_path,
            now=NOW,
        )


def test_an_actors_file_stays_in_the_thread(
    empty_session: Session, table: Table, tmp_path: Path
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    message = add_message(
        empty_session,
        introduction,
        table.maker,
        Side.ACTOR,
        body="Voici",
        files=[SentFile("../note.txt", b"secret")],
        folder=tmp_path,
        now=NOW,
    )
    (document,) = message.documents
    assert (document.filename, document.need_id, document.organization) == (
        "note.txt",
        None,
        table.actor,
    )
    last = empty_session.scalars(RegisterEntry.of_need(table.need.id)).all()[-1]
    assert last.event is RegisterEvent.DOCUMENT_RECEIVED
    assert last.facts["digest"] == document.digest


def test_a_buyers_file_goes_to_all_the_actors_contacted(
    empty_session: Session, table: Table, tmp_path: Path
) -> None:
    rival = make_organization(empty_session, "Rivale", is_claimed=True)
    make_membership(empty_session, make_user(empty_session), rival)
    other = make_introduction(
        empty_session, table, offer=make_offer(empty_session, rival, "Offre rivale")
    )
    introduction = make_introduction(empty_session, table, accepted=True)
    add_message(
        empty_session,
        introduction,
        table.buyer,
        Side.TERRITORY,
        body="Le relevé",
        files=[SentFile("releve.csv", b"a;b\n1;2\n")],
        folder=tmp_path,
        now=NOW,
    )
    (document,) = table.need.documents
    assert document.message_id is None
    assert {one.organization_id for one in document.deliveries} == {
        other.actor_id,
        table.actor.id,
    }


def test_a_file_too_many_is_refused(empty_session: Session, table: Table, tmp_path: Path) -> None:
    introduction = make_introduction(empty_session, table)
    with pytest.raises(RuleViolation, match="3 fichiers"):
        add_message(
            empty_session,
            introduction,
            table.maker,
            Side.ACTOR,
            body="Voici",
            files=[SentFile(f"{number}.txt", b"x") for number in range(4)],
            folder=tmp_path,
            now=NOW,
        )


def test_who_leaves_no_longer_reads_and_is_no_longer_shown(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.actor)
    assert side_of(empty_session, introduction, table.maker) is Side.ACTOR
    empty_session.scalars(
        select(Membership).where(Membership.user_id == table.maker.id)
    ).one().state = MembershipState.REFUSED
    empty_session.flush()
    assert side_of(empty_session, introduction, table.maker) is None
    assert current_contacts(empty_session, introduction)[Side.ACTOR] is None
    take_contact(empty_session, introduction, colleague, Side.ACTOR)
    empty_session.flush()
    assert current_contacts(empty_session, introduction)[Side.ACTOR] is colleague


def test_staff_have_no_side(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    staff = make_user(empty_session, role=UserRole.STAFF)
    assert side_of(empty_session, introduction, staff) is None


def test_who_belongs_to_both_sides_speaks_for_the_one_that_did_not_ask(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    both = make_user(empty_session)
    make_membership(empty_session, both, table.actor)
    make_membership(empty_session, both, table.carrier)
    make_membership(empty_session, table.buyer, table.actor)
    assert side_of(empty_session, introduction, both) is Side.ACTOR
    assert side_of(empty_session, introduction, table.buyer) is Side.TERRITORY


def test_nobody_becomes_the_contact_before_acceptance(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    with pytest.raises(Conflict):
        take_contact(empty_session, introduction, table.maker, Side.ACTOR)


def ask_many(
    session: Session, table: Table, count: int, *, per_actor: int = PER_PAIR, mark: str = "c"
) -> None:
    """Send ``count`` requests of the buyer on one day, to as many actors as it takes."""
    for number in range(count):
        if number % per_actor == 0:
            actor = make_organization(session, f"Visée {mark}{number}", is_claimed=True)
            make_membership(session, make_user(session), actor)
        offer = make_offer(session, actor, f"Offre {mark}{number}")
        make_introduction(session, table, offer=offer)


def test_a_person_asks_so_many_times_a_day(empty_session: Session, table: Table) -> None:
    ask_many(empty_session, table, PER_PERSON)
    with pytest.raises(TooManyRequests, match=f"Vous avez envoyé {PER_PERSON}"):
        make_introduction(empty_session, table)
    make_introduction(empty_session, table, now=NOW + DAY)


def test_an_organisation_asks_so_many_times_a_day(empty_session: Session, table: Table) -> None:
    ask_many(empty_session, table, PER_PERSON)
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.carrier)
    second = Table(table.carrier, table.actor, colleague, table.maker, table.need, table.offer)
    ask_many(empty_session, second, PER_SENDER - PER_PERSON, mark="d")
    third = make_user(empty_session)
    make_membership(empty_session, third, table.carrier)
    last = Table(table.carrier, table.actor, third, table.maker, table.need, table.offer)
    with pytest.raises(TooManyRequests, match="Votre organisation a envoyé"):
        make_introduction(empty_session, last)


def test_an_organisation_leaves_so_many_waiting(empty_session: Session, table: Table) -> None:
    ask_many(empty_session, table, PER_PERSON)
    for introduction in empty_session.scalars(select(Introduction)):
        introduction.sent_at = NOW - 2 * DAY
    empty_session.flush()
    missing = MOST_PENDING - PER_PERSON
    for index, count in enumerate((PER_PERSON, missing - PER_PERSON)):
        colleague = make_user(empty_session)
        make_membership(empty_session, colleague, table.carrier)
        other = Table(table.carrier, table.actor, colleague, table.maker, table.need, table.offer)
        ask_many(empty_session, other, count, mark=f"e{index}-")
    with pytest.raises(TooManyRequests, match="attendent encore"):
        make_introduction(empty_session, table)
    first = empty_session.scalars(select(Introduction).order_by(Introduction.id)).first()
    assert first is not None
    withdraw_introduction(empty_session, first, table.buyer, now=NOW)
    make_introduction(empty_session, table)


def test_one_sender_does_not_fill_what_a_target_receives(
    empty_session: Session, table: Table
) -> None:
    for number in range(PER_PAIR):
        offer = make_offer(empty_session, table.actor, f"Autre {number}")
        make_introduction(empty_session, table, offer=offer)
    with pytest.raises(TooManyRequests, match="a déjà envoyé 3 demandes"):
        make_introduction(empty_session, table)


def test_a_target_receives_so_many_a_day_from_all(empty_session: Session, table: Table) -> None:
    for number in range(PER_TARGET):
        carrier = make_organization(
            empty_session, f"Ville {number}", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
        )
        buyer = make_user(empty_session)
        make_membership(empty_session, buyer, carrier)
        need = make_need(
            empty_session, table.need.territory, f"Besoin {number}", carrier_id=carrier.id
        )
        other = Table(carrier, table.actor, buyer, table.maker, need, table.offer)
        make_introduction(empty_session, other)
    with pytest.raises(TooManyRequests, match="beaucoup de demandes"):
        make_introduction(empty_session, table)


def test_the_register_of_a_whole_story_holds(
    empty_session: Session, table: Table, tmp_path: Path
) -> None:
    introduction = make_introduction(empty_session, table, from_side=Side.ACTOR, accepted=True)
    add_message(
        empty_session,
        introduction,
        table.maker,
        Side.ACTOR,
        body="Un secret de fabrique",
        files=[SentFile("a.txt", b"x")],
        folder=tmp_path,
        now=NOW,
    )
    assert verify_register(empty_session, table.need.id) == []
    lines = empty_session.scalars(RegisterEntry.of_need(table.need.id)).all()
    assert [line.event for line in lines] == [
        RegisterEvent.APPROACHED,
        RegisterEvent.ACCEPTED,
        RegisterEvent.MESSAGE,
        RegisterEvent.DOCUMENT_RECEIVED,
    ]
    kept = " ".join(f"{line.facts} {line.part.content if line.part else ''}" for line in lines)
    assert "secret" not in kept
    assert table.maker.email not in kept
