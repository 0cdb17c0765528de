"""Pages of partnerships, without scripts: who reads what, who writes what, what is kept."""

import io
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.organization import Organization
from models.partnership import (
    Partnership,
    PartnershipMember,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
    WorkingGroupMember,
)
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.entries import make_commune, make_partnership, make_territory
from tests.factories.forms import filled, press, write
from tests.factories.organizations import make_organization
from tests.factories.pages import link_in, mails_to, submit
from tests.query_counter import count_queries
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import OrganizationKind, PublicationState, UserRole

MOST = 12
SPACE = "/mon-espace/partenariats"
HOSTILE = "'\"><script>alert(1)</script> =1+1"


class People:
    """A city, a startup and staff, each with an account."""

    def __init__(self, app: Flask, session: Session) -> None:
        self.app, self.session = app, session
        self.city = make_organization(
            session, "Ville d’essai", kind=OrganizationKind.COLLECTIVITE, is_claimed=True
        )
        self.startup = make_organization(session, "Toits Vifs", is_claimed=True)
        self.keeper = self._member(self.city)
        self.founder = self._member(self.startup)
        self.staff = make_user(session, role=UserRole.STAFF)
        session.commit()

    def _member(self, organization: Organization) -> User:
        person = make_user(self.session)
        make_membership(self.session, person, organization)
        return person

    def client(self, person: User) -> FlaskClient:
        return sign_in(self.app, person.email)

    def page(self) -> Partnership:
        self.session.rollback()
        return self.session.scalars(
            select(Partnership).where(Partnership.slug == "table-des-toits")
        ).one()


@pytest.fixture
def people(app: Flask, session: Session) -> People:
    return People(app, session)


@pytest.fixture
def keeper(people: People) -> FlaskClient:
    client = people.client(people.keeper)
    answer = write(
        client,
        f"{SPACE}/nouveau",
        name="Table des toits",
        summary="Des toits partagés.",
        quarter="QN04212M",
        themes=["solaire"],
    )
    assert answer.headers["Location"] == f"{SPACE}/table-des-toits/membres"
    return client


def invite_and_accept(people: People, keeper: FlaskClient) -> None:
    press(keeper, f"{SPACE}/table-des-toits/membres?q=toits+vifs", "/inviter")
    people.session.rollback()
    answer_page = f"{SPACE}/table-des-toits/reponse/{people.startup.id}"
    founder = people.client(people.founder)
    assert submit(founder, answer_page, {"decision": "accepter"}).status_code == 302


def publish(people: People, keeper: FlaskClient) -> None:
    press(keeper, f"{SPACE}/table-des-toits/modifier", "/soumettre")
    staff = people.client(people.staff)
    answer = write(staff, "/moderation/partenariats/table-des-toits", decision="publier")
    assert answer.status_code == 302


def test_a_draft_is_missing_for_everybody_else(
    app: Flask, people: People, keeper: FlaskClient
) -> None:
    assert keeper.get("/partenariats/table-des-toits").status_code == 200
    visitor, founder = app.test_client(), people.client(people.founder)
    for path in ("", "/feuille", "/groupes.csv", "/groupes.pdf", "/reunions.ics"):
        assert visitor.get(f"/partenariats/table-des-toits{path}").status_code == 404
        assert founder.get(f"/partenariats/table-des-toits{path}").status_code == 404
    for path in ("/partenariats", "/partenariats/liste.csv", "/sitemap.xml"):
        assert "table-des-toits" not in visitor.get(path).text
    assert "Table des toits" not in visitor.get("/territoires/QN04212M").text
    assert "Table des toits" not in visitor.get("/acteurs/ville-d-essai").text
    assert founder.get(f"{SPACE}/table-des-toits/modifier").status_code == 404


def test_invited_reads_accepts_and_is_shown(
    app: Flask, people: People, keeper: FlaskClient
) -> None:
    press(keeper, f"{SPACE}/table-des-toits/membres?q=toits+vifs", "/inviter")
    (mail,) = mails_to(app, people.founder.email)
    founder = people.client(people.founder)
    path = link_in(mail)
    assert "Des toits partagés." in founder.get(path).text
    assert "attend votre réponse" in founder.get(SPACE).text or path in founder.get(SPACE).text
    submit(founder, path, {"decision": "accepter"})
    assert any("rejoint" in mail for mail in mails_to(app, people.keeper.email))
    publish(people, keeper)
    shown = app.test_client().get("/partenariats/table-des-toits").text
    assert "Toits Vifs" in shown
    submit(founder, path, {"decision": "refuser"})
    assert "Toits Vifs" not in app.test_client().get("/partenariats/table-des-toits").text


def test_the_same_form_twice_opens_one(people: People) -> None:
    client = people.client(people.keeper)
    fields = filled(client, f"{SPACE}/nouveau")
    fields.setlist("name", ["Table des toits"])
    first = client.post(f"{SPACE}/nouveau", data=fields)
    second = client.post(f"{SPACE}/nouveau", data=fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert people.page().name == "Table des toits"


def test_the_same_invitation_twice_is_one_mail(
    app: Flask, people: People, keeper: FlaskClient
) -> None:
    page = f"{SPACE}/table-des-toits/membres?q=toits+vifs"
    for _time in range(2):
        submit(keeper, f"{SPACE}/table-des-toits/membres/inviter", {"member": "toits-vifs"})
    assert len(mails_to(app, people.founder.email)) == 1
    assert "/inviter" not in keeper.get(page).text


def test_a_lost_update_is_a_409_with_the_difference(people: People, keeper: FlaskClient) -> None:
    page = f"{SPACE}/table-des-toits/modifier"
    late = filled(keeper, page)
    write(keeper, page, summary="Avant.")
    late.setlist("summary", ["Après."])
    answer = keeper.post(page, data=late)
    assert answer.status_code == 409
    assert "De la version enregistrée à la vôtre" in answer.text
    assert "Après." in answer.text
    assert people.page().summary == "Avant."
    again = keeper.post(page, data={**filled_fields(answer.text), "summary": "Après."})
    assert again.status_code == 302
    assert people.page().summary == "Après."


def filled_fields(html: str) -> dict[str, Any]:
    from tests.factories.forms import forms_in  # noqa: PLC0415 - one test only

    return next(dict(fields) for action, fields in forms_in(html) if not action)


def test_extra_fields_change_nothing(people: People, keeper: FlaskClient) -> None:
    write(
        keeper,
        f"{SPACE}/table-des-toits/modifier",
        summary="Autre.",
        state="publie",
        organization_id=str(people.startup.id),
        is_demo="1",
        slug="e-declic",
        published_at="2020-01-01",
    )
    page = people.page()
    found = (page.state, page.organization_id, page.is_demo, page.published_at, page.summary)
    assert found == (PublicationState.DRAFT, people.city.id, False, None, "Autre.")


def test_staff_alone_cite_a_member(people: People, keeper: FlaskClient) -> None:
    submit(
        keeper,
        f"{SPACE}/table-des-toits/membres/inviter",
        {"member": "toits-vifs", "is_cited": "y"},
    )
    assert [row.organization_id for row in people.page().members] == [people.city.id]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Donnez un nom au partenariat."),
        ("quarter", "Quartier introuvable", "Aucun quartier ne porte ce nom ou ce code."),
        ("started_on", "hier", "Cette date n’existe pas"),
        ("summary", "x" * 5001, "5000 caractères au plus"),
    ],
)
def test_a_bad_answer_keeps_the_others(
    keeper: FlaskClient, field: str, typed: str, words: str
) -> None:
    answer = write(
        keeper, f"{SPACE}/table-des-toits/modifier", **{"programme": "Gardé", field: typed}
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Gardé"' in answer.text


def test_a_group_its_lead_and_its_minutes(app: Flask, people: People, keeper: FlaskClient) -> None:
    invite_and_accept(people, keeper)
    key = str(people.startup.id)
    write(
        keeper,
        f"{SPACE}/table-des-toits/groupes/nouveau",
        name="Groupe des toits",
        theme="solaire",
        members=[key],
        leads=[key],
    )
    publish(people, keeper)
    (group,) = people.page().working_groups
    founder = people.client(people.founder)
    new = f"{SPACE}/table-des-toits/groupes/{group.id}/reunions/nouvelle"
    assert 'name="is_public"' not in founder.get(new).text
    write(founder, new, held_on="2026-10-01", minutes="Secret de table", is_public="y")
    people.session.rollback()
    meeting = people.session.scalars(
        select(WorkingGroupMeeting).where(WorkingGroupMeeting.group_id == group.id)
    ).one()
    assert meeting.is_public is False
    page, visitor = "/partenariats/table-des-toits", app.test_client()
    for path in ("", "/feuille", "/groupes.csv", "/reunions.ics"):
        assert "Secret de table" not in visitor.get(page + path).text
    assert "Secret de table" in founder.get(page).text
    assert founder.get(f"{SPACE}/table-des-toits/groupes/{group.id}").status_code == 404
    write(keeper, f"{new.rsplit('/', 1)[0]}/{meeting.id}", is_public="y")
    assert "Secret de table" in visitor.get(page).text
    assert "Secret de table" in visitor.get(f"{page}/groupes.csv").text
    pdf = PdfReader(io.BytesIO(visitor.get(f"{page}/groupes.pdf").data))
    assert "Groupe des toits" in "".join(sheet.extract_text() for sheet in pdf.pages)


def test_another_partnerships_group_is_missing(people: People, keeper: FlaskClient) -> None:
    people.session.rollback()
    other = make_partnership(people.session, make_territory(people.session, "QN04299M"))
    group = WorkingGroup(partnership_id=other.id, name="Ailleurs")
    people.session.add(group)
    people.session.commit()
    page = f"{SPACE}/table-des-toits/groupes/{group.id}"
    assert keeper.get(page).status_code == 404
    assert keeper.get(f"{page}/reunions/nouvelle").status_code == 404


@pytest.mark.parametrize(
    ("precision", "shown"), [("day", "12 avril 2017"), ("month", "avril 2017"), ("year", "2017")]
)
def test_a_step_reads_as_exactly_as_it_is_known(
    keeper: FlaskClient, precision: str, shown: str
) -> None:
    write(
        keeper,
        f"{SPACE}/table-des-toits/etapes/nouvelle",
        title="Convention",
        happened_on="2017-04-12",
        precision=precision,
    )
    text = keeper.get("/partenariats/table-des-toits").text
    assert f'<p class="timeline-date">{shown}</p>' in text


def test_documents_for_members_and_for_all(app: Flask, people: People, keeper: FlaskClient) -> None:
    invite_and_accept(people, keeper)
    publish(people, keeper)
    page = f"{SPACE}/table-des-toits/documents"
    pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
    fields = filled(keeper, page)
    fields.setlist("file", [(io.BytesIO(pdf), "note.pdf")])
    assert keeper.post(page, data=fields, content_type="multipart/form-data").status_code == 302
    (document,) = people.page().documents
    address = f"/partenariats/table-des-toits/documents/{document.id}"
    assert app.test_client().get(address).status_code == 404
    given = people.client(people.founder).get(address)
    assert given.data == pdf
    assert "sandbox" in given.headers["Content-Security-Policy"]
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Cache-Control"] == "private, no-store"
    press(keeper, page, f"/{document.id}/retirer")
    assert people.client(people.founder).get(address).status_code == 404
    press(keeper, page, f"/{document.id}/rendre")
    assert people.client(people.founder).get(address).status_code == 200


def test_a_document_of_no_known_type_is_refused(keeper: FlaskClient) -> None:
    page = f"{SPACE}/table-des-toits/documents"
    fields = filled(keeper, page)
    fields.setlist("file", [(io.BytesIO(b"<script>"), "note.html")])
    assert keeper.post(page, data=fields, content_type="multipart/form-data").status_code == 422


def test_hostile_words_are_words(app: Flask, people: People, keeper: FlaskClient) -> None:
    write(keeper, f"{SPACE}/table-des-toits/modifier", programme=HOSTILE, summary=HOSTILE)
    write(
        keeper,
        f"{SPACE}/table-des-toits/groupes/nouveau",
        name=f"={HOSTILE}",
        description=HOSTILE,
    )
    invite_and_accept(people, keeper)
    publish(people, keeper)
    visitor = app.test_client()
    for path in ("", "/feuille"):
        assert "<script>alert" not in visitor.get(f"/partenariats/table-des-toits{path}").text
    assert "<script>alert" not in visitor.get("/partenariats").text
    table = visitor.get("/partenariats/table-des-toits/groupes.csv").text
    assert "'='" in table
    assert visitor.get("/partenariats/table-des-toits/groupes.pdf").status_code == 200


def test_suspended_pages_are_gone_at_once(app: Flask, people: People, keeper: FlaskClient) -> None:
    invite_and_accept(people, keeper)
    publish(people, keeper)
    staff = people.client(people.staff)
    page = "/moderation/partenariats/table-des-toits/suspendre"
    assert write(staff, page, comment="").status_code == 422
    write(staff, page, comment="À vérifier avec la ville.")
    visitor = app.test_client()
    assert visitor.get("/partenariats/table-des-toits").status_code == 404
    assert "table-des-toits" not in visitor.get("/partenariats").text
    assert "À vérifier avec la ville." in keeper.get(f"{SPACE}/table-des-toits/modifier").text
    assert any("À vérifier" in mail for mail in mails_to(app, people.keeper.email))


def test_a_suspended_page_is_found_and_restored_from_the_review_list(
    app: Flask, people: People, keeper: FlaskClient
) -> None:
    invite_and_accept(people, keeper)
    publish(people, keeper)
    staff = people.client(people.staff)
    address = "/moderation/partenariats/table-des-toits"
    write(staff, f"{address}/suspendre", comment="À vérifier avec la ville.")
    assert f'action="{address}/retablir"' in staff.get("/moderation/partenariats").text
    submit(staff, f"{address}/retablir")
    assert app.test_client().get("/partenariats/table-des-toits").status_code == 200


def test_a_withdrawn_member_leaves_every_public_page(
    app: Flask, people: People, keeper: FlaskClient
) -> None:
    invite_and_accept(people, keeper)
    publish(people, keeper)
    people.session.rollback()
    people.session.get_one(Organization, people.startup.id).state = PublicationState.ARCHIVED
    people.session.commit()
    visitor = app.test_client()
    for path in ("/partenariats/table-des-toits", "/partenariats/liste.csv"):
        assert "Toits Vifs" not in visitor.get(path).text
    assert "Table des toits" not in visitor.get("/partenariats?type=startup").text


def test_the_reference_partnership(client: FlaskClient) -> None:
    text = client.get("/partenariats/e-declic").text
    assert "ANRU, magazine n° 7, avril 2017" in text
    assert text.count("non précisé") >= 4


def test_nothing_found_says_what_to_do(client: FlaskClient) -> None:
    text = client.get("/partenariats?q=introuvable").text
    assert "Aucun partenariat ne répond à ces critères" in text


@pytest.mark.parametrize(
    "address",
    ["?theme=%00", "?page=0", "?region=%F0%9F", "?q=" + "a" * 5000, "?type=nulle", "?quartier=x"],
)
def test_odd_questions_get_a_page(client: FlaskClient, address: str) -> None:
    assert client.get(f"/partenariats{address}").status_code == 200


def test_a_page_beyond_the_last_is_missing(client: FlaskClient) -> None:
    assert client.get("/partenariats?page=400").status_code == 404


def _rows(session: Session, rows: int) -> str:
    """Fill a base with partnerships of ``rows`` of everything; return an account's address."""
    make_commune(session)
    quarter = make_territory(session, "QN04201M")
    city = make_organization(session, "Ville", kind=OrganizationKind.COLLECTIVITE)
    person = make_user(session)
    make_membership(session, person, city)
    for number in range(rows):
        actors = [make_organization(session, f"Acteur {number} {n}") for n in range(rows)]
        page = make_partnership(
            session,
            quarter,
            *actors,
            name=f"Page {number}",
            organization_id=city.id,
            themes=["solaire"],
        )
        page.members.append(PartnershipMember(organization_id=city.id, position=99))
        for group_number in range(rows):
            page.working_groups.append(
                WorkingGroup(
                    name=f"Groupe {group_number}",
                    members=[
                        WorkingGroupMember(organization_id=actor.id, is_lead=True)
                        for actor in actors
                    ],
                    meetings=[
                        WorkingGroupMeeting(held_on=date(2026, 1, day + 1), minutes="Dit")
                        for day in range(rows)
                    ],
                )
            )
            page.milestones.append(
                PartnershipMilestone(happened_on=date(2026, 1, 1), title="Étape")
            )
        guest = PartnershipMember(
            organization_id=make_organization(session, f"Invité {number}").id,
            position=100,
            state=InvitationState.INVITED,
        )
        page.members.append(guest)
    session.commit()
    return str(person.email)


@pytest.fixture
def counted(make_app: Any) -> list[tuple[Flask, str]]:
    from tests.conftest import _open_session  # noqa: PLC0415 - the same way into the base

    worlds = []
    for rows in (1, 3):
        app = make_app(seeded=False)
        opened = _open_session(app)
        session = next(opened)
        worlds.append((app, _rows(session, rows)))
        session.close()
    return worlds


@pytest.mark.parametrize(
    "path",
    [
        "/partenariats",
        "/partenariats/liste.csv",
        "/partenariats/page-0",
        "/partenariats/page-0/feuille",
        "/partenariats/page-0/groupes.xlsx",
        "/territoires/QN04201M",
        "/acteurs/ville",
        SPACE,
        f"{SPACE}/page-0/modifier",
        f"{SPACE}/page-0/membres?q=acteur",
        f"{SPACE}/page-0/groupes",
        f"{SPACE}/page-0/etapes",
    ],
)
def test_rows_add_no_query(counted: list[tuple[Flask, str]], path: str) -> None:
    found = []
    for app, email in counted:
        client = sign_in(app, email)
        client.get(path)
        with count_queries(app) as statements:
            assert client.get(path).status_code == 200
        found.append(len(statements))
    assert found[0] == found[1] <= MOST
