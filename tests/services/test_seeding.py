"""The ground data: whole, in one go, and unchanged by a second run."""

import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.federation import FederationMember
from models.geography import Commune, CommunePostcode, FormerCommune
from models.membership import Membership
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.outbox import OutboxMessage
from models.partnership import Partnership
from models.territory import Territory, TerritoryCode
from models.withdrawal import Withdrawal
from services.demo_data import DEMO_ACCOUNTS, DemoRemoval, remove_demo
from services.demo_needs import DRAFT_KEY, SUBMITTED_KEY
from services.indexing import FORGET_WITHDRAWAL, INDEX_ENTRY
from services.seeding import SeedReport, is_seeded, seed_everything
from services.seeding_files import read_toml_folder
from vocabulary.kinds import NpnruInterest, PublicationState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def seed(session: Session, *, with_demo: bool = True) -> SeedReport:
    return seed_everything(
        session, with_demo=with_demo, hash_password=lambda word: f"hash of {word}", now=NOW
    )


def test_a_second_run_writes_nothing(session: Session) -> None:
    assert seed(session) == SeedReport(0, 0, 0, 0, 0)


def test_a_first_run_is_quick_and_whole(empty_session: Session) -> None:
    assert not is_seeded(empty_session)
    started = time.process_time()
    report = seed(empty_session)
    assert time.process_time() - started < 12
    assert is_seeded(empty_session)
    assert report.bodies == 178
    assert empty_session.scalar(select(func.count()).select_from(Commune)) == 34_969


def test_without_the_demonstration_nothing_is_fictional(empty_session: Session) -> None:
    assert seed(empty_session, with_demo=False).demo == 0
    assert empty_session.scalar(select(func.count(User.id))) == 0
    assert empty_session.scalar(select(func.count(Organization.id))) == 178
    assert empty_session.scalar(select(func.count(Offer.id))) == 0


def test_the_districts_of_the_big_cities_lead_to_their_commune(session: Session) -> None:
    found = session.scalars(
        select(FormerCommune.commune_code).where(
            FormerCommune.code.in_(["13203", "69383", "75118"])
        )
    )
    assert sorted(found) == ["13055", "69123", "75056"]
    postcodes = session.scalars(
        select(CommunePostcode.commune_code).where(CommunePostcode.postcode == "75018")
    )
    assert list(postcodes) == ["75056"]


def test_a_quarter_without_heir_stands_alone(session: Session) -> None:
    alone = session.scalars(select(Territory).where(Territory.code.startswith("QP"))).all()
    assert len(alone) == 9
    assert {quarter.name == quarter.code for quarter in alone} == {True}
    assert [quarter.former_codes for quarter in alone] == [[]] * 9


def test_interest_is_stated_or_left_to_the_agency(session: Session) -> None:
    unsourced = select(Territory.code).where(
        Territory.npnru_interest != NpnruInterest.UNSTATED, Territory.npnru_source == ""
    )
    assert session.scalars(unsourced).all() == []


def test_real_bodies_are_unclaimed_published_and_sourced(session: Session) -> None:
    bodies = session.scalars(select(Organization).where(~Organization.is_demo)).all()
    assert {(body.is_claimed, body.state) for body in bodies} == {
        (False, PublicationState.PUBLISHED)
    }
    assert [body.slug for body in bodies if not body.source or not body.source_checked_on] == []
    assert {body.area_level for body in bodies} == {None}


def test_e_declic_names_its_six_bodies_and_no_theme_of_group(session: Session) -> None:
    partnership = session.scalars(select(Partnership).where(Partnership.slug == "e-declic")).one()
    assert [member.organization.slug for member in partnership.members] == [
        "ville-de-saint-etienne",
        "saint-etienne-metropole",
        "suez",
        "philips",
        "cite-du-design",
        "ecole-des-mines-de-saint-etienne",
    ]
    assert [group.theme for group in partnership.working_groups] == [None]
    assert partnership.territory is not None
    assert partnership.territory.code == "QN04212M"


def test_demo_entries_say_so_and_keep_the_dates_of_their_files(session: Session) -> None:
    offers = session.scalars(select(Offer)).all()
    assert {offer.is_demo for offer in offers} == {True}
    assert {offer.published_at == offer.updated_at for offer in offers} == {True}


def test_an_entry_changed_since_is_left_alone(session: Session) -> None:
    body = session.scalars(select(Organization).where(Organization.slug == "suez")).one()
    body.pitch = "Écrit par son responsable."
    quarter = session.scalars(select(Territory).where(Territory.code == "QN04212M")).one()
    quarter.npnru_interest = NpnruInterest.REGIONAL
    session.flush()
    assert seed(session).total == 0
    assert body.pitch == "Écrit par son responsable."
    assert quarter.npnru_interest == NpnruInterest.REGIONAL


def test_one_account_of_each_role(session: Session) -> None:
    people = session.scalars(select(User).order_by(User.id)).all()
    assert [person.email for person in people] == [account.email for account in DEMO_ACCOUNTS]
    assert [person.is_staff for person in people] == [False] * 4 + [True] * 3
    assert [person.is_administrator for person in people] == [False] * 6 + [True]


def test_removing_the_demonstration_leaves_real_entries_only(
    session: Session, tmp_path: Path
) -> None:
    actors = session.scalar(select(func.count(Organization.id)).where(Organization.is_demo))
    offers = session.scalar(select(func.count(Offer.id)))
    needs = session.scalar(select(func.count(Need.id)))
    marked = session.scalars(select(Organization).where(Organization.is_demo)).first()
    assert marked is not None
    marked.logo = "a" * 64
    picture = tmp_path / f"{'a' * 64}.png"
    picture.write_bytes(b"picture")
    about_index = select(func.count(OutboxMessage.id)).where(
        OutboxMessage.topic.in_((INDEX_ENTRY, FORGET_WITHDRAWAL))
    )
    before = session.scalar(about_index)
    removal = remove_demo(session, uploads_dir=tmp_path, now=NOW)
    assert (removal.organizations, removal.offers, removal.needs) == (actors, offers, needs)
    assert (removal.accounts, removal.logos) == (len(DEMO_ACCOUNTS), 1)
    assert not picture.exists()
    assert session.scalar(select(func.count(Organization.id))) == 178
    assert session.scalar(select(func.count(User.id))) == 0
    hidden = session.scalar(select(func.count()).select_from(Withdrawal))
    assert hidden == removal.organizations + removal.offers + removal.needs
    asked = (session.scalar(about_index) or 0) - (before or 0)
    assert asked == 2 * hidden  # out of the index now, out of the subtracted ones later


def test_removing_the_demonstration_twice_removes_nothing_more(
    session: Session, tmp_path: Path
) -> None:
    remove_demo(session, uploads_dir=tmp_path, now=NOW)
    assert remove_demo(session, uploads_dir=tmp_path, now=NOW) == DemoRemoval(0, 0, 0, 0, 0, 0)


def test_former_codes_lead_to_their_heirs(session: Session) -> None:
    heirs = session.scalars(
        select(Territory.code)
        .join(TerritoryCode, TerritoryCode.territory_id == Territory.id)
        .where(TerritoryCode.code == "QP001001")
    )
    assert list(heirs) == ["QN00101M"]


def test_members_of_the_demonstration_have_something_to_show(session: Session) -> None:
    members = session.scalars(select(Membership).order_by(Membership.id)).all()
    startup, same, territory, *stood_in = (member.organization for member in members)
    assert startup is same
    assert len(stood_in) == len(set(stood_in)) == 35
    assert all(actor.is_demo and actor.offers for actor in stood_in)
    assert (startup.is_innovation_side, territory.is_innovation_side) == (True, False)
    assert startup.offers
    carried = select(func.count(Need.id)).where(Need.carrier_id == territory.id)
    assert session.scalar(carried)


def test_no_entry_of_the_demonstration_is_left_out(session: Session) -> None:
    offers = list(read_toml_folder("demo/offers", "offer"))
    needs = list(read_toml_folder("demo/needs", "need"))
    actors = list(read_toml_folder("demo/organizations", "organization"))
    members = [member for actor in actors for member in actor.get("members", [])]
    written = [
        session.scalar(select(func.count()).select_from(model))
        for model in (Offer, Need, FederationMember)
    ]
    # Two needs more are under work: they are built, not read from a file.
    under_work = {DRAFT_KEY, SUBMITTED_KEY}
    assert written == [len(offers), len(needs) + len(under_work), len(members)]
    unplaced = select(Organization.slug).where(
        Organization.is_demo, Organization.commune_code.is_(None)
    )
    assert session.scalars(unplaced).all() == []
