"""Retrieval over texts: the lexicon, the text value, the fused run, the shared collection."""

from functools import partial

import numpy as np
import pytest

from bench.relevance_needs import DATA, bm25_run, hybrid_run, read_collection, tokenize
from matching.evaluation import by_query, judged_share, ndcg
from matching.lexicon import ThemeLexicon
from matching.retrieval import RunRow, TextActor, TextNeed, match_run, ranks
from matching.text import TextStatistics
from matching.vectors import character_grams
from matching.weights import FULL, default_weights

LEXICON = ThemeLexicon.build(tokenize)
NEED = TextNeed("N", "Confort d’été des logements", "Canicule dans les tours.", ("confort d’été",))
ACTORS = [
    TextActor("pompe", "", "Une pompe à insuline connectée pour le diabète."),
    TextActor("store", "", "Protections solaires contre la canicule et la surchauffe."),
    TextActor("velo", "", "Un vélo cargo pour livrer le dernier kilomètre."),
]


def test_the_longest_name_wins() -> None:
    found = LEXICON.precise_themes(tokenize("Un réseau de chaleur fatale"))
    assert found == {"reseau-chaleur"}


def test_acronyms_and_summer_name_their_themes() -> None:
    words = tokenize("Améliorer le confort d’été, poser des IRVE")
    assert LEXICON.precise_themes(words) == {"confort-ete", "mobilite-electrique"}


def test_a_text_value_is_between_zero_and_full() -> None:
    documents = [tokenize(actor.text) for actor in ACTORS]
    statistics = TextStatistics.build(documents, default_weights().text)
    assert statistics.value(documents[1], documents[1] * 3) == FULL
    assert statistics.value(documents[1], documents[0]) == 0
    assert statistics.value(("inconnu",), documents[0]) is None
    assert statistics.value(documents[0], ()) == 0


def test_the_words_of_a_theme_count_for_half_of_the_words_said() -> None:
    statistics = TextStatistics.build([("vélo",), ("toit",)], default_weights().text)
    assert dict(statistics.need_words(("vélo",), {"toit"}).counts) == {"vélo": 100, "toit": 50}
    # Both words are as rare: the offer that says the theme's word gets a third of a full answer.
    assert statistics.value(("vélo",), ("toit",), {"toit"}) == FULL // 3
    assert statistics.value(("inconnu",), ("toit",), {"toit"}) == FULL
    assert statistics.value(("vélo",), ("toit",)) == 0


def test_the_run_ranks_the_answer_first_by_synonyms() -> None:
    rows = match_run([NEED], ACTORS, tokenize=tokenize, depth=2)
    assert [(row.need_id, row.rank) for row in rows] == [("N", 1), ("N", 2)]
    assert rows[0].actor_id == "store"


def test_a_run_is_the_same_twice_and_survives_empty_texts() -> None:
    actors = [*ACTORS, TextActor("vide", "", ""), TextActor("nom", "[nom]", "[nom]")]
    first: list[RunRow] = match_run([NEED, TextNeed("V", "", "")], actors, tokenize=tokenize)
    assert first == match_run([NEED, TextNeed("V", "", "")], actors, tokenize=tokenize)
    assert len(first) == 10


@pytest.mark.parametrize("count", [0, 1, 2])
def test_small_collections_are_ranked_too(count: int) -> None:
    rows = match_run([NEED], ACTORS[:count], tokenize=tokenize)
    assert sorted(row.actor_id for row in rows) == sorted(actor.id for actor in ACTORS[:count])


def test_equal_scores_share_the_mean_of_their_ranks() -> None:
    assert ranks(np.array([5.0, 1.0, 5.0, 0.0])).tolist() == [1.5, 3.0, 1.5, 4.0]


def test_character_grams_mark_the_ends_of_words() -> None:
    assert list(character_grams(["eau"], (4,))) == [" eau", "eau "]


@pytest.mark.skipif(not DATA.exists(), reason="the shared graded needs are not beside the project")
def test_the_hybrid_run_beats_bm25_on_the_graded_needs() -> None:
    collection = read_collection(DATA)

    def mean(run: dict[str, list[str]]) -> float:
        values = by_query(partial(ndcg, k=10), run, collection.judgements)
        return sum(values.values()) / len(values)

    ours = hybrid_run(collection)
    judged = by_query(partial(judged_share, k=10), ours, collection.judgements)
    assert mean(ours) >= 0.70
    assert mean(ours) >= mean(bm25_run(collection, with_themes=True)) + 0.05
    assert sum(judged.values()) / len(judged) >= 0.9
