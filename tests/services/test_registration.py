"""Registering: numbers explained, known entries found, one draft whatever is sent twice."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.membership import Membership
from models.organization import Organization
from services.completeness import Surroundings, completeness_of
from services.contents import OrganizationContent
from services.duplicates import DuplicateReason, possible_duplicates
from services.errors import RuleViolation
from services.offers import start_offer
from services.registration import (
    OrganizationNumber,
    entries_with_number,
    read_number,
    sharing_siret,
    start_organization,
)
from tests.factories.accounts import make_user
from tests.factories.drafts import NOW, SIRET, whole_content
from tests.factories.organizations import make_organization
from vocabulary.kinds import MembershipRole, OfferType, OrganizationKind, UserRole


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("732 829 320 00074", OrganizationNumber(SIRET, "732829320", None)),
        ("732.829.320", OrganizationNumber(None, "732829320", None)),
        ("35600000000048", OrganizationNumber("35600000000048", "356000000", None)),
        ("35600000037187", OrganizationNumber("35600000037187", "356000000", None)),
        ("201622148j", OrganizationNumber(None, None, "201622148J")),
    ],
)
def test_a_number_is_read(typed: str, number: OrganizationNumber) -> None:
    assert read_number(typed) == number


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("73282932000075", "14 chiffres, comme un SIRET"),
        ("35600000012345", "14 chiffres, comme un SIRET"),
        ("732829321", "9 chiffres, comme un SIREN"),
        ("7328293200007", "a 13 chiffres"),
        ("301622148J", "ressemble à un RNSR"),
        ("20162214J", "ressemble à un RNSR"),
        ("bonjour", "pas un numéro connu"),
        ("", "pas un numéro connu"),
        ("٧٣٢٨٢٩٣٢٠", "pas un numéro connu"),
    ],
)
def test_a_wrong_number_is_explained(typed: str, words: str) -> None:
    with pytest.raises(RuleViolation) as refusal:
        read_number(typed)
    assert words in str(refusal.value)


def test_known_entries_are_found_and_drafts_of_others_are_not(empty_session: Session) -> None:
    author, stranger = make_user(empty_session), make_user(empty_session)
    public = make_organization(empty_session, "Publique", siren="732829320")
    number = read_number(SIRET)
    draft = start_organization(
        empty_session,
        name="Brouillon",
        kind=OrganizationKind.PME,
        number=number,
        author=author,
        on_behalf=False,
        now=NOW,
    )
    assert entries_with_number(empty_session, number, person=stranger) == [public]
    assert entries_with_number(empty_session, number, person=author) == [public, draft]
    assert entries_with_number(empty_session, OrganizationNumber(), person=author) == []


def start(session: Session, **values: object) -> Organization:
    arguments: dict[str, object] = {
        "name": "Atelier Neuf",
        "kind": OrganizationKind.ESS,
        "number": OrganizationNumber(),
        "on_behalf": False,
        "now": NOW,
        **values,
    }
    return start_organization(session, **arguments)  # type: ignore[arg-type]


def test_the_same_draft_sent_twice_is_one(empty_session: Session) -> None:
    author = make_user(empty_session)
    first = start(empty_session, author=author)
    again = start(empty_session, author=author, name="  atelier neuf")
    other = start(empty_session, author=author, number=read_number("732829320"))
    assert (first is again, other.slug) == (True, "atelier-neuf-2")
    assert empty_session.scalar(select(func.count()).select_from(Membership)) == 2


def test_the_author_owns_the_draft(empty_session: Session) -> None:
    author = make_user(empty_session)
    entry = start(empty_session, author=author)
    (membership,) = entry.memberships
    assert (membership.user_id, membership.role) == (author.id, MembershipRole.OWNER)
    assert (entry.is_claimed, entry.is_public) == (True, False)


def test_staff_register_for_an_actor_who_claims_it_later(empty_session: Session) -> None:
    staff = make_user(empty_session, role=UserRole.STAFF)
    entry = start(empty_session, author=staff, on_behalf=True)
    assert (entry.memberships, entry.is_claimed) == ([], False)
    with pytest.raises(RuleViolation):
        start(empty_session, author=make_user(empty_session), on_behalf=True)


@pytest.mark.parametrize("name", ["", "   ", "\u202e", "---"])
def test_a_name_is_needed(empty_session: Session, name: str) -> None:
    with pytest.raises(RuleViolation):
        start(empty_session, author=make_user(empty_session), name=name)


def test_the_same_siret_warns(empty_session: Session) -> None:
    shared = make_organization(empty_session, "Université", siret=SIRET)
    assert sharing_siret(empty_session, SIRET, excluding=None) == [shared]
    assert sharing_siret(empty_session, SIRET, excluding=shared.id) == []
    assert sharing_siret(empty_session, None, excluding=None) == []


def test_the_same_offer_sent_twice_is_one(empty_session: Session) -> None:
    author = make_user(empty_session)
    entry = start(empty_session, author=author)
    offers = [
        start_offer(
            empty_session, entry, type=OfferType.TRAINING, title=title, author=author, now=NOW
        )
        for title in ("Former les gardiens", "former les  gardiens")
    ]
    assert offers[0] is offers[1]


def test_a_territory_side_actor_has_no_offer(empty_session: Session) -> None:
    author = make_user(empty_session)
    entry = start(empty_session, author=author, kind=OrganizationKind.BAILLEUR_SOCIAL)
    with pytest.raises(RuleViolation):
        start_offer(
            empty_session, entry, type=OfferType.SOLUTION, title="X", author=author, now=NOW
        )


def test_possible_duplicates_say_why(empty_session: Session) -> None:
    twin = make_organization(
        empty_session, "SAS Façade Vive", siren="732829320", website="http://facades-vives.fr/"
    )
    near = make_organization(empty_session, "Les Façades vives")
    site = make_organization(empty_session, "Autre", website="https://www.facades-vives.fr/a")
    make_organization(empty_session, "Toitures mortes", website="https://pas-facades-vives.fr")
    content = whole_content(siret=SIRET, website="https://facades-vives.fr")
    found = possible_duplicates(empty_session, content, excluding=None)
    assert [(one.entry, one.reasons) for one in found] == [
        (twin, (DuplicateReason.NUMBER, DuplicateReason.SITE, DuplicateReason.NAME)),
        (near, (DuplicateReason.NAME,)),
        (site, (DuplicateReason.SITE,)),
    ]
    rest = possible_duplicates(empty_session, content, excluding=twin.id)
    assert [one.entry for one in rest] == [near, site]


def test_completeness_goes_from_nothing_to_all() -> None:
    blank = OrganizationContent(kind=OrganizationKind.STARTUP, name="X")
    empty = completeness_of(blank, Surroundings())
    full = whole_content(
        themes=("solaire", "confort-ete"),
        description="x" * 400,
        siren="732829320",
        website="https://exemple.fr",
        logo="a" * 64,
        size="1-9",
        founded_year=2019,
    )
    assert (empty.percent, empty.advice[0].code) == (0, "area")
    done = completeness_of(full, Surroundings(offers=1, offers_with_references=1))
    assert (done.percent, done.advice) == (100, ())


@pytest.mark.parametrize("kind", list(OrganizationKind))
def test_completeness_asks_only_what_concerns_a_kind(kind: OrganizationKind) -> None:
    content = OrganizationContent(kind=kind, name="X")
    asked = {advice.code for advice in completeness_of(content, Surroundings()).advice}
    assert ("members" in asked) == (
        kind.value in {"incubateur", "accelerateur", "pole-de-competitivite"}
    )
    assert ("offer" in asked) == ("area" in asked)
