"""Pages of introductions: asking, answering, the thread, its files, outcomes, who sees what."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from extensions.clock import now
from models.account import User
from models.document import Document
from models.introduction import Introduction, IntroductionMessage, ThreadReading
from models.mail import StoredMail
from models.membership import Membership
from services.interests import declare_interest
from services.introduction_caps import PER_PAIR
from services.introduction_threads import SentFile, add_message
from tests.conftest import AppFactory
from tests.factories.accounts import NOW, make_membership, make_user, sign_in
from tests.factories.entries import make_need
from tests.factories.introductions import Table, make_introduction, make_table
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import csrf_token, run_worker, submit
from tests.query_counter import count_queries
from vocabulary.exchanges import IntroductionState, OutcomeStage, Side
from vocabulary.kinds import AreaLevel, MembershipState, UserRole

INDEX = "/mon-espace/mises-en-relation"
DUE = "/mon-espace/suites"
MESSAGE = "Bonjour, votre proposition nous intéresse."


@pytest.fixture
def table(empty_session: Session) -> Table:
    made = make_table(empty_session)
    empty_session.commit()
    return made


@pytest.fixture
def buyer(empty_app: Flask, table: Table) -> FlaskClient:
    return sign_in(empty_app, table.buyer.email)


@pytest.fixture
def maker(empty_app: Flask, table: Table) -> FlaskClient:
    return sign_in(empty_app, table.maker.email)


def contact_page(table: Table) -> str:
    """Return the address of the request from the carrier."""
    return f"/besoins/{table.need.id}/contacter/{table.offer.slug}"


def sent(session: Session, table: Table, **options: object) -> Introduction:
    """Return a committed request."""
    introduction = make_introduction(session, table, **options)  # type: ignore[arg-type]
    session.commit()
    return introduction


def thread_page(introduction: Introduction) -> str:
    """Return the address of a thread."""
    return f"{INDEX}/{introduction.id}"


def fresh(session: Session, introduction: Introduction) -> Introduction:
    """Return the introduction as it is stored now."""
    session.rollback()
    session.expire_all()
    return session.get_one(Introduction, introduction.id)


def test_a_carrier_contacts_an_actor(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    page = buyer.get(contact_page(table)).text
    assert "Qui verra quoi, et quand" in page
    assert "sourcing, article R2111-1" in page
    response = submit(buyer, contact_page(table), {"message": MESSAGE})
    assert response.headers["Location"] == f"{INDEX}/1"
    received = maker.get(f"{INDEX}/1").text
    assert MESSAGE in received
    assert "attend votre réponse" in received
    empty_session.rollback()
    assert empty_session.scalars(select(Introduction.from_side)).all() == [Side.TERRITORY]


def test_an_actor_answers_a_need_with_one_of_its_offers(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    second = make_offer(empty_session, table.actor, "Seconde offre")
    empty_session.commit()
    address = f"/besoins/{table.need.id}/repondre"
    page = maker.get(f"{address}?solution={second.slug}").text
    assert re.search(rf'value="{second.slug}" checked', page)
    response = submit(maker, address, {"offer": second.slug, "message": MESSAGE})
    assert response.status_code == 302
    empty_session.rollback()
    made = empty_session.scalars(select(Introduction)).one()
    assert (made.offer_id, made.from_side) == (second.id, Side.ACTOR)


def test_the_offer_closest_to_the_need_is_suggested(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    themes = ["confort-ete", "renovation-energetique"]
    table.need.themes = themes
    close = make_offer(
        empty_session, table.actor, "Brise-soleil", themes=themes, area_level=AreaLevel.NATIONAL
    )
    empty_session.commit()
    page = maker.get(f"/besoins/{table.need.id}/repondre").text
    assert re.search(rf'value="{close.slug}" checked', page)
    assert page.count("la plus proche du besoin") == 1
    assert "hors des correspondances" in page


def test_somebody_elses_offer_cannot_be_sent(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    theirs = make_offer(empty_session, make_organization(empty_session, "Autre"), "Leur offre")
    empty_session.commit()
    address = f"/besoins/{table.need.id}/repondre"
    response = submit(maker, address, {"offer": theirs.slug, "message": MESSAGE})
    assert response.status_code == 422
    empty_session.rollback()
    assert empty_session.scalars(select(Introduction)).all() == []


def test_without_an_offer_the_page_says_what_to_do(
    empty_app: Flask, empty_session: Session, table: Table
) -> None:
    visitor = make_user(empty_session)
    empty_session.commit()
    page = sign_in(empty_app, visitor.email).get(f"/besoins/{table.need.id}/repondre").text
    assert "Inscrivez d’abord votre structure" in page


def test_an_empty_message_is_refused_beside_its_field(table: Table, buyer: FlaskClient) -> None:
    response = submit(buyer, contact_page(table), {"message": "  "})
    assert response.status_code == 422
    assert "Écrivez votre message." in response.text


def test_a_long_message_is_refused_and_kept(table: Table, buyer: FlaskClient) -> None:
    response = submit(buyer, contact_page(table), {"message": "mot " * 1_001})
    assert response.status_code == 422
    assert "mot mot mot" in response.text


def test_extra_fields_change_nothing(
    empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    """THREATS Z3."""
    forged = {
        "message": MESSAGE,
        "state": "acceptee",
        "from_side": "acteur",
        "actor_id": table.carrier.id,
        "actor_contact_id": table.buyer.id,
    }
    submit(buyer, contact_page(table), forged)
    empty_session.rollback()
    made = empty_session.scalars(select(Introduction)).one()
    assert (made.state, made.from_side, made.actor_id, made.actor_contact_id) == (
        IntroductionState.SENT,
        Side.TERRITORY,
        table.actor.id,
        None,
    )


def test_a_double_click_sends_one_request_and_one_mail(
    empty_app: Flask, empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    """THREATS C1."""
    fields = {"message": MESSAGE, "form_number": "a" * 32}
    first, second = (submit(buyer, contact_page(table), fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    run_worker(empty_app)
    empty_session.rollback()
    assert empty_session.scalar(select(func.count()).select_from(Introduction)) == 1
    assert empty_session.scalars(select(StoredMail.recipient)).all() == [table.maker.email]


def test_a_double_click_writes_one_message(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    """THREATS C1."""
    introduction = sent(empty_session, table)
    fields = {"body": "Une question", "form_number": "b" * 32}
    for _ in range(2):
        assert submit(maker, f"{thread_page(introduction)}/messages", fields).status_code == 302
    empty_session.rollback()
    bodies = empty_session.scalars(select(IntroductionMessage.body)).all()
    assert bodies == ["Bonjour, parlons-en.", "Une question"]


def test_a_pair_under_way_leads_to_its_thread(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    introduction = sent(empty_session, table)
    assert buyer.get(contact_page(table)).headers["Location"] == thread_page(introduction)
    response = submit(
        maker,
        f"/besoins/{table.need.id}/repondre",
        {"offer": table.offer.slug, "message": MESSAGE},
    )
    assert response.headers["Location"] == thread_page(introduction)


def test_an_entry_nobody_looks_after_shows_the_way_on(
    empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    table.actor.is_claimed = False
    table.actor.website = "https://jeune-pousse.example"
    empty_session.commit()
    page = buyer.get(contact_page(table)).text
    assert "Personne ne s’occupe encore de la fiche" in page
    assert 'href="https://jeune-pousse.example"' in page
    assert 'name="message"' not in page


def test_claimed_without_a_team_reads_as_unclaimed(
    empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    """THREATS B3: the page does not tell whether accounts exist."""

    def paragraph() -> str:
        page = buyer.get(contact_page(table)).text
        return str(re.findall(r"<p>(Personne ne s’occupe[^<]*)</p>", page)[0])

    table.actor.is_claimed = False
    empty_session.commit()
    unclaimed = paragraph()
    table.actor.is_claimed = True
    for row in empty_session.scalars(
        select(Membership).where(Membership.organization_id == table.actor.id)
    ):
        row.state = MembershipState.REFUSED
    empty_session.commit()
    assert paragraph() == unclaimed


def test_a_need_without_a_carrier_shows_the_way_on(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    free = make_need(empty_session, table.need.territory, "Sans porteur", carrier_label="Ville X")
    empty_session.commit()
    page = maker.get(f"/besoins/{free.id}/repondre").text
    assert "n’est pas encore porté par un acteur inscrit" in page
    assert "Ville X" in page


def test_a_declared_tie_is_shown_before_anything_is_sent(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    declare_interest(
        empty_session,
        table.actor,
        nature="Actionnaire commun",
        organization=table.carrier,
        need=table.need,
        person=table.buyer,
        now=NOW,
    )
    introduction = sent(empty_session, table)
    other = make_offer(empty_session, table.actor, "Autre offre")
    empty_session.commit()
    assert (
        "Actionnaire commun" in buyer.get(f"/besoins/{table.need.id}/contacter/{other.slug}").text
    )
    assert "Actionnaire commun" in maker.get(thread_page(introduction)).text


def test_caps_are_said_and_hold_over_two_processes(
    make_app: AppFactory, empty_app: Flask, empty_session: Session, table: Table
) -> None:
    """THREATS B4: two instances of the application share the database."""
    twin = make_app(seeded=False, database_url=str(empty_app.config["SETTINGS"].engine_url()))
    offers = [make_offer(empty_session, table.actor, f"Offre {n}") for n in range(PER_PAIR + 1)]
    empty_session.commit()
    clients = [sign_in(app, table.buyer.email) for app in (empty_app, twin)]
    answers = [
        submit(
            clients[number % 2],
            f"/besoins/{table.need.id}/contacter/{offer.slug}",
            {"message": MESSAGE},
        )
        for number, offer in enumerate(offers)
    ]
    assert [answer.status_code for answer in answers] == [302] * PER_PAIR + [422]
    assert "Votre organisation a déjà envoyé 3 demandes" in answers[-1].text
    assert MESSAGE in answers[-1].text


def test_accepting_shows_both_addresses_to_both_teams_only(
    empty_app: Flask, empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    """THREATS P1."""
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.carrier)
    introduction = sent(empty_session, table)
    team = sign_in(empty_app, colleague.email)
    before = maker.get(thread_page(introduction)).text
    assert table.buyer.email not in before
    assert "Claire Acheteuse" not in before
    submit(maker, f"{thread_page(introduction)}/accepter")
    for client in (buyer, maker, team):
        page = client.get(thread_page(introduction)).text
        assert table.buyer.email in page
        assert table.maker.email in page
    assert colleague.email not in buyer.get(thread_page(introduction)).text


def test_addresses_are_on_no_other_channel(
    empty_app: Flask, empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    """THREATS P1: lists, files, public pages, search, mails, the register."""
    sent(empty_session, table, accepted=True)
    visitor = empty_app.test_client()
    channels = {
        maker: [INDEX, f"{INDEX}.csv", DUE, f"/besoins/{table.need.id}/repondre", "/mon-espace"],
        visitor: [
            f"/besoins/{table.need.id}",
            f"/acteurs/{table.carrier.slug}",
            f"/solutions/{table.offer.slug}",
            "/annuaire?q=Claire",
            "/annuaire.csv",
            f"/besoins/{table.need.id}/correspondances",
        ],
    }
    run_worker(empty_app)
    for client, addresses in channels.items():
        for address in addresses:
            text = client.get(address).text
            assert table.buyer.email not in text, address
            assert "Claire Acheteuse" not in text, address
    register = buyer.get(f"/mon-espace/besoins/{table.need.id}/registre").text
    assert table.maker.email not in register


def test_the_file_of_the_list_names_no_person(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    table.need.title = "=1+1"
    introduction = sent(empty_session, table, accepted=True)
    rows = list(
        csv.reader(io.StringIO(maker.get(f"{INDEX}.csv").text.lstrip("\ufeff")), delimiter=";")
    )
    assert len(rows) == 2
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["numéro"] == str(introduction.id)
    assert row["besoin"] == "'=1+1"
    assert (row["porteur du besoin"], row["acteur"], row["état"]) == (
        table.carrier.name,
        table.actor.name,
        "Acceptée",
    )


@pytest.mark.parametrize("role", [UserRole.MEMBER, UserRole.STAFF, UserRole.ADMINISTRATOR])
def test_a_thread_is_missing_for_anybody_else(
    empty_app: Flask, empty_session: Session, table: Table, role: UserRole
) -> None:
    """THREATS Z2: neither strangers nor staff; the page is that of a thread that never was."""
    introduction = sent(empty_session, table)
    outsider = make_user(empty_session, role=role)
    empty_session.commit()
    client = sign_in(empty_app, outsider.email)
    theirs, missing = (client.get(f"{INDEX}/{number}") for number in (introduction.id, 999))
    assert (theirs.status_code, missing.status_code) == (404, 404)
    bodies = [re.sub(r'csrf_token" value="[^"]+"', "", page.text) for page in (theirs, missing)]
    assert bodies[0].replace(f"/{introduction.id}", "/999") == bodies[1]
    for action in ("messages", "accepter", "decliner", "retirer", "contact", "suite"):
        response = submit(client, f"{thread_page(introduction)}/{action}", {"body": "x"})
        assert response.status_code == 404, action
    assert client.get(contact_page(table)).status_code == 404
    assert fresh(empty_session, introduction).state is IntroductionState.SENT


def test_who_leaves_stops_reading_at_once_and_the_thread_stays(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    """THREATS Z5."""
    introduction = sent(empty_session, table, from_side=Side.ACTOR, accepted=True)
    assert maker.get(thread_page(introduction)).status_code == 200
    empty_session.rollback()
    empty_session.scalars(
        select(Membership).where(Membership.user_id == table.maker.id)
    ).one().state = MembershipState.REFUSED
    empty_session.commit()
    assert maker.get(thread_page(introduction)).status_code == 404
    page = buyer.get(thread_page(introduction)).text
    assert "la personne n’est plus dans l’équipe" in page
    assert table.maker.email not in page


def test_a_deleted_account_reads_as_such(
    empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    introduction = sent(empty_session, table, from_side=Side.ACTOR, accepted=True)
    empty_session.delete(empty_session.get_one(User, table.maker.id))
    empty_session.commit()
    page = buyer.get(thread_page(introduction)).text
    assert "compte supprimé" in page
    assert "Bonjour, parlons-en." in page


def test_a_colleague_becomes_the_contact(
    empty_app: Flask, empty_session: Session, table: Table, buyer: FlaskClient
) -> None:
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.actor)
    introduction = sent(empty_session, table, accepted=True)
    client = sign_in(empty_app, colleague.email)
    submit(client, f"{thread_page(introduction)}/contact")
    page = buyer.get(thread_page(introduction)).text
    assert colleague.email in page
    assert table.maker.email not in page


def test_declining_needs_a_reason_that_the_other_side_reads(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    introduction = sent(empty_session, table)
    address = f"{thread_page(introduction)}/decliner"
    refused = submit(maker, address, {"reason": "", "note": "Pas cette année."})
    assert refused.status_code == 422
    assert "Pas cette année." in refused.text
    submit(maker, address, {"reason": "calendrier", "note": "Pas cette année."})
    page = buyer.get(thread_page(introduction)).text
    assert "Le calendrier ne convient pas" in page
    assert "Pas cette année." in page
    assert 'id="repondre"' not in page
    assert "Accepter finalement" in maker.get(thread_page(introduction)).text


def test_two_members_answer_at_once_and_one_wins(
    empty_app: Flask, empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    """THREATS C2: the second gets 409 and changes nothing."""
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.actor)
    introduction = sent(empty_session, table)
    other = sign_in(empty_app, colleague.email)
    for client in (maker, other):
        assert "attend votre réponse" in client.get(thread_page(introduction)).text
    submit(maker, f"{thread_page(introduction)}/accepter")
    second = submit(other, f"{thread_page(introduction)}/decliner", {"reason": "autre"})
    assert second.status_code == 409
    assert "déjà reçu une réponse" in second.text
    stored = fresh(empty_session, introduction)
    assert (stored.state, stored.decline_reason) == (IntroductionState.ACCEPTED, None)


def test_an_answer_to_a_request_taken_back_is_a_conflict(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    """THREATS C4."""
    introduction = sent(empty_session, table)
    submit(buyer, f"{thread_page(introduction)}/retirer")
    assert submit(maker, f"{thread_page(introduction)}/accepter").status_code == 409
    response = submit(maker, f"{thread_page(introduction)}/messages", {"body": "Trop tard"})
    assert response.status_code == 409


def test_reading_clears_what_is_unread_for_that_person_only(
    empty_app: Flask, empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.actor)
    introduction = sent(empty_session, table)
    other = sign_in(empty_app, colleague.email)
    badge = "1 message non lu"
    assert badge in maker.get(INDEX).text
    assert "1 mise en relation a des messages à lire" in maker.get("/mon-espace").text
    assert "nouveau" in maker.get(thread_page(introduction)).text
    assert badge not in maker.get(INDEX).text
    assert "messages à lire" not in maker.get("/mon-espace").text
    assert badge in other.get(INDEX).text
    empty_session.rollback()
    rows = empty_session.scalars(select(ThreadReading.user_id)).all()
    assert rows == [table.maker.id]


def test_a_head_request_reads_nothing(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    introduction = sent(empty_session, table)
    assert maker.head(thread_page(introduction)).status_code == 200
    empty_session.rollback()
    assert empty_session.scalars(select(ThreadReading)).all() == []


def test_the_boxes_of_the_list(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    sent(empty_session, table)
    accepted = make_offer(empty_session, table.actor, "Acceptée")
    sent(empty_session, table, offer=accepted, accepted=True)
    counts = {
        box: [client.get(f"{INDEX}?liste={box}").text.count('<h2 class="h5') for client in both]
        for both in [(buyer, maker)]
        for box in ("toutes", "a-traiter", "envoyees", "en-cours", "terminees", "inconnue")
    }
    assert counts == {
        "toutes": [2, 2],
        "a-traiter": [0, 2],
        "envoyees": [1, 0],
        "en-cours": [1, 1],
        "terminees": [0, 0],
        "inconnue": [2, 2],
    }


def test_an_empty_list_says_how_to_start(
    empty_app: Flask, empty_session: Session, buyer: FlaskClient, maker: FlaskClient
) -> None:
    alone = make_user(empty_session)
    empty_session.commit()
    assert "contactez l’acteur d’une proposition" in buyer.get(INDEX).text
    assert "Répondez à un besoin" in maker.get(INDEX).text
    assert "rejoignez l’équipe" in sign_in(empty_app, alone.email).get(INDEX).text
    assert "La question vous sera posée" in buyer.get(DUE).text


def attach(client: FlaskClient, introduction: Introduction, *files: tuple[bytes, str]) -> int:
    """Send a message with files; return the status."""
    data = {
        "csrf_token": csrf_token(client),
        "body": "Voici",
        "files": [(io.BytesIO(content), name) for content, name in files],
    }
    response = client.post(f"{thread_page(introduction)}/messages", data=data)
    return response.status_code


def test_a_file_is_given_to_both_teams_and_nobody_else(
    empty_app: Flask, empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    introduction = sent(empty_session, table, accepted=True)
    assert attach(maker, introduction, (b"a;b\n1;2\n", "..\\..\\tari\u202ff.csv")) == 302
    empty_session.rollback()
    document = empty_session.scalars(select(Document)).one()
    address = f"/documents/{document.id}"
    response = buyer.get(address)
    assert response.get_data() == b"a;b\n1;2\n"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "private, no-store"
    staff = make_user(empty_session, role=UserRole.ADMINISTRATOR)
    rival = make_organization(empty_session, "Rivale", is_claimed=True)
    outsider = make_user(empty_session)
    make_membership(empty_session, outsider, rival)
    empty_session.commit()
    for person in (staff, outsider):
        assert sign_in(empty_app, person.email).get(address).status_code == 404
    assert empty_app.test_client().get(address).status_code == 404
    assert maker.get("/documents/999").status_code == 404


def test_a_refused_file_sends_nothing(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    introduction = sent(empty_session, table)
    page = {
        "csrf_token": csrf_token(maker),
        "body": "Mon texte",
        "files": [(io.BytesIO(b"MZ\x90\x00"), "outil.exe")],
    }
    response = maker.post(f"{thread_page(introduction)}/messages", data=page)
    assert response.status_code == 422
    assert "n’est pas d’un type accepté" in response.text
    assert "Mon texte" in response.text
    assert len(fresh(empty_session, introduction).messages) == 1
    too_many = [(b"x", f"{number}.txt") for number in range(4)]
    assert attach(maker, introduction, *too_many) == 422


def test_a_buyers_file_reaches_the_actor_contacted_and_its_opening_is_noted(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    introduction = sent(empty_session, table, accepted=True)
    assert attach(buyer, introduction, (b"Cahier", "cahier.txt")) == 302
    page = maker.get(thread_page(introduction)).text
    assert "remis à tous les acteurs contactés" in page
    empty_session.rollback()
    document = empty_session.scalars(select(Document)).one()
    assert maker.get(f"/documents/{document.id}").get_data() == b"Cahier"
    empty_session.rollback()
    empty_session.expire_all()
    (delivery,) = empty_session.get_one(Document, document.id).deliveries
    assert delivery.opened_at is not None


def due_introduction(session: Session, table: Table) -> Introduction:
    """Return an introduction accepted a good month ago."""
    introduction = make_introduction(session, table, accepted=True, now=now() - timedelta(days=31))
    session.commit()
    return introduction


def test_all_that_is_due_is_answered_on_one_page(
    empty_session: Session, table: Table, maker: FlaskClient, buyer: FlaskClient
) -> None:
    introduction = due_introduction(empty_session, table)
    name = f"stage-{introduction.id}-acteur"
    assert name in maker.get(DUE).text
    fields = {
        name: "rencontre",
        f"note-{introduction.id}-acteur": "Visite",
        "form_number": "c" * 32,
    }
    for _ in range(2):
        assert submit(maker, DUE, fields).status_code == 302
    assert "Rien à dire pour l’instant" in maker.get(DUE).text
    assert "Visite" in buyer.get(DUE).text
    assert fresh(empty_session, introduction).stage is OutcomeStage.MEETING


def test_a_page_left_open_everywhere_is_refused(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    introduction = due_introduction(empty_session, table)
    response = submit(maker, DUE, {f"stage-{introduction.id}-acteur": ""})
    assert response.status_code == 422
    assert "Répondez à une ligne au moins." in response.text


def test_nobody_answers_for_the_other_side(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    introduction = due_introduction(empty_session, table)
    response = submit(maker, DUE, {f"stage-{introduction.id}-territoire": "contrat"})
    assert response.status_code == 422
    assert fresh(empty_session, introduction).stage is None


def test_both_answers_stand_side_by_side_and_a_dispute_is_said(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    introduction = sent(empty_session, table, accepted=True)
    address = f"{thread_page(introduction)}/suite"
    submit(maker, address, {"stage": "contrat", "note": "Signé mardi"})
    submit(buyer, address, {"stage": "rien-encore"})
    page = buyer.get(thread_page(introduction)).text
    assert "Les deux parties ne disent pas la même chose." in page
    assert "Signé mardi" in page
    assert "les deux parties ne disent pas la même chose" in maker.get(INDEX).text
    submit(buyer, address, {"stage": "contrat"})
    assert "ne disent pas la même chose" not in maker.get(thread_page(introduction)).text


COUNTS = {
    INDEX: 6,
    f"{INDEX}/N": 12,
    DUE: 6,
    "/besoins/N/repondre": 10,
}


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_a_fixed_number_of_queries(
    empty_app: Flask,
    empty_session: Session,
    table: Table,
    maker: FlaskClient,
    rows: int,
) -> None:
    """THREATS V1."""
    introduction = due_introduction(empty_session, table)
    for number in range(rows):
        add_message(
            empty_session,
            introduction,
            table.maker,
            Side.ACTOR,
            body="Un mot",
            files=[SentFile("a.txt", b"x")],
            folder=empty_app.config["SETTINGS"].documents_dir,
            now=NOW,
        )
        other = make_offer(empty_session, table.actor, f"Offre {number}")
        if number:
            make_introduction(
                empty_session, table, offer=other, accepted=True, now=introduction.sent_at
            )
    empty_session.commit()
    found = {}
    for address in (INDEX, thread_page(introduction), DUE, f"/besoins/{table.need.id}/repondre"):
        maker.get(address)
        with count_queries(empty_app) as queries:
            page = maker.get(address)
        assert page.status_code == 200
        assert len(page.get_data()) < 100_000
        found[re.sub(r"\d+", "N", address)] = len(queries)
    assert max(found.values()) <= 12, found
    assert found == COUNTS
