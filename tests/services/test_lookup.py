"""Looking up in the services: what is loaded, pointed at, counted behind, and exported."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from search.memory_backend import MemoryBackend
from search.query import SearchQuery, SortOrder
from services.areas import area_names
from services.cells import neutralise, restore
from services.exports import EXPORT_COLUMNS, export_rows
from services.freshness import stale_since
from services.indexing import rebuild_index
from services.lookup import LookupPage, look_up, map_points
from services.plain_text import plain_text, summary
from services.tallies import tallies
from tests.factories.entries import make_commune, make_need, make_reference, make_territory
from tests.factories.organizations import make_offer, make_organization
from vocabulary.kinds import AreaLevel, PublicationState, SubjectKind

TODAY = date(2026, 11, 22)


def _index(session: Session) -> MemoryBackend:
    backend = MemoryBackend()
    session.flush()
    rebuild_index(session, backend)
    return backend


def _names(page: LookupPage) -> list[str]:
    return [getattr(found.entry, "name", "") for found in page.results]


def test_an_entry_that_went_out_of_public_since_the_index_is_left_out(
    empty_session: Session,
) -> None:
    make_commune(empty_session)
    gone = make_organization(empty_session, "Partie", commune_code="42218")
    make_organization(empty_session, "Restée", commune_code="42218")
    offer = make_offer(empty_session, gone, "Solution partie")
    backend = _index(empty_session)
    gone.state = PublicationState.SUSPENDED
    empty_session.flush()
    assert _names(look_up(empty_session, backend, SearchQuery())) == ["Restée"]
    points = map_points(empty_session, backend, SearchQuery())
    assert [point.title for point in points] == ["Restée"]
    rows = export_rows(
        empty_session, backend, SearchQuery(), url_of=lambda kind, key: f"{kind}/{key}"
    )
    assert [row[1] for row in rows] == ["Restée"]
    assert offer.organization_id == gone.id


def test_results_keep_the_order_of_the_index(empty_session: Session) -> None:
    for name in ("Bêta", "alpha", "Gamma"):
        make_organization(empty_session, name)
    backend = _index(empty_session)
    page = look_up(empty_session, backend, SearchQuery(sort=SortOrder.NAME))
    assert _names(page) == ["alpha", "Bêta", "Gamma"]


def test_tallies_count_what_is_public_and_open(empty_session: Session) -> None:
    make_commune(empty_session)
    quarter = make_territory(empty_session)
    actor = make_organization(empty_session)
    offer = make_offer(empty_session, actor, "Solution")
    make_offer(empty_session, actor, "Brouillon", state=PublicationState.DRAFT)
    make_reference(empty_session, offer)
    make_reference(empty_session, offer)
    make_need(empty_session, quarter)
    make_need(empty_session, quarter, "Clos", closes_on=date(2026, 11, 21))
    make_need(empty_session, quarter, "Soumis", state=PublicationState.SUBMITTED)
    page = look_up(empty_session, _index(empty_session), SearchQuery())
    assert tallies(empty_session, page.results, today=TODAY) == {
        f"acteurs:{actor.id}": 1,
        f"solutions:{offer.id}": 2,
        f"territoires:{quarter.id}": 1,
    }


def test_an_export_has_as_many_cells_as_columns(empty_session: Session) -> None:
    make_commune(empty_session)
    quarter = make_territory(empty_session)
    make_need(empty_session, quarter)
    make_offer(empty_session, make_organization(empty_session), "Solution")
    rows = list(
        export_rows(
            empty_session,
            _index(empty_session),
            SearchQuery(),
            url_of=lambda kind, _key: kind.value,
        )
    )
    assert {len(row) for row in rows} == {len(EXPORT_COLUMNS)}
    assert sorted(row[-1] for row in rows) == sorted(
        kind.value
        for kind in (
            SubjectKind.ORGANIZATION,
            SubjectKind.OFFER,
            SubjectKind.NEED,
            SubjectKind.TERRITORY,
        )
    )


def test_the_level_says_whether_a_code_is_a_region_or_a_department() -> None:
    assert area_names(AreaLevel.REGIONS, ["01", "84"]) == ["Guadeloupe", "Auvergne-Rhône-Alpes"]
    assert area_names(AreaLevel.DEPARTMENTS, ["01", "2B", "??"]) == ["Ain", "Haute-Corse"]
    assert area_names(AreaLevel.NATIONAL, ["01"]) == []
    assert area_names(None, ["01"]) == []


def test_a_claimed_entry_is_stale_after_a_year_without_confirmation(empty_session: Session) -> None:
    entry = make_organization(empty_session, is_claimed=True, confirmed_on=date(2025, 11, 21))
    assert stale_since(entry, TODAY) == date(2025, 11, 21)
    entry.confirmed_on = date(2025, 11, 22)
    assert stale_since(entry, TODAY) is None
    entry.confirmed_on, entry.is_claimed = date(2020, 1, 1), False
    assert stale_since(entry, TODAY) is None


def test_markup_leaves_the_text_of_excerpts_and_files() -> None:
    markdown = "Du **gras**, un [lien](https://x.example).\n\n- un\n- deux\n\n<b>x</b>"
    assert plain_text(markdown) == "Du gras, un lien.\nun\ndeux\n<b>x</b>"
    assert summary("mot " * 100, 20) == "mot mot mot mot …"


@given(st.text())
def test_a_neutralised_cell_gives_its_text_back(text: str) -> None:
    cell = neutralise(text)
    assert restore(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
