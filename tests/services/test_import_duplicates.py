"""Files of organisations again: the same lines, what owners hold, possible duplicates."""

import pytest
from sqlalchemy.orm import Session

from models.account import User
from services.import_apply import Applied
from services.organization_import import decide_duplicates
from tests.factories.accounts import make_user
from tests.factories.imports import TODAY, apply, count_organizations, messages, upload, verdicts
from tests.factories.organizations import make_organization
from vocabulary.kinds import UserRole


@pytest.fixture
def staff(session: Session) -> User:
    return make_user(session, role=UserRole.STAFF)


@pytest.mark.parametrize("publish", [False, True])
def test_the_same_file_again_changes_nothing(
    session: Session,
    staff: User,
    publish: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    make_organization(session, "Bosquet Habitat", is_claimed=False)
    lines = [
        "Alvéole Neuve;PME;552100554;;;;",
        "Bosquet Habitat;;;42218;;;",
        ";PME;;;;;",
        "Cœur d'îlot;ESS;;;;Rénovation énergétique;France entière",
    ]
    apply(session, upload(session, *lines), staff, publish=publish)
    again = upload(session, *lines)
    assert verdicts(again) == ["unchanged", "unchanged", "refused", "unchanged"]
    assert apply(session, again, staff, publish=publish) == Applied(0, 0)


def test_a_claimed_entry_belongs_to_its_owner(session: Session) -> None:
    make_organization(session, "Bosquet Habitat", is_claimed=True)
    batch = upload(session, "Bosquet Habitat;;;42218;;;")
    assert messages(batch.rows[0]) == ["Cette fiche a un responsable : lui seul la modifie."]


def test_an_empty_cell_erases_nothing(session: Session, staff: User) -> None:
    known = make_organization(
        session, "Bosquet Habitat", is_claimed=False, siren="552100554", pitch="Déjà là."
    )
    batch = upload(session, "Bosquet Habitat;;;42218;;;")
    assert batch.rows[0].notes["fields"] == ["commune_code"]
    apply(session, batch, staff, publish=True)
    assert (known.siren, known.pitch) == ("552100554", "Déjà là.")


def test_possible_duplicates_wait_for_a_decision(session: Session, staff: User) -> None:
    near = make_organization(session, "Bosquet Habitat", is_claimed=False)
    site = make_organization(
        session, "Clairière", is_claimed=False, website="https://www.clairiere.example/fr"
    )
    number = make_organization(session, "Dune", is_claimed=False, siren="552100554")
    batch = upload(
        session,
        "SAS Habitat Bosquet;PME;;;;;",
        "Autre nom;PME;;;clairiere.example;;",
        "Encore un nom;PME;552100554;;;;",
    )
    assert verdicts(batch) == ["duplicate"] * 3
    found = [row.notes["duplicates"][0] for row in batch.rows]
    assert [(one["id"], one["reasons"]) for one in found] == [
        (near.id, ["nom"]),
        (site.id, ["site"]),
        (number.id, ["numero"]),
    ]
    before = count_organizations(session)
    assert apply(session, batch, staff) == Applied(0, 0)
    assert count_organizations(session) == before


def test_decisions_on_duplicates_are_followed(session: Session, staff: User) -> None:
    near = make_organization(session, "Bosquet Habitat", is_claimed=False)
    other = make_organization(session, "Clairière Verte", is_claimed=False)
    lines = ["Bosquets Habitat;PME;;;;;", "Clairières Vertes;PME;;42218;;;"]
    batch = upload(session, *lines)
    first, second = batch.rows
    choices = {first.id: "create", second.id: f"update:{other.id}"}
    decide_duplicates(session, batch, choices, today=TODAY)
    assert apply(session, batch, staff, publish=True) == Applied(1, 1)
    assert (near.name, other.name, other.commune_code) == (
        "Bosquet Habitat",
        "Clairières Vertes",
        "42218",
    )
    assert verdicts(upload(session, *lines)) == ["unchanged", "unchanged"]


def test_a_forged_decision_is_skipping(session: Session, staff: User) -> None:
    make_organization(session, "Bosquet Habitat", is_claimed=False)
    stranger = make_organization(session, "Sans rapport aucun", is_claimed=False)
    batch = upload(session, "Bosquets Habitat;PME;;;;;")
    choices = {batch.rows[0].id: f"update:{stranger.id}"}
    decide_duplicates(session, batch, choices, today=TODAY)
    assert apply(session, batch, staff, publish=True) == Applied(0, 0)


def test_lines_that_repeat_are_told(session: Session) -> None:
    make_organization(session, "Bosquet Habitat", is_claimed=False)
    batch = upload(
        session,
        "Alvéole Neuve;PME;;;;;",
        "ALVEOLE NEUVE;PME;552100554;;;;",
        "Bosquet Habitat;;;42218;;;",
        "Bosquet Habitat;;;42095;;;",
        "Tout autre nom;PME;552100554;;;;",
    )
    assert verdicts(batch) == ["new", "refused", "changed", "refused", "new"]
    assert [messages(batch.rows[at]) for at in (1, 3)] == [
        ["Cette ligne répète la ligne 2."],
        ["Cette ligne répète la ligne 4."],
    ]
