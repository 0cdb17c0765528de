"""Moderating: diff, reasons, two moderators at once, hiding, the journal, quarter facts."""

import threading

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.audit import AuditEntry
from models.organization import Organization
from models.revision import Revision
from models.territory import Territory
from services.drafts import current_organization_content, save_draft
from services.publishing import submit_entry
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.drafts import (
    NOW,
    SIRET,
    TODAY,
    make_published,
    make_submitted,
    revision_of,
)
from tests.factories.forms import filled, press, write
from tests.factories.organizations import make_organization
from tests.factories.pages import mails_to, run_worker
from tests.factories.queries import count_queries
from vocabulary.kinds import PublicationState, UserRole

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def owner(session: Session) -> User:
    return make_user(session, email="ada@essai.example")


def make_staff(session: Session, name: str) -> User:
    person = make_user(session, role=UserRole.STAFF)
    person.display_name = name
    session.flush()
    return person


@pytest.fixture
def staff(app: Flask, session: Session) -> FlaskClient:
    person = make_staff(session, "Première")
    session.commit()
    return sign_in(app, person.email)


@pytest.fixture
def colleague(app: Flask, session: Session) -> FlaskClient:
    person = make_staff(session, "Seconde")
    session.commit()
    return sign_in(app, person.email)


def waiting(session: Session, owner: User, **fields: object) -> str:
    """Return the page of a proposal that waits."""
    _entry, revision = make_submitted(session, owner, **fields)
    session.commit()
    return f"/moderation/{revision.id}"


def state_of(session: Session, slug: str) -> PublicationState:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Organization).where(Organization.slug == slug)).one().state


def test_the_diff_is_against_what_is_public(
    staff: FlaskClient, session: Session, owner: User
) -> None:
    entry = make_published(session, owner)
    content, lock = current_organization_content(session, entry)
    typed = content.changed(pitch="Des façades isolantes posées en site vide.")
    save_draft(session, entry, typed, lock=lock, author=owner, now=NOW)
    submit_entry(session, entry, author=owner, today=TODAY, now=NOW)
    number = revision_of(session, entry).id
    session.commit()
    page = staff.get(f"/moderation/{number}").text
    changes = page.split('<table class="changes">')[1].split("</table>")[0]
    assert changes.count("<tr>") == 1
    assert "occupé" in changes.split("<del")[1].split("</del>")[0]
    assert "vide" in changes.split("<ins")[1].split("</ins>")[0]


def test_possible_duplicates_are_shown(staff: FlaskClient, session: Session, owner: User) -> None:
    make_organization(session, "Autre nom", siren=SIRET[:9])
    page = staff.get(waiting(session, owner, siret=SIRET)).text
    assert "Un doublon possible" in page
    assert "même numéro SIREN" in page


def test_reasons_are_mailed_and_logged(
    app: Flask, staff: FlaskClient, session: Session, owner: User
) -> None:
    page = waiting(session, owner)
    response = write(
        staff,
        page,
        decision="demander-des-modifications",
        reasons=["themes-inadaptes"],
        comment="Précisez.\nMerci.",
    )
    assert response.status_code == 302
    assert state_of(session, "facades-vives") == PublicationState.CHANGES_REQUESTED
    mail = mails_to(app, "ada@essai.example")[-1]
    assert "Les thèmes choisis ne correspondent pas à la description." in mail
    assert "Précisez.\nMerci." in mail
    assert "/mon-espace/organisations/facades-vives" in mail
    journal = staff.get("/moderation/journal?fiche=vives").text
    assert "Modifications demandées" in journal
    assert "Première" in journal


def test_changes_without_a_reason_are_not_requested(
    staff: FlaskClient, session: Session, owner: User
) -> None:
    response = write(staff, waiting(session, owner), decision="demander-des-modifications")
    assert response.status_code == 422
    assert "Choisissez un motif ou écrivez-le." in response.text


def test_the_second_moderator_is_told_who_decided_what(
    app: Flask, staff: FlaskClient, colleague: FlaskClient, session: Session, owner: User
) -> None:
    page = waiting(session, owner)
    late = filled(colleague, page)
    assert write(staff, page, decision="publier").status_code == 302
    late.setlist("decision", ["demander-des-modifications"])
    late.setlist("comment", ["Trop court à mon avis."])
    response = colleague.post(page, data=late)
    assert response.status_code == 409
    assert "Première a publié cette version avant vous." in response.text
    assert "Trop court à mon avis." in response.text
    assert state_of(session, "facades-vives") == PublicationState.PUBLISHED
    assert len(mails_to(app, "ada@essai.example")) == 2


def test_of_two_decisions_at_the_same_moment_one_wins(
    staff: FlaskClient, colleague: FlaskClient, session: Session, owner: User
) -> None:
    page = waiting(session, owner)
    answers = {"publier": staff, "demander-des-modifications": colleague}
    forms = {decision: filled(client, page) for decision, client in answers.items()}
    statuses: list[int] = []
    start = threading.Barrier(2)

    def decide(decision: str) -> None:
        forms[decision].setlist("decision", [decision])
        forms[decision].setlist("comment", ["Motif."])
        start.wait()
        statuses.append(answers[decision].post(page, data=forms[decision]).status_code)

    threads = [threading.Thread(target=decide, args=(decision,)) for decision in answers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 409]
    session.rollback()
    decided = session.scalars(
        select(AuditEntry.action).where(
            AuditEntry.action.in_(("entry.published", "entry.changes_requested"))
        )
    ).all()
    assert len(decided) == 1


@pytest.mark.parametrize("page", ["/moderation", "/moderation/retirees", "/moderation/journal"])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(
    app: Flask, staff: FlaskClient, session: Session, owner: User, page: str
) -> None:
    counts = []
    for number in range(3):
        make_submitted(session, owner, name=f"En attente {number}")
        hidden = make_published(session, owner, name=f"Cachée {number}")
        hidden.state = PublicationState.SUSPENDED
        session.commit()
        counts.append(count_queries(app, lambda: staff.get(page)))
    assert counts[0] == counts[-1] <= 12


def test_nobody_decides_on_their_own_entry(app: Flask, session: Session) -> None:
    person = make_staff(session, "Juge et partie")
    page = waiting(session, person)
    client = sign_in(app, person.email)
    fields = {"decision": "publier", "lock": "1", "csrf_token": ""}
    assert "Personne ne décide de sa propre fiche" in client.get(page).text
    token = client.get("/mon-espace/inscrire").text.split('name="csrf_token"')[1]
    fields["csrf_token"] = token.split('value="')[1].split('"')[0]
    assert client.post(page, data=fields).status_code == 422
    assert state_of(session, "facades-vives") == PublicationState.SUBMITTED


def test_a_draft_is_not_read_before_it_is_submitted(
    staff: FlaskClient, session: Session, owner: User
) -> None:
    page = waiting(session, owner)
    revision = session.get(Revision, int(page.rsplit("/", 1)[1]))
    assert revision is not None
    revision.state = PublicationState.DRAFT
    session.commit()
    assert staff.get(page).status_code == 404
    assert staff.get("/moderation/99999999999999999999").status_code == 404


def test_a_suspended_entry_disappears_and_comes_back(
    app: Flask, staff: FlaskClient, session: Session, owner: User
) -> None:
    make_published(session, owner)
    session.commit()
    run_worker(app)
    visitor = app.test_client()
    assert visitor.get("/acteurs/facades-vives").status_code == 200
    page = "/moderation/acteurs/facades-vives/retirer"
    late = filled(staff, page)
    response = write(staff, page, state="suspendu", reasons=["contenu-signale"])
    assert response.status_code == 302
    late.setlist("state", ["archive"])
    late.setlist("reasons", ["doublon"])
    assert staff.post(page, data=late).status_code == 409
    assert visitor.get("/acteurs/facades-vives").status_code == 404
    assert "facades-vives" not in visitor.get("/annuaire?q=facades+vives").text
    assert press(staff, "/moderation/retirees", "/facades-vives/retablir").status_code == 302
    run_worker(app)
    assert visitor.get("/acteurs/facades-vives").status_code == 200
    assert "facades-vives" in visitor.get("/annuaire?q=facades+vives&objet=acteurs").text


def test_hostile_text_is_inert_in_the_back_office(
    app: Flask, staff: FlaskClient, session: Session, owner: User
) -> None:
    page = waiting(
        session,
        owner,
        name=f"Nom {HOSTILE}",
        pitch=HOSTILE,
        description=f"{HOSTILE} [clic](javascript:alert(1)) " + "x" * 80,
        labels=(HOSTILE,),
    )
    seen = [staff.get(page).text, staff.get("/moderation").text]
    write(staff, page, decision="demander-des-modifications", comment=HOSTILE)
    seen += [staff.get(page).text, staff.get("/moderation/journal").text]
    client = sign_in(app, "ada@essai.example")
    session.rollback()
    slug = session.scalars(select(Organization.slug).order_by(Organization.id.desc())).first()
    space = f"/mon-espace/organisations/{slug}"
    steps = ("", "/identite", "/description", "/logo-et-site", "/relecture", "/apercu")
    seen += [client.get(space + step).text for step in steps]
    assert [HOSTILE in text or 'href="javascript:' in text for text in seen] == [False] * len(seen)


def test_the_journal_is_for_staff_and_survives_any_filter(
    app: Flask, staff: FlaskClient, session: Session, owner: User
) -> None:
    make_membership(session, owner, make_organization(session))
    session.commit()
    assert sign_in(app, owner.email).get("/moderation/journal").status_code == 404
    for query in (
        "objet=x",
        "action=%00",
        "depuis=hier",
        "avant=-1",
        "avant=9" * 30,
        "personne=%25",
    ):
        assert staff.get(f"/moderation/journal?{query}").status_code == 200, query


def test_staff_complete_a_quarter_with_a_source(staff: FlaskClient, session: Session) -> None:
    page = "/moderation/territoires/QN04212M"
    assert write(staff, page, interest="regional", source="").status_code == 422
    late = filled(staff, page)
    response = write(staff, page, interest="regional", source="Arrêté du 15 janvier 2019")
    assert response.status_code == 302
    late.setlist("interest", ["national"])
    late.setlist("source", ["Autre"])
    assert staff.post(page, data=late).status_code == 409
    session.rollback()
    quarter = session.scalars(select(Territory).where(Territory.code == "QN04212M")).one()
    assert (quarter.npnru_interest.value, quarter.npnru_source) == (  # type: ignore[union-attr]
        "regional",
        "Arrêté du 15 janvier 2019",
    )
