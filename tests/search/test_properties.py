"""Whatever the entries and the question, the fast engine answers as the plain one does."""

import tempfile
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.documents import SearchDocument
from search.memory_backend import MemoryBackend
from search.query import MatchMode, SearchQuery, SortOrder
from search.whoosh_engine.backend import WhooshBackend

_SENTENCE = (
    "été éco-quartier écoquartier l’énergie energies rénover rénovation PME petites moyennes "
    "entreprises H.L.M. le logement logements réseau chaleur"
)
WORDS = _SENTENCE.split()
sentences = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
values = st.sets(st.sampled_from("abc"), max_size=2).map(lambda found: tuple(sorted(found)))

documents = st.builds(
    lambda number, title, body, region, theme: SearchDocument(
        id=f"solutions:{number}",
        kind="solutions",
        title=title,
        body=body,
        facets={"region": region, "theme": theme},
        updated_on=date(2026, 1, 1 + number),
    ),
    st.integers(0, 9),
    sentences,
    sentences,
    values,
    values,
)
questions = st.one_of(
    sentences,
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(lambda w: f'"{" ".join(w)}"'),
    st.sampled_from(["rén*", "e*", "lo* chaleur", "renovatoin", "chalur réseau", "((", ""]),
    st.text(max_size=30),
)
choices = st.sets(st.sampled_from("abcz"), max_size=2).map(frozenset)
queries = st.builds(
    lambda text, region, theme, mode, sort, excluded: SearchQuery(
        text=text,
        filters={"region": region, "theme": theme},
        facets=("region", "theme"),
        mode=mode,
        sort=sort,
        excluded=excluded,
    ),
    questions,
    choices,
    choices,
    st.sampled_from(MatchMode),
    st.sampled_from(SortOrder),
    st.sets(st.integers(0, 12).map(lambda n: f"solutions:{n}"), max_size=2).map(frozenset),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.lists(documents, max_size=6), min_size=1, max_size=4),
    st.lists(queries, min_size=1, max_size=8),
)
def test_totals_and_facets_are_those_of_the_reference(
    batches: list[list[SearchDocument]], asked: list[SearchQuery]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain, fast = MemoryBackend(), WhooshBackend(Path(folder))
        for engine in (plain, fast):
            engine.rebuild(())
            for batch in batches:
                engine.index_batch(batch)
            engine.delete(["solutions:3"])
        assert fast.ids() == plain.ids()
        for query in asked:
            one, other = plain.search(query), fast.search(query)
            assert other.total == one.total
            assert other.facets == one.facets
            assert {hit.id for hit in other.hits} == {hit.id for hit in one.hits}
            assert (other.relaxed, other.correction_used) == (one.relaxed, one.correction_used)
            if query.sort is not SortOrder.RELEVANCE:
                assert [hit.id for hit in other.hits] == [hit.id for hit in one.hits]


@settings(max_examples=30, deadline=None)
@given(st.lists(documents, max_size=8), queries, st.sampled_from("abc"))
def test_a_facet_count_is_the_total_once_that_value_is_chosen(
    batch: list[SearchDocument], query: SearchQuery, value: str
) -> None:
    engine = MemoryBackend()
    engine.index_batch(batch)
    page = engine.search(query)
    if page.relaxed or page.correction_used:
        return
    chosen = SearchQuery(
        text=query.text,
        filters={**query.filters, "region": frozenset({value})},
        excluded=query.excluded,
        mode=MatchMode.ANY,
    )
    if query.mode is MatchMode.ANY:
        assert engine.search(chosen).total == page.facets["region"].get(value, 0)
