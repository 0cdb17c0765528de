"""The pages of wishes: choosing, ordering, answering, what is refused and what is shown to whom."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.clock import now
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from models.meetup_wish import MeetupPairRule, MeetupWish
from models.outbox import OutboxMessage
from services.meetup_wish_notes import QUIET, WISH_DUE, WISH_NEWS, announce
from services.outbox import post_message
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.meetups import (
    make_attendee,
    make_day,
    make_participant,
    make_slots,
    make_wish,
)
from tests.factories.organizations import make_organization
from tests.factories.pages import mails_to, run_worker, submit
from tests.query_counter import count_queries
from vocabulary.exchanges import Side
from vocabulary.kinds import OrganizationKind
from vocabulary.meetups import (
    DayState,
    PairRule,
    ParticipantVisibility,
    PlanState,
    WishPriority,
    WishRefusal,
    WishState,
)

MOST = 12
HEAVIEST = 100_000
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


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


def test_a_wish_is_made_with_its_priority_and_its_words(scene: Scene) -> None:
    answer = submit(
        scene.client,
        f"{scene.base}/avec/{scene.town.id}",
        {"priority": "essentielle", "message": "Parlons façades."},
    )
    assert answer.status_code == 302
    made = scene.wish()
    assert (made.priority, made.message) == (WishPriority.ESSENTIAL, "Parlons façades.")


def test_the_same_form_sent_twice_is_one_wish_and_one_mail(scene: Scene) -> None:
    fields = {"priority": "importante", "form_number": "a" * 32}
    for _ in range(2):
        submit(scene.client, f"{scene.base}/avec/{scene.town.id}", fields)
    scene.session.rollback()
    wished = select(MeetupWish).where(MeetupWish.wisher_id == scene.firm.id)
    assert len(scene.session.scalars(wished).all()) == 1
    _pass_time(scene)
    assert len(mails_to(scene.app, "ville@essai.example")) == 1


def test_a_wish_without_priority_keeps_what_was_typed(scene: Scene) -> None:
    page = submit(
        scene.client, f"{scene.base}/avec/{scene.town.id}", {"message": "Ne perdez rien."}
    )
    assert page.status_code == 422
    assert "Dites à quel point ce rendez-vous compte" in page.text
    assert "Ne perdez rien." in page.text


def test_somebody_of_ones_own_side_or_unseen_is_missing(scene: Scene) -> None:
    session = scene.session
    own_side = make_participant(session, scene.day, "Autre entreprise")
    hidden = make_participant(
        session,
        scene.day,
        "Ville discrète",
        side=Side.TERRITORY,
        visibility=ParticipantVisibility.ORGANIZERS,
    )
    elsewhere = make_participant(
        session, make_day(session, "Autre journée"), "Ville lointaine", side=Side.TERRITORY
    )
    session.commit()
    for other in (own_side, hidden, elsewhere):
        assert scene.client.get(f"{scene.base}/avec/{other.id}").status_code == 404
    listed = scene.client.get(f"{scene.base}/participants").text
    assert "Commune d’essai" in listed
    assert "Ville discrète" not in listed


def test_somebody_discreet_who_wishes_makes_itself_known(scene: Scene) -> None:
    hidden = make_participant(
        scene.session,
        scene.day,
        "Ville discrète",
        side=Side.TERRITORY,
        visibility=ParticipantVisibility.ORGANIZERS,
    )
    make_wish(scene.session, hidden, scene.firm)
    scene.session.commit()
    assert "Ville discrète" in scene.client.get(scene.base).text
    assert scene.client.get(f"{scene.base}/avec/{hidden.id}").status_code == 200


def test_an_excluded_pair_is_neither_suggested_nor_wished(scene: Scene) -> None:
    first, second = sorted((scene.firm.id, scene.town.id))
    scene.session.add(
        MeetupPairRule(
            day_id=scene.day.id,
            first_id=first,
            second_id=second,
            rule=PairRule.FORBIDDEN,
            reason="Motif confidentiel",
            created_at=datetime.now(UTC),
        )
    )
    scene.session.commit()
    assert "Commune d’essai" not in scene.client.get(f"{scene.base}/participants").text
    page = submit(scene.client, f"{scene.base}/avec/{scene.town.id}", {"priority": "importante"})
    assert page.status_code == 422
    assert "Motif confidentiel" not in page.text


def test_accepting_and_declining_with_a_reason(scene: Scene) -> None:
    asked = make_wish(scene.session, scene.town, scene.firm)
    scene.session.commit()
    url = f"{scene.base}/{asked.id}/reponse"
    missing = submit(scene.client, url, {"decision": "decliner", "seen": "proposee"})
    assert missing.status_code == 422
    assert "Choisissez une raison" in missing.text
    submit(scene.client, url, {"decision": "accepter", "seen": "proposee"})
    scene.reread(asked)
    assert asked.state is WishState.ACCEPTED
    fields = {"decision": "decliner", "reason": "zone", "seen": "acceptee"}
    submit(scene.client, url, fields)
    scene.reread(asked)
    assert (asked.state, asked.refusal) == (WishState.DECLINED, WishRefusal.AREA)


def test_of_two_answers_at_once_the_second_is_told(scene: Scene) -> None:
    asked = make_wish(scene.session, scene.town, scene.firm)
    scene.session.commit()
    url = f"{scene.base}/{asked.id}/reponse"
    submit(scene.client, url, {"decision": "accepter", "seen": "proposee"})
    late = submit(
        scene.client, url, {"decision": "decliner", "reason": "autre", "seen": "proposee"}
    )
    assert late.status_code == 409
    assert "a changé entre-temps" in late.text
    scene.reread(asked)
    assert asked.state is WishState.ACCEPTED


def test_somebody_elses_wish_is_missing(scene: Scene) -> None:
    other = make_participant(scene.session, scene.day, "Tiers")
    theirs = make_wish(scene.session, scene.town, other)
    scene.session.commit()
    for url in (f"{scene.base}/{theirs.id}/reponse", f"{scene.base}/{theirs.id}/retirer"):
        assert submit(scene.client, url, {"decision": "accepter"}).status_code == 404


def test_a_visitor_finds_nothing(scene: Scene) -> None:
    visitor = scene.app.test_client()
    for page in ("", "/participants", "/recus", f"/avec/{scene.town.id}"):
        assert visitor.get(scene.base + page).status_code == 404


def test_wishes_are_put_in_order_and_taken_back(scene: Scene) -> None:
    towns = [
        make_participant(scene.session, scene.day, f"Ville {rank}", side=Side.TERRITORY)
        for rank in range(3)
    ]
    made = [
        make_wish(scene.session, scene.firm, town, rank=rank) for rank, town in enumerate(towns)
    ]
    scene.session.commit()
    fields = {f"priorite-{made[2].id}": "essentielle", "monter": made[1].id}
    submit(scene.client, f"{scene.base}/ordre", fields)
    page = scene.client.get(scene.base).text
    own = page[page.index("Mes souhaits, dans l’ordre") :]
    assert sorted(towns, key=lambda one: own.index(one.name)) == [towns[2], towns[1], towns[0]]
    submit(scene.client, f"{scene.base}/{made[1].id}/retirer")
    scene.reread(made[1])
    assert made[1].state is WishState.WITHDRAWN


def test_wishes_are_only_read_once_closed(scene: Scene) -> None:
    made = make_wish(scene.session, scene.firm, scene.town)
    scene.day.wishes_close_at = datetime.now(UTC) - timedelta(minutes=1)
    scene.session.commit()
    page = scene.client.get(scene.base).text
    assert "Les souhaits sont clos" in page
    assert "Enregistrer les priorités" not in page
    submit(scene.client, f"{scene.base}/{made.id}/retirer")
    refused = submit(scene.client, f"{scene.base}/avec/{scene.town.id}", {"priority": "bienvenue"})
    assert refused.status_code == 422
    scene.reread(made)
    assert (made.state, made.priority) == (WishState.PROPOSED, WishPriority.IMPORTANT)


def test_wishes_open_until_the_day_is_over_name_the_day_itself(scene: Scene) -> None:
    page = scene.client.get(scene.base).text
    last = datetime.combine(scene.day.held_on, time(23, 59), tzinfo=scene.day.zone).astimezone(UTC)
    assert f'datetime="{last.isoformat()}"' in page


def test_words_of_others_are_shown_as_words(scene: Scene) -> None:
    scene.town.presentation = HOSTILE
    make_wish(scene.session, scene.town, scene.firm, message=HOSTILE)
    scene.session.commit()
    for page in ("", "/participants", "/recus", f"/avec/{scene.town.id}"):
        text = scene.client.get(scene.base + page).text
        assert "<script>alert(1)" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_no_figure_of_a_match_stands_beside_a_name(scene: Scene) -> None:
    words = "Isoler des façades en site occupé avec une ossature bois."
    scene.firm.themes = scene.town.themes = ["renovation-energetique"]
    scene.firm.presentation = scene.town.presentation = words
    scene.session.commit()
    page = scene.client.get(scene.base).text
    assert re.search(r"Correspondance (forte|moyenne|partielle)", page)
    assert re.search(r"\b\d{3} points|sur 1 ?000", page) is None


def test_news_go_to_the_people_who_come_in_one_mail(scene: Scene) -> None:
    other = make_participant(scene.session, scene.day, "Ville bis", side=Side.TERRITORY)
    for town in (scene.town, other):
        make_wish(scene.session, town, scene.firm)
    scene.session.commit()
    submit(scene.client, f"{scene.base}/avec/{scene.town.id}", {"priority": "importante"})
    _pass_time(scene)
    mails = mails_to(scene.app, "firme@essai.example")
    assert len(mails) == 1
    assert "Ville bis" in mails[0]
    (told,) = mails_to(scene.app, "ville@essai.example")
    assert "rendez-vous convenu" in told


def test_a_reminder_is_one_mail_for_all_that_waits(scene: Scene) -> None:
    other = make_participant(scene.session, scene.day, "Ville bis", side=Side.TERRITORY)
    soon = datetime.now(UTC) + timedelta(days=1)
    for town in (scene.town, other):
        make_wish(scene.session, town, scene.firm, expires_at=soon, told_at=soon)
        _post_due(scene)
    scene.session.commit()
    (told,) = mails_to(scene.app, "firme@essai.example")
    assert "2 demandes adressées à « Façades d’essai » sont bientôt closes" in told


def test_silence_ends_a_wish_and_the_wisher_is_told_once(scene: Scene) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    make_wish(scene.session, scene.town, scene.firm, expires_at=past, told_at=past)
    for _ in range(2):
        _post_due(scene)
    scene.session.commit()
    run_worker(scene.app)
    _pass_time(scene)
    (told,) = mails_to(scene.app, "ville@essai.example")
    assert "Façades d’essai : restée sans réponse" in told


def test_nothing_is_mailed_about_a_day_that_was_cancelled(scene: Scene) -> None:
    make_wish(scene.session, scene.town, scene.firm)
    announce(scene.session, [scene.firm.id], now=datetime.now(UTC) - QUIET)
    scene.day.state = DayState.CANCELLED
    scene.session.commit()
    assert mails_to(scene.app, "firme@essai.example") == []


def _post_due(scene: Scene) -> None:
    post_message(scene.session, WISH_DUE, {"participant_id": scene.firm.id}, now=datetime.now(UTC))


def test_the_pages_send_few_queries_and_stay_light(scene: Scene) -> None:
    session = scene.session
    themes = ["renovation-energetique", "confort-ete"]
    towns = [
        make_participant(
            session,
            scene.day,
            f"Ville {rank:03}",
            side=Side.TERRITORY,
            themes=themes,
            presentation="Isoler les façades de deux tours habitées, avec le bois. " * 3,
        )
        for rank in range(200)
    ]
    for rank in range(200):
        make_participant(session, scene.day, f"Entreprise {rank:03}", themes=themes)
    for town in towns[:12]:
        make_wish(session, scene.firm, town, message="Rencontrons-nous.")
    for town in towns[12:120]:
        make_wish(session, town, scene.firm, message="Rencontrons-nous.")
    scene.firm.themes = themes
    session.commit()
    pages = ("", "/participants", "/participants?page=4&tri=nom", "/recus", f"/avec/{towns[0].id}")
    for page in pages:
        scene.client.get(scene.base + page)
        with count_queries(scene.app) as statements:
            answer = scene.client.get(scene.base + page)
        assert answer.status_code == 200
        assert len(statements) <= MOST, (page, len(statements), statements)
        assert len(answer.data) < HEAVIEST, (page, len(answer.data))


def _pass_time(scene: Scene) -> None:
    """Make what waits in the outbox due: a quarter of an hour has passed."""
    scene.session.rollback()
    waiting = select(OutboxMessage).where(OutboxMessage.topic == WISH_NEWS)
    for message in scene.session.scalars(waiting):
        message.due_at -= QUIET
    scene.session.commit()


def test_a_wish_without_a_place_says_why_kindly(scene: Scene) -> None:
    session = scene.session
    make_wish(session, scene.firm, scene.town)
    wish = [f"p{scene.firm.id}-{scene.town.id}", [scene.firm.id, scene.town.id], 3]
    plan = MeetupPlan(
        day=scene.day,
        number=1,
        state=PlanState.READY,
        created_at=now(),
        unplaced={"count": 1, "wishes": [[*wish, "cap", [scene.town.id]]]},
    )
    session.add(plan)
    session.flush()
    scene.day.published_plan_id = plan.id
    session.commit()
    page = scene.client.get(scene.base).text
    assert "Pas de place dans le planning publié." in page
    assert f"L’agenda de {scene.town.name} est complet." in page


def test_without_themes_the_page_says_so_and_takes_them(scene: Scene) -> None:
    guest = make_participant(scene.session, scene.day, "Atelier sans fiche")
    guest_url = f"/rencontres/{scene.day.slug}/participations/{guest.id}/souhaits"
    person = make_user(scene.session, email="invite@essai.example")
    make_attendee(scene.session, guest, email="invite@essai.example", user_id=person.id)
    town = make_participant(
        scene.session, scene.day, "Ville verte", side=Side.TERRITORY, themes=["confort-ete"]
    )
    scene.session.commit()
    client = sign_in(scene.app, "invite@essai.example")
    page = client.get(guest_url).text
    assert "votre inscription ne dit ni vos thèmes" in page
    assert f"{guest_url}/themes" in page
    form = {"themes": ["confort-ete"], "presentation": "Des façades en bois."}
    answer = submit(client, f"{guest_url}/themes", form)
    assert answer.status_code == 302
    after = client.get(guest_url).text
    assert "votre inscription ne dit ni" not in after
    assert town.name in after


def test_themes_are_closed_with_the_wishes_and_bounded(scene: Scene) -> None:
    wrong = submit(scene.client, f"{scene.base}/themes", {"themes": ["soucoupe"]})
    assert wrong.status_code == 422
    scene.day.state = DayState.CANCELLED
    scene.session.commit()
    answer = submit(scene.client, f"{scene.base}/themes", {"themes": ["confort-ete"]})
    assert answer.location == scene.base


def test_a_day_that_allows_one_side_says_what_suggestions_leave_out(scene: Scene) -> None:
    words = "quelqu’un de votre côté de la table"
    assert words not in scene.client.get(scene.base).text
    scene.day.same_side_wishes = True
    scene.session.commit()
    assert words in scene.client.get(scene.base).text
