"""Files of organisations: preview, moderation, columns mapped by hand, undoing, limits."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.audit import AuditEntry
from models.import_batch import ImportRow
from models.outbox import OutboxMessage
from models.revision import Revision
from services.errors import Conflict, RuleViolation, UnreadableFile
from services.import_apply import Applied
from services.import_preview import Verdict
from services.import_undo import undo_batch
from services.organization_import import discard_batch, set_mapping, verdict_counts
from tests.factories.accounts import make_user
from tests.factories.imports import (
    NOW,
    TODAY,
    apply,
    count_organizations,
    entry_named,
    messages,
    upload,
    verdicts,
)
from tests.factories.organizations import make_organization
from vocabulary.kinds import AreaLevel, OrganizationKind, PublicationState, UserRole

LATER = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def staff(session: Session) -> User:
    return make_user(session, role=UserRole.STAFF)


def test_a_line_is_read_in_the_words_people_use(session: Session, staff: User) -> None:
    batch = upload(
        session,
        "Alvéole Neuve;start-up;552 100 554;saint etienne;alveole.example;"
        "Rénovation énergétique | numerique;Bretagne, Occitanie",
        header="Raison sociale;Type;SIREN;Ville;Site web;Thématiques;Zone d'intervention",
    )
    assert (batch.filename, verdicts(batch)) == ("annuaire.csv", ["new"])
    apply(session, batch, staff, publish=True)
    created = entry_named(session, "Alvéole Neuve")
    assert (created.kind, created.siren) == (OrganizationKind.STARTUP, "552100554")
    assert (created.commune_code, created.website) == ("42218", "https://alveole.example")
    assert created.themes == ["renovation-energetique", "numerique"]
    assert (created.area_level, created.area_codes) == (AreaLevel.REGIONS, ["53", "76"])
    assert (created.is_claimed, created.source) == (False, "Annuaire régional 2026")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (";PME;;;;;", "Le nom manque."),
        ("A;planète;;;;;", "Type de structure inconnu : « planète »."),
        ("A;PME;;Nulle-Part;;;", "Commune inconnue : « Nulle-Part »."),
        (
            "A;PME;;Saint-Denis;;;",
            "Plusieurs communes s’appellent « Saint-Denis » : donnez le code INSEE.",
        ),
        (
            "A;PME;;;http://127.0.0.1/;;",
            "L’adresse du site n’est pas une adresse publique http:// ou https://.",
        ),
        ("A;PME;;;;astrologie;", "Thème inconnu : « astrologie »."),
        ("A;PME;;;;;Atlantide", "Zone d’intervention inconnue : « Atlantide »."),
        ('A;PME;;;;;"Bretagne;Rhône"', "La zone d’intervention mêle régions et départements."),
        (
            "Inconnue jusqu’ici;;;;;;",
            "Le type de structure manque : il faut le donner pour créer une fiche.",
        ),
    ],
)
def test_a_refused_line_says_why(session: Session, line: str, message: str) -> None:
    batch = upload(session, line)
    assert (batch.rows[0].line, verdicts(batch)) == (2, ["refused"])
    assert messages(batch.rows[0]) == [message]


def test_personal_columns_are_never_kept(session: Session) -> None:
    batch = upload(
        session,
        "Alvéole;PME;Jeanne Exemple;jeanne@alveole.example;06 12 34 56 78;suite",
        "Bosquet;PME;;;;jean@bosquet.example",
        header="Nom;Type;Nom du dirigeant;E-mail;Joindre;Remarques",
    )
    assert batch.dropped == ["Nom du dirigeant", "E-mail", "Joindre"]
    assert batch.headers == ["Nom", "Type", "Remarques"]
    assert [row.cells for row in batch.rows] == [
        ["Alvéole", "PME", "suite"],
        ["Bosquet", "PME", ""],
    ]


def asked(session: Session) -> int:
    """Return how much the worker was asked, the demonstration's own requests included."""
    return session.scalar(select(func.count(OutboxMessage.id))) or 0


def test_without_the_tick_everything_waits_for_a_moderator(session: Session, staff: User) -> None:
    before = asked(session)
    known = make_organization(session, "Bosquet Habitat", is_claimed=False)
    batch = upload(session, "Alvéole Neuve;PME;;;;;", "Bosquet Habitat;PME;;42218;;;")
    assert verdicts(batch) == ["new", "changed"]
    assert apply(session, batch, staff) == Applied(created=1, changed=1)
    created = entry_named(session, "Alvéole Neuve")
    assert (created.state, created.version, created.published_at) == (
        PublicationState.SUBMITTED,
        0,
        None,
    )
    assert known.commune_code is None
    waiting = session.scalars(Revision.queue().where(Revision.author_id == staff.id)).all()
    assert [(one.label, one.author_id, one.base_version) for one in waiting] == [
        ("Alvéole Neuve", staff.id, 0),
        ("Bosquet Habitat", staff.id, 1),
    ]
    assert asked(session) == before + 0


def test_with_the_tick_everything_is_public_and_the_log_says_so(
    session: Session, staff: User
) -> None:
    before = asked(session)
    known = make_organization(session, "Bosquet Habitat", is_claimed=False)
    batch = upload(session, "Alvéole Neuve;PME;;;;;", "Bosquet Habitat;PME;;42218;;;")
    apply(session, batch, staff, publish=True)
    assert entry_named(session, "Alvéole Neuve").state is PublicationState.PUBLISHED
    assert (known.commune_code, known.version) == ("42218", 2)
    about_imports = AuditEntry.action.in_(("import.uploaded", "entry.imported", "import.applied"))
    lines = session.scalars(select(AuditEntry).where(about_imports).order_by(AuditEntry.id)).all()
    assert [(line.action, line.actor_id) for line in lines] == [
        ("import.uploaded", None),
        ("entry.imported", staff.id),
        ("entry.imported", staff.id),
        ("import.applied", staff.id),
    ]
    assert lines[-1].details == {"created": 1, "changed": 1, "published": True}
    assert asked(session) == before + 2


def test_undoing_takes_back_everything(session: Session, staff: User) -> None:
    known = make_organization(session, "Bosquet Habitat", is_claimed=False, pitch="Avant.")
    before, updated_at = count_organizations(session), known.updated_at
    batch = upload(session, "Alvéole Neuve;PME;;;;;", "Bosquet Habitat;;;42218;;;")
    apply(session, batch, staff, publish=True)
    undone = undo_batch(session, batch, actor=staff, now=LATER)
    assert (undone.removed, undone.restored, undone.kept) == (1, 1, ())
    assert count_organizations(session) == before
    assert (known.commune_code, known.pitch, known.updated_at) == (None, "Avant.", updated_at)
    with pytest.raises(RuleViolation, match="déjà annulé"):
        undo_batch(session, batch, actor=staff, now=LATER)


def test_undoing_takes_back_what_waits_for_a_moderator(session: Session, staff: User) -> None:
    make_organization(session, "Bosquet Habitat", is_claimed=False)
    before = count_organizations(session)
    batch = upload(session, "Alvéole Neuve;PME;;;;;", "Bosquet Habitat;;;42218;;;")
    apply(session, batch, staff)
    undone = undo_batch(session, batch, actor=staff, now=LATER)
    assert (undone.removed, undone.restored, undone.kept) == (1, 1, ())
    assert count_organizations(session) == before
    left = select(func.count(Revision.id)).where(Revision.author_id == staff.id)
    assert session.scalar(left) == 0


def test_what_was_edited_since_stays_and_is_listed(session: Session, staff: User) -> None:
    known = make_organization(session, "Bosquet Habitat", is_claimed=False)
    batch = upload(
        session, "Alvéole Neuve;PME;;;;;", "Bosquet Habitat;;;42218;;;", "Cœur d'îlot;ESS;;;;;"
    )
    apply(session, batch, staff, publish=True)
    known.pitch, known.updated_at = "Édité depuis.", LATER
    entry_named(session, "Alvéole Neuve").is_claimed = True
    undone = undo_batch(session, batch, actor=staff, now=LATER)
    assert (undone.removed, undone.restored) == (1, 0)
    assert [row.line for row in undone.kept] == [2, 3]
    assert known.commune_code == "42218"


def test_a_directory_that_changed_since_the_preview_is_shown_again(
    session: Session, staff: User
) -> None:
    batch = upload(session, "Alvéole Neuve;PME;;;;;")
    make_organization(session, "Alvéole Neuve", is_claimed=False)
    with pytest.raises(Conflict):
        apply(session, batch, staff)


def test_an_applied_batch_is_not_applied_again(session: Session, staff: User) -> None:
    batch = upload(session, "Alvéole Neuve;PME;;;;;")
    apply(session, batch, staff)
    for refused in (
        lambda: apply(session, batch, staff),
        lambda: set_mapping(session, batch, {"name": "Nom"}, today=TODAY),
        lambda: discard_batch(session, batch, actor=staff, now=NOW),
    ):
        with pytest.raises(RuleViolation, match="déjà appliqué"):
            refused()


def test_columns_are_mapped_by_hand(session: Session) -> None:
    batch = upload(session, "PME;Alvéole Neuve", header="Colonne A;Colonne B")
    assert (batch.mapping, messages(batch.rows[0])) == ({}, ["Le nom manque."])
    set_mapping(session, batch, {"name": "Colonne B", "kind": "Colonne A"}, today=TODAY)
    assert verdicts(batch) == ["new"]
    with pytest.raises(RuleViolation, match="qu’une fois"):
        set_mapping(session, batch, {"name": "Colonne B", "kind": "Colonne B"}, today=TODAY)
    with pytest.raises(RuleViolation, match="le nom"):
        set_mapping(session, batch, {"kind": "Colonne A"}, today=TODAY)


def test_a_discarded_file_leaves_nothing(session: Session, staff: User) -> None:
    batch = upload(session, "Alvéole Neuve;PME;;;;;")
    discard_batch(session, batch, actor=staff, now=NOW)
    assert session.scalar(select(func.count(ImportRow.id))) == 0


def test_five_hundred_lines(session: Session, staff: User) -> None:
    lines = [f"Structure numéro {number} {hash_word(number)};PME;;;;;" for number in range(500)]
    batch = upload(session, *lines)
    assert verdict_counts(session, batch)[Verdict.NEW] == 500
    assert apply(session, batch, staff) == Applied(500, 0)
    assert set(verdicts(upload(session, *lines))) == {"unchanged"}
    assert undo_batch(session, batch, actor=staff, now=LATER).removed == 500


def hash_word(number: int) -> str:
    return "".join(chr(ord("a") + number // 26**power % 26) * 3 for power in range(3))


def test_too_many_lines_are_refused_with_a_sentence(session: Session) -> None:
    with pytest.raises(UnreadableFile, match="plus de 5000 lignes"):
        upload(session, *("A;PME;;;;;" for _ in range(5_001)))
