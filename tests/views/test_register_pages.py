"""The pages around the register: who reads them, what they write, what they never show."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.account import User
from models.document import Document
from models.need import Need
from models.organization import Organization
from models.register import InterestDeclaration, RegisterEntry
from services.cells import restore
from services.register import erase_parts_of, record_event, verify_register
from services.register_reading import PAGE_SIZE
from tests.factories.accounts import NOW, make_membership, make_user, sign_in
from tests.factories.entries import index_all, make_need, make_territory
from tests.factories.forms import filled
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import mails_to, run_worker, submit
from tests.query_counter import count_queries
from vocabulary.exchanges import RegisterEvent
from vocabulary.kinds import AreaLevel, OrganizationKind, PublicationState, UserRole

BUYER, OTHER_BUYER = "acheteuse@ville.example", "acheteur@autre.example"
STAFF, MEMBER = "equipe@anru.example", "membre@abeille.example"
MOST_QUERIES = 12
HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> #read("/etc/passwd") \'"*_`'
THEME = "confort-ete"


@pytest.fixture
def need(empty_session: Session) -> Need:
    """Return a need carried by a body with one account, and an actor with an offer."""
    session = empty_session
    quarter = make_territory(session)
    carrier = make_organization(session, "Ville", kind=OrganizationKind.COLLECTIVITE)
    other = make_organization(session, "Autre ville", kind=OrganizationKind.COLLECTIVITE)
    found = make_need(session, quarter, carrier_id=carrier.id, themes=[THEME])
    make_membership(session, make_user(session, email=BUYER), carrier)
    make_membership(session, make_user(session, email=OTHER_BUYER), other)
    make_user(session, role=UserRole.STAFF, email=STAFF)
    actor = make_organization(session, "Abeille", themes=[THEME])
    make_membership(session, make_user(session, email=MEMBER), actor)
    make_offer(session, actor, "Volets", themes=[THEME], area_level=AreaLevel.NATIONAL)
    session.commit()
    session.refresh(found)
    session.expunge(found)  # read without opening a transaction, which would keep a snapshot
    session.rollback()
    return found


@pytest.fixture
def buyer(empty_app: Flask, need: Need) -> FlaskClient:
    """Return a client signed in for the carrier of the need."""
    assert need.id
    return sign_in(empty_app, BUYER)


def register_of(need: Need) -> str:
    return f"/mon-espace/besoins/{need.id}/registre"


def lines(session: Session, need: Need) -> list[RegisterEntry]:
    session.rollback()
    return list(session.scalars(RegisterEntry.of_need(need.id)))


def log(client: FlaskClient, need: Need, **fields: str) -> TestResponse:
    page = f"{register_of(need)}/consigner"
    data = filled(client, page).to_dict()
    data.update({"partner": "Abeille", "said": "Bonjour.", "kind": "appel", **fields})
    return client.post(page, data=data)


def export(client: FlaskClient, need: Need, kind: str) -> bytes:
    response = submit(client, f"{register_of(need)}/exporter/{kind}")
    assert response.status_code == 200
    return bytes(response.data)


# --- Reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page", ["registre", "registre/consigner", "documents", "liens-d-interets"]
)
def test_the_team_and_the_staff_read_another_authority_does_not(
    empty_app: Flask, need: Need, page: str
) -> None:
    address = f"/mon-espace/besoins/{need.id}/{page}"
    answers = {
        email: sign_in(empty_app, email).get(address).status_code
        for email in (BUYER, STAFF, OTHER_BUYER, MEMBER)
    }
    assert answers == {BUYER: 200, STAFF: 200, OTHER_BUYER: 404, MEMBER: 404}


def test_somebody_elses_register_looks_missing(empty_app: Flask, need: Need) -> None:
    client = sign_in(empty_app, OTHER_BUYER)
    theirs = client.get(register_of(need))
    missing = client.get("/mon-espace/besoins/99999/registre")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert theirs.text.replace(f"besoins/{need.id}/", "") == missing.text.replace(
        "besoins/99999/", ""
    )


def test_an_empty_register_says_so(buyer: FlaskClient, need: Need) -> None:
    assert "Aucune ligne n’a encore été écrite." in buyer.get(register_of(need)).text


def test_the_page_says_that_the_chain_holds_and_how_it_ends(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log(buyer, need)
    page = buyer.get(register_of(need)).text
    last = lines(empty_session, need)[-1]
    assert "Chaîne vérifiée jusqu’à la ligne 1" in page
    assert last.hash in page
    assert "Appel téléphonique avec Abeille." in page


def test_filters_and_pages(buyer: FlaskClient, need: Need, empty_session: Session) -> None:
    actor = empty_session.scalars(select(Organization).where(Organization.name == "Abeille")).one()
    for rank in range(PAGE_SIZE + 5):
        event = RegisterEvent.CALL if rank % 2 else RegisterEvent.PUBLISHED
        record_event(
            empty_session,
            empty_session.get_one(Need, need.id),
            event,
            now=NOW + timedelta(minutes=rank),
            organization=actor if event is RegisterEvent.CALL else None,
        )
    empty_session.commit()

    def numbers(query: str) -> list[int]:
        found = re.findall(r'id="ligne-(\d+)"', buyer.get(f"{register_of(need)}?{query}").text)
        return [int(number) for number in found]

    assert numbers("") == list(range(1, PAGE_SIZE + 1))
    assert numbers("page=2") == list(range(PAGE_SIZE + 1, PAGE_SIZE + 6))
    assert numbers("evenement=appel") == list(range(2, PAGE_SIZE + 6, 2))
    assert numbers(f"acteur={actor.id}") == list(range(2, PAGE_SIZE + 6, 2))
    assert numbers("evenement=rien&acteur=0x&page=-1") == list(range(1, PAGE_SIZE + 1))
    assert buyer.get(f"{register_of(need)}?page=3").status_code == 404


# --- Calls and meetings ----------------------------------------------------------------------


def test_a_call_is_logged_in_two_fields(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    assert log(buyer, need).status_code == 302
    (entry,) = lines(empty_session, need)
    assert entry.event is RegisterEvent.CALL
    assert entry.part is not None
    assert entry.part.content == {
        "organization": "Abeille",
        "person": "Compte d’essai",
        "said": "Bonjour.",
    }


def test_a_double_click_logs_once(buyer: FlaskClient, need: Need, empty_session: Session) -> None:
    page = f"{register_of(need)}/consigner"
    data = filled(buyer, page).to_dict()
    data.update({"partner": "Abeille", "said": "Bonjour.", "kind": "reunion"})
    answers = [buyer.post(page, data=data) for _ in range(2)]
    assert [answer.location for answer in answers] == [register_of(need)] * 2
    assert [entry.event for entry in lines(empty_session, need)] == [RegisterEvent.MEETING]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"partner": ""}, "Dites avec qui vous avez échangé."),
        ({"said": "  "}, "Résumez ce qui s’est dit, même en une phrase."),
        ({"kind": "autre"}, "Choisissez : un appel ou une réunion."),
        ({"happened_at": "2999-01-01T10:00"}, "Cet échange n’a pas encore eu lieu"),
        ({"happened_at": "demain"}, "Quand, si ce n’est pas maintenant"),
        ({"partner": "A\u202eB"}, "Ce texte contient un caractère invisible interdit."),
    ],
)
def test_what_cannot_be_logged_is_refused_and_kept(
    buyer: FlaskClient, need: Need, empty_session: Session, fields: dict[str, str], words: str
) -> None:
    response = log(buyer, need, **{"said": "Ce que je tape", **fields})
    assert response.status_code == 422
    assert words in response.text
    assert lines(empty_session, need) == []
    if fields.keys() != {"said"}:
        assert "Ce que je tape" in response.text


def test_extra_fields_are_ignored(buyer: FlaskClient, need: Need, empty_session: Session) -> None:
    log(buyer, need, sequence="40", is_demo="1", hash="f", at="2020-01-01", organization_ref="1")
    (entry,) = lines(empty_session, need)
    assert (entry.sequence, entry.is_demo) == (1, False)
    assert verify_register(empty_session, need.id) == []


def test_a_mistake_is_corrected_by_a_line(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log(buyer, need)
    page = f"{register_of(need)}/1/rectifier"
    data = filled(buyer, page).to_dict()
    data["reason"] = "Autre besoin"
    assert [buyer.post(page, data=data).status_code for _ in range(2)] == [302, 302]
    first, second = lines(empty_session, need)
    assert (first.event, second.event) == (RegisterEvent.CALL, RegisterEvent.CORRECTION)
    assert second.facts == {"corrects": 1}
    shown = buyer.get(register_of(need)).text
    assert "Rectifiée par la ligne 2 : ne plus en tenir compte." in shown
    assert buyer.get(f"{register_of(need)}/2/rectifier").status_code == 404
    assert buyer.get(f"{register_of(need)}/9/rectifier").status_code == 404


# --- Exports ---------------------------------------------------------------------------------


def test_an_export_is_a_line_and_carries_the_digest_that_anchors_it(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log(buyer, need)
    rows = list(
        csv.DictReader(io.StringIO(export(buyer, need, "csv").decode("utf-8-sig")), delimiter=";")
    )
    last = lines(empty_session, need)[-1]
    assert last.event is RegisterEvent.EXPORTED
    assert [row["événement"] for row in rows] == ["Appel téléphonique", "Registre exporté"]
    assert rows[-1]["empreinte de la ligne"] == last.hash
    assert {row["contrôle"] for row in rows} == {"conforme"}
    pdf = PdfReader(io.BytesIO(export(buyer, need, "pdf")))
    text = "".join(page.extract_text() for page in pdf.pages)
    newest = lines(empty_session, need)[-1]
    assert newest.hash in re.sub(r"\s", "", text)
    runner = empty_app.test_cli_runner()
    for digest in (last.hash, newest.hash):
        found = runner.invoke(args=["register", "verify", "--head", digest])
        assert found.exit_code == 0
    lost = runner.invoke(args=["register", "verify", "--need", str(need.id), "--head", "0" * 64])
    assert lost.exit_code == 1
    assert f"besoin n° {need.id}" in lost.output


def test_hostile_words_are_only_words_in_every_form(buyer: FlaskClient, need: Need) -> None:
    log(buyer, need, partner=HOSTILE, said=HOSTILE)
    page = buyer.get(register_of(need)).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    raw = export(buyer, need, "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw), delimiter=";"))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert [restore(part) for part in rows[0]["mots"].split(" | ")] == [HOSTILE, HOSTILE]
    pdf = PdfReader(io.BytesIO(export(buyer, need, "pdf")))
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in pdf.pages))
    assert re.sub(r"\s", "", HOSTILE) in text


def test_a_line_edited_in_the_database_is_named_everywhere(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log(buyer, need)
    log(buyer, need)
    connection = empty_session.connection()
    connection.exec_driver_sql("DROP TRIGGER register_entry_no_update")
    connection.exec_driver_sql("UPDATE register_entry SET facts = '[]' WHERE sequence = 1")
    empty_session.commit()
    result = empty_app.test_cli_runner().invoke(args=["register", "verify"])
    assert result.exit_code == 1
    assert f"besoin n° {need.id}, ligne 1 : cette ligne a été modifiée" in result.output
    page = buyer.get(register_of(need))
    assert page.status_code == 200
    assert "Chaîne rompue" in page.text
    assert "Ligne 1 : cette ligne a été modifiée." in page.text
    assert "cette ligne a été modifiée" in export(buyer, need, "csv").decode("utf-8-sig")


def test_the_command_says_what_it_cannot_do(empty_app: Flask, need: Need) -> None:
    runner = empty_app.test_cli_runner()
    assert runner.invoke(args=["register", "verify"]).exit_code == 0
    assert runner.invoke(args=["register", "verify", "--need", str(need.id)]).exit_code == 2
    assert runner.invoke(args=["register", "verify", "--head", "abc"]).exit_code == 2


# --- Documents -------------------------------------------------------------------------------


def give(client: FlaskClient, need: Need, **fields: object) -> TestResponse:
    page = f"/mon-espace/besoins/{need.id}/documents"
    data = filled(client, page).to_dict()
    file = (io.BytesIO(b"Un cahier des charges."), "cahier.txt")
    return client.post(page, data={**data, "file": file, **fields})


def test_a_document_given_reaches_the_actor_contacted(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log(buyer, need)
    assert give(buyer, need).status_code == 302
    document = empty_session.scalars(select(Document)).one()
    (mail,) = mails_to(empty_app, MEMBER)
    assert "cahier.txt" in mail
    assert f"/besoins/{need.id}/documents" in mail
    actor, stranger = sign_in(empty_app, MEMBER), sign_in(empty_app, OTHER_BUYER)
    assert "cahier.txt" in actor.get(f"/besoins/{need.id}/documents").text
    assert "cahier.txt" not in stranger.get(f"/besoins/{need.id}/documents").text
    assert "cahier.txt" not in empty_app.test_client().get(f"/besoins/{need.id}/documents").text
    assert actor.get(f"/documents/{document.id}").status_code == 200
    assert stranger.get(f"/documents/{document.id}").status_code == 404
    assert empty_app.test_client().get(f"/documents/{document.id}").status_code != 200
    table = buyer.get(f"/mon-espace/besoins/{need.id}/documents").text
    assert "Ouvert" in table
    events = [entry.event for entry in lines(empty_session, need)]
    assert events == [
        RegisterEvent.CALL,
        RegisterEvent.DOCUMENT_ISSUED,
        RegisterEvent.DOCUMENT_OFFERED,
        RegisterEvent.DOCUMENT_OPENED,
    ]


def test_a_document_withdrawn_is_given_no_more(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log(buyer, need)
    give(buyer, need)
    document = empty_session.scalars(select(Document)).one()
    page = f"/mon-espace/besoins/{need.id}/documents/{document.id}/retirer"
    assert submit(sign_in(empty_app, OTHER_BUYER), page).status_code == 404
    assert submit(buyer, page).status_code == 302
    actor = sign_in(empty_app, MEMBER)
    assert actor.get(f"/documents/{document.id}").status_code == 404
    assert mails_to(empty_app, MEMBER) == []


@pytest.mark.parametrize(
    "file",
    [(b"", "vide.txt"), (b"<html><script>alert(1)</script></html>", "page.html")],
)
def test_a_file_that_is_no_document_is_refused(
    buyer: FlaskClient, need: Need, empty_session: Session, file: tuple[bytes, str]
) -> None:
    content, name = file
    response = give(buyer, need, file=(io.BytesIO(content), name))
    assert response.status_code == 422
    assert empty_session.scalars(select(Document)).all() == []


def test_an_actors_document_shows_its_digest_alone(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    actor = empty_session.scalars(select(Organization).where(Organization.name == "Abeille")).one()
    record_event(
        empty_session,
        empty_session.get_one(Need, need.id),
        RegisterEvent.DOCUMENT_RECEIVED,
        now=NOW,
        organization=actor,
        facts={"digest": "abcdef123456" + "0" * 52, "side": "acteur"},
        words={"filename": "procede-secret.pdf"},
    )
    empty_session.commit()
    page = buyer.get(register_of(need)).text
    assert "Abeille remet un document confidentiel." in page
    assert "abcdef123456" in page
    files = [export(buyer, need, kind) for kind in ("csv", "pdf")]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(files[1])).pages)
    assert [("procede-secret" in shown) for shown in (page, files[0].decode(), text)] == [False] * 3


# --- Ties ------------------------------------------------------------------------------------


def declare(client: FlaskClient, page: str, **fields: str) -> TestResponse:
    data = filled(client, page).to_dict()
    data.update({"about": "Abeille", "nature": "Actionnaire", **fields})
    return client.post(page, data=data)


def test_a_tie_is_declared_shown_logged_and_ended(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log(buyer, need)
    page = f"/mon-espace/besoins/{need.id}/liens-d-interets"
    assert declare(buyer, page).status_code == 302
    assert "Lien d’intérêts déclaré" in buyer.get(register_of(need)).text
    tie = empty_session.scalars(select(InterestDeclaration)).one()
    assert submit(buyer, f"/mon-espace/liens-d-interets/{tie.id}/terminer").status_code == 302
    assert 'class="interest-badge"' not in buyer.get(register_of(need)).text
    declared = [
        entry.facts["is_end"]
        for entry in lines(empty_session, need)
        if entry.event is RegisterEvent.DECLARATION
    ]
    assert declared == [False, True]


def test_somebody_elses_tie_is_not_ended(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    declare(buyer, f"/mon-espace/besoins/{need.id}/liens-d-interets")
    tie = empty_session.scalars(select(InterestDeclaration)).one()
    other = sign_in(empty_app, OTHER_BUYER)
    assert submit(other, f"/mon-espace/liens-d-interets/{tie.id}/terminer").status_code == 404


@pytest.mark.parametrize("about", ["Inconnu", "Ville", ""])
def test_a_tie_names_an_actor_of_the_directory(
    buyer: FlaskClient, need: Need, empty_session: Session, about: str
) -> None:
    response = declare(buyer, f"/mon-espace/besoins/{need.id}/liens-d-interets", about=about)
    assert response.status_code == 422
    assert empty_session.scalars(select(InterestDeclaration)).all() == []


def test_staff_declare_for_one_need(empty_app: Flask, need: Need, empty_session: Session) -> None:
    page = f"/mon-espace/besoins/{need.id}/liens-d-interets"
    declare(sign_in(empty_app, STAFF), page, scope="tous")
    tie = empty_session.scalars(select(InterestDeclaration)).one()
    assert (tie.organization_id, tie.need_id) == (None, need.id)


def test_a_federating_structure_declares_for_all_needs(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log(buyer, need)
    network = make_organization(empty_session, "Réseau", kind=OrganizationKind.INCUBATOR)
    make_membership(empty_session, make_user(empty_session, email="r@reseau.example"), network)
    empty_session.commit()
    client = sign_in(empty_app, "r@reseau.example")
    assert declare(client, "/mon-espace/organisations/reseau/liens-d-interets").status_code == 302
    assert "Réseau : Actionnaire" in buyer.get(register_of(need)).text
    assert client.get("/mon-espace/organisations/abeille/liens-d-interets").status_code == 404


def test_a_structure_not_yet_accepted_says_nothing_of_others(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log(buyer, need)
    state = PublicationState.DRAFT
    network = make_organization(
        empty_session, "Réseau", kind=OrganizationKind.INCUBATOR, state=state
    )
    make_membership(empty_session, make_user(empty_session, email="r@reseau.example"), network)
    empty_session.commit()
    client = sign_in(empty_app, "r@reseau.example")
    assert declare(client, "/mon-espace/organisations/reseau/liens-d-interets").status_code == 302
    assert "Actionnaire" not in buyer.get(register_of(need)).text


# --- Lists shown -----------------------------------------------------------------------------


def test_a_list_is_noted_once_when_the_carrier_reads_it(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    index_all(empty_app)
    page = f"/besoins/{need.id}/correspondances"
    for email in (STAFF, OTHER_BUYER, MEMBER):
        assert sign_in(empty_app, email).get(page).status_code == 200
    assert empty_app.test_client().get(page).status_code == 200
    assert lines(empty_session, need) == []
    for _ in range(3):
        assert buyer.get(page).status_code == 200
    assert buyer.get(f"{page}?type=startup").status_code == 200
    run_worker(empty_app)
    assert buyer.get(page).status_code == 200
    run_worker(empty_app)
    first, second = lines(empty_session, need)
    assert (first.event, second.event) == (RegisterEvent.SHOWN, RegisterEvent.SHOWN)
    assert (first.facts["filters"], second.facts["filters"]) == ({}, {"kinds": ["startup"]})
    assert len(first.facts["offers"]) == len(first.facts["actors"]) == 1
    assert {"seed", "weights"} <= first.facts.keys()
    assert "Volets (Abeille)" in buyer.get(register_of(need)).text


# --- Erasure, speed --------------------------------------------------------------------------


def test_an_erased_person_is_named_nowhere(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log(buyer, need, said="Mot à effacer")
    person = lines(empty_session, need)[0].part
    assert person is not None
    erase_parts_of(empty_session, empty_session.get_one(User, person.user_id), now=NOW)
    empty_session.commit()
    page = buyer.get(register_of(need)).text
    assert "Chaîne vérifiée jusqu’à la ligne 2" in page
    main = page[page.index("<main") :]
    assert "Mot à effacer" not in main
    assert "Appel téléphonique avec Abeille." in main
    assert "Mot à effacer" not in export(buyer, need, "csv").decode("utf-8-sig")


@pytest.mark.parametrize(
    "page", ["registre", "registre/consigner", "documents", "liens-d-interets"]
)
def test_lines_add_no_query(empty_app: Flask, buyer: FlaskClient, need: Need, page: str) -> None:
    counts = []
    for _ in range(3):
        log(buyer, need)
        give(buyer, need)
        declare(buyer, f"/mon-espace/besoins/{need.id}/liens-d-interets")
        with count_queries(empty_app) as statements:
            assert buyer.get(f"/mon-espace/besoins/{need.id}/{page}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] == counts[2] <= MOST_QUERIES


def test_noting_a_list_keeps_the_page_within_its_queries(
    empty_app: Flask, buyer: FlaskClient, need: Need
) -> None:
    index_all(empty_app)
    page = f"/besoins/{need.id}/correspondances"
    sign_in(empty_app, STAFF).get(page)  # builds the columns
    with count_queries(empty_app) as first:
        buyer.get(page)
    assert [one for one in first if one.startswith("INSERT INTO outbox_message")]
    assert len(first) <= MOST_QUERIES
    with count_queries(empty_app) as again:
        buyer.get(page)
    assert len(again) <= MOST_QUERIES
