"""What every engine must do, told once for all of them."""

import time
from datetime import date

import pytest

from search.backend import SearchBackend
from search.documents import SearchDocument
from search.query import Completion, MatchMode, ResultPage, SearchQuery, Segment, SortOrder
from tests.search.sample import DIRECTORY, document


def found(page: ResultPage) -> set[str]:
    return {hit.id for hit in page.hits}


def ask(engine: SearchBackend, text: str, **options: object) -> ResultPage:
    return engine.search(SearchQuery(text=text, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("énergétique", {"solutions:1"}),
        ("energetique", {"solutions:1"}),
        ("ENERGIE", {"solutions:2", "besoins:5"}),
        ("l'énergie", {"solutions:2", "besoins:5"}),
        ("l’energie", {"solutions:2", "besoins:5"}),
        ("rénover", {"solutions:1", "besoins:5"}),
        ("rénovation", {"solutions:1", "besoins:5"}),
        ("écoquartier", {"solutions:2", "besoins:4"}),
        ("éco-quartier", {"solutions:2", "besoins:4"}),
        ("eco-quartier", {"solutions:2", "besoins:4"}),
        ("PME", {"solutions:1", "acteurs:3"}),
        ("petites et moyennes entreprises", {"solutions:1", "acteurs:3"}),
        ("HLM", {"acteurs:3"}),
        ("h.l.m.", {"acteurs:3"}),
        ("habitations à loyer modéré", {"acteurs:3"}),
        ("oeuvre", {"acteurs:3"}),
        ("été", {"acteurs:3"}),
        ("maïs", {"besoins:4"}),
        ("Saint-Denis", {"besoins:4"}),
        ("saintdenis", {"besoins:4"}),
        ("chaleur géothermie", {"besoins:5"}),
    ],
)
def test_words_are_found_however_they_are_written(
    directory: SearchBackend, text: str, expected: set[str]
) -> None:
    page = ask(directory, text)
    assert (found(page), page.total, page.correction) == (expected, len(expected), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("« confort d’été »", {"acteurs:3"}),
        ('"confort été"', {"acteurs:3"}),
        ('"été confort"', set()),
        ('"chaleur fatale"', {"besoins:5"}),
        ('"fatale chaleur"', set()),
        ('"logements sociaux" isolation', {"solutions:1"}),
        ('"quartier entier"', {"besoins:5"}),
        ('"éco-quartier"', {"besoins:4"}),
        ('"occupé isolation"', set()),
    ],
)
def test_a_phrase_wants_its_words_in_order(
    directory: SearchBackend, text: str, expected: set[str]
) -> None:
    assert found(ask(directory, text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("géoth*", {"besoins:5"}),
        ("GEOTHERMI*", {"besoins:5"}),
        ("conso*", {"solutions:2"}),
        ("ecoq*", {"solutions:2", "besoins:4"}),
        ("réno* chaleur fatale", {"besoins:5", "solutions:1"}),
        ("zzz*", set()),
    ],
)
def test_a_star_asks_for_a_beginning(
    directory: SearchBackend, text: str, expected: set[str]
) -> None:
    assert found(ask(directory, text)) == expected


@pytest.mark.parametrize(
    ("text", "correction", "expected"),
    [
        ("renovatoin", "rénovation", {"solutions:1", "besoins:5"}),
        ("géothremie", "géothermie", {"besoins:5"}),
        ("lampadaire sobrre", "lampadaire sobre", {"solutions:2"}),
        ("Isolatoin des façades", "isolation des façades", {"solutions:1"}),
    ],
)
def test_an_unknown_word_is_corrected_and_the_correction_used(
    directory: SearchBackend, text: str, correction: str, expected: set[str]
) -> None:
    page = ask(directory, text)
    assert (page.correction, page.correction_used) == (correction, True)
    assert found(page) == expected
    assert directory.suggest(text) == correction


def test_known_words_are_not_corrected(directory: SearchBackend) -> None:
    assert directory.suggest("rénovation des façades") is None


def test_when_no_entry_has_every_word_those_with_some_are_shown(directory: SearchBackend) -> None:
    page = ask(directory, "isolation géothermie")
    assert (found(page), page.relaxed) == ({"solutions:1", "besoins:5"}, True)


def test_entries_with_every_word_come_first_when_the_query_is_relaxed(
    directory: SearchBackend,
) -> None:
    page = ask(directory, "quartier géothermie énergie")
    assert (page.relaxed, page.hits[0].id) == (True, "besoins:5")


def test_any_mode_wants_one_word(directory: SearchBackend) -> None:
    page = ask(directory, "isolation tomate", mode=MatchMode.ANY)
    assert (found(page), page.relaxed) == ({"solutions:1", "besoins:4"}, False)


def test_no_text_lists_everything_latest_first(directory: SearchBackend) -> None:
    page = ask(directory, "  ")
    order = ["besoins:5", "solutions:2", "acteurs:3", "solutions:1", "besoins:4"]
    assert ([hit.id for hit in page.hits], page.total) == (order, 5)


def test_names_sort_without_accents(directory: SearchBackend) -> None:
    page = ask(directory, "", sort=SortOrder.NAME)
    order = ["acteurs:3", "solutions:2", "besoins:4", "solutions:1", "besoins:5"]
    assert [hit.id for hit in page.hits] == order


def test_recent_sort_applies_to_matches(directory: SearchBackend) -> None:
    page = ask(directory, "rénovation", sort=SortOrder.RECENT)
    assert [hit.id for hit in page.hits] == ["besoins:5", "solutions:1"]


def test_the_title_counts_more_than_the_body(backend: SearchBackend) -> None:
    backend.index_batch(
        [document(1, "Vélo", "La ville en commun"), document(2, "La ville", "Le vélo en commun")]
    )
    assert [hit.id for hit in ask(backend, "vélo").hits] == ["solutions:1", "solutions:2"]


def test_facets_count_under_the_filters_of_the_others(directory: SearchBackend) -> None:
    page = ask(
        directory,
        "",
        facets=("region", "theme"),
        filters={"region": frozenset({"11", "93"}), "theme": frozenset({"renovation"})},
    )
    assert (found(page), page.total) == ({"solutions:1", "besoins:5"}, 2)
    assert page.facets["region"] == {"11": 1, "84": 1, "93": 1}
    assert page.facets["theme"] == {
        "agriculture": 1,
        "batiment": 1,
        "eclairage": 1,
        "energie": 1,
        "renovation": 2,
    }


def test_facets_count_matches_of_the_text_beyond_the_page(directory: SearchBackend) -> None:
    page = ask(directory, "énergie", facets=("region", "unknown"), limit=1)
    assert (len(page.hits), page.total) == (1, 2)
    assert page.facets == {"region": {"11": 1, "84": 1, "93": 1}, "unknown": {}}


def test_an_empty_filter_filters_nothing_and_an_unknown_value_everything(
    directory: SearchBackend,
) -> None:
    assert ask(directory, "", filters={"region": frozenset()}).total == 5
    assert ask(directory, "", filters={"region": frozenset({"zz"})}).total == 0
    assert ask(directory, "", filters={"zz": frozenset({"11"})}).total == 0


def test_excluded_ids_leave_hits_total_and_counts(directory: SearchBackend) -> None:
    for text in ("", "énergie"):
        page = ask(
            directory, text, facets=("region",), excluded=frozenset({"solutions:2", "solutions:99"})
        )
        assert "solutions:2" not in found(page)
        assert page.total == (4 if not text else 1)
        assert page.facets["region"].get("84", 0) == (1 if not text else 0)


def test_pages_follow_one_another(directory: SearchBackend) -> None:
    pages = [ask(directory, "", offset=offset, limit=2) for offset in (0, 2, 4, 6)]
    order = [hit.id for page in pages for hit in page.hits]
    assert order == ["besoins:5", "solutions:2", "acteurs:3", "solutions:1", "besoins:4"]
    assert [page.total for page in pages] == [5, 5, 5, 5]


def test_hits_are_highlighted_in_segments(directory: SearchBackend) -> None:
    hit = ask(directory, "eco-quartier compost").hits[0]
    assert hit.title == (
        Segment("Jardins partagés de l’", is_match=False),
        Segment("éco-quartier", is_match=True),
    )
    assert Segment("compost", is_match=True) in hit.excerpt
    assert "".join(segment.text for segment in hit.excerpt) == DIRECTORY[3].body


def test_a_long_body_is_cut_around_the_words(backend: SearchBackend) -> None:
    body = "avant " * 200 + "la <b>géothermie</b> profonde " + "après " * 200
    backend.index_batch([document(1, "Titre", body)])
    excerpt = ask(backend, "géothermie").hits[0].excerpt
    assert [segment.text for segment in excerpt if segment.is_match] == ["géothermie"]
    assert (excerpt[0].text, excerpt[-1].text) == ("… ", " …")
    assert sum(len(segment.text) for segment in excerpt) < 320


def test_excerpts_can_be_left_out(directory: SearchBackend) -> None:
    hit = ask(directory, "tomate", excerpts=False).hits[0]
    assert (hit.id, hit.title, hit.excerpt) == ("besoins:4", (), ())


def test_the_same_id_twice_in_a_batch_leaves_the_last_one(backend: SearchBackend) -> None:
    backend.index_batch([document(1, "Premier"), document(1, "Second"), document(2, "Autre")])
    assert (ask(backend, "").total, ask(backend, "premier").total) == (2, 0)
    assert found(ask(backend, "second")) == {"solutions:1"}


def test_an_update_replaces_and_a_deletion_removes(directory: SearchBackend) -> None:
    directory.index_batch([document(1, "Toiture végétale", region=("76",))])
    page = ask(directory, "", facets=("region",))
    assert (page.total, page.facets["region"].get("76")) == (5, 1)
    assert (ask(directory, "isolation").total, ask(directory, "toiture").total) == (0, 1)
    directory.delete(["solutions:1", "solutions:404"])
    page = ask(directory, "", facets=("region",))
    assert (page.total, page.facets["region"].get("76")) == (4, None)
    assert ask(directory, "toiture").total == 0
    assert directory.ids() == {"solutions:2", "acteurs:3", "besoins:4", "besoins:5"}


def test_many_small_batches_add_up(backend: SearchBackend) -> None:
    for number in range(12):
        backend.index_batch([document(number % 8, f"Mesure {number}", "capteur de bruit")])
    page = ask(backend, "capteur", facets=("none",))
    assert page.total == 8
    assert ask(backend, '"capteur de bruit"').total == 8
    assert found(ask(backend, '"mesure 11"')) == {"solutions:3"}


def test_stamps_tell_what_differs_from_the_database(directory: SearchBackend) -> None:
    assert directory.stamps() == {item.id: item.fingerprint() for item in DIRECTORY}
    changed = document(1, "Autre titre")
    assert changed.fingerprint() != directory.stamps()[changed.id]


def test_rebuild_replaces_everything_and_reports_progress(directory: SearchBackend) -> None:
    seen: list[int] = []
    count = directory.rebuild((document(n, f"Fiche {n}") for n in range(250)), progress=seen.append)
    assert (count, seen[-1], ask(directory, "").total) == (250, 250, 250)
    health = directory.health()
    assert (health.usable, health.documents) == (True, 250)


@pytest.mark.parametrize(
    ("typed", "kinds", "titles"),
    [
        ("reno", (), ["Rénovation énergétique en site occupé"]),
        ("réno", (), ["Rénovation énergétique en site occupé"]),
        ("énergétique réno", (), ["Rénovation énergétique en site occupé"]),
        ("ecoq", (), ["Jardins partagés de l’éco-quartier"]),
        ("oeuv", (), ["Bureau d’études de l’Œuvre"]),
        ("réseau de c", (), ["Réseau de chaleur"]),
        ("e", ("solutions",), ["Éclairage public sobre", "Rénovation énergétique en site occupé"]),
        ("reno", ("besoins",), []),
        ("", (), []),
        ("****", (), []),
    ],
)
def test_titles_complete_what_is_typed(
    directory: SearchBackend, typed: str, kinds: tuple[str, ...], titles: list[str]
) -> None:
    assert [line.text for line in directory.complete(typed, kinds=kinds)] == titles


def test_a_completion_says_what_it_is(directory: SearchBackend) -> None:
    line = Completion("Réseau de chaleur", "besoins", "besoins:5")
    assert directory.complete("rese", limit=1) == (line,)


HOSTILE = [
    "*a*",
    "((((",
    "****",
    "[a TO z]",
    "title:x AND NOT (",
    '"',
    '"""«',
    "«»",
    "a" * 10_000,
    "é" * 10_000,
    "e\u0301" * 10_000,
    "mot " * 2_500,
    "a* b* c* d* e*",
    "ré* " * 60,
    "réno\x00vation",
    "\ud800réno\udfff",
    "\u202eréno\u202c \u200f",
    "\u0440\u0435\u043d\u043e",
    "-" * 5_000,
    "a-" * 5_000,
    "l'" * 5_000,
    "A." * 5_000,
    "'; DROP TABLE x; --",
    "\\",
    "%00",
    "😀",
    "\n\t\r",
    "ﬁ Ⅷ ①",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_an_ordinary_question(directory: SearchBackend, text: str) -> None:
    started = time.perf_counter()
    for mode in MatchMode:
        page = directory.search(SearchQuery(text=text, mode=mode, facets=("region",)))
        assert page.total >= len(page.hits)
    directory.suggest(text)
    directory.complete(text)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_can_be_indexed(backend: SearchBackend, text: str) -> None:
    backend.index_batch(
        [
            SearchDocument(
                id="acteurs:1",
                kind="acteurs",
                title=text,
                body=text,
                keywords=(text,),
                facets={"lieu": (text[:20],)},
                updated_on=date(2026, 1, 1),
            )
        ]
    )
    page = ask(backend, "", facets=("lieu",))
    assert (page.total, page.facets["lieu"]) == (1, {text[:20]: 1})
    "".join(segment.text for segment in page.hits[0].title).encode()


def test_an_empty_index_answers(backend: SearchBackend) -> None:
    for text in ("", "rénovation", '"a b"', "réno*"):
        page = ask(backend, text, facets=("region",))
        assert (page.total, page.hits, page.facets) == (0, (), {"region": {}})
    assert (backend.complete("r"), backend.ids()) == ((), frozenset())
