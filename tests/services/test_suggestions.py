"""Nothing found: which fewer conditions and which themes are proposed."""

import pytest
from sqlalchemy.orm import Session

from models.withdrawal import Withdrawal
from search.memory_backend import MemoryBackend
from search.query import SearchQuery
from services.documents import KIND, THEME, WHAT
from services.indexing import rebuild_index
from services.suggestions import advise, near_themes
from tests.factories.entries import NOW
from tests.factories.organizations import make_organization


@pytest.fixture
def backend(empty_session: Session) -> MemoryBackend:
    """Return an index of three actors with themes."""
    make_organization(empty_session, "Soleil", themes=["solaire"])
    make_organization(empty_session, "Vélo", themes=["velo-marche"])
    make_organization(empty_session, "Toit solaire", themes=["solaire"])
    empty_session.flush()
    made = MemoryBackend()
    rebuild_index(empty_session, made)
    return made


def test_each_wider_question_finds_what_it_says(
    empty_session: Session, backend: MemoryBackend
) -> None:
    filters = {THEME: frozenset({"solaire"}), KIND: frozenset({"pme"})}
    advice = advise(empty_session, backend, SearchQuery(text="velo", filters=filters))
    assert [(wider.text, dict(wider.filters), wider.total) for wider in advice.wider] == [
        ("velo", {}, 1)
    ]


def test_dropping_one_filter_is_proposed_before_dropping_all(
    empty_session: Session, backend: MemoryBackend
) -> None:
    filters = {WHAT: frozenset({"acteurs"}), KIND: frozenset({"pme"})}
    advice = advise(empty_session, backend, SearchQuery(filters=filters))
    assert [(dict(wider.filters), wider.total) for wider in advice.wider] == [
        ({WHAT: frozenset({"acteurs"})}, 3)
    ]


def test_themes_count_public_entries_only(empty_session: Session, backend: MemoryBackend) -> None:
    empty_session.add(Withdrawal(document_id="acteurs:1", at=NOW))
    empty_session.flush()
    advice = advise(empty_session, backend, SearchQuery(text="panneaux solaires zzz"))
    assert advice.are_near
    assert advice.themes == (("solaire", 1),)


def test_without_a_near_theme_the_fullest_axes_are_shown(
    empty_session: Session, backend: MemoryBackend
) -> None:
    advice = advise(empty_session, backend, SearchQuery(text="zzyzx"))
    assert not advice.are_near
    assert [count for _code, count in advice.themes] == [2, 1]


@pytest.mark.parametrize(
    ("typed", "theme"), [("panneau solaire", "solaire"), ("mobilitee", "mobilite")]
)
def test_a_theme_is_near_by_its_words_or_its_spelling(typed: str, theme: str) -> None:
    assert theme in near_themes(typed)


def test_nothing_is_near_a_word_of_no_theme() -> None:
    assert near_themes("zzyzx de la") == []
