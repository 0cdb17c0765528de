"""The French chain, word by word."""

import pytest

from search.acronyms import acronyms_by_stems, expansions
from search.analysis import clean, fold, folded_words, tokens


def stems(text: str) -> list[str]:
    return [token.stem for token in tokens(clean(text))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("réhabilitation", "rehabiliter"),
        ("énergie", "ENERGIES"),
        ("l’énergie", "énergie"),
        ("cœur", "coeur"),
        ("écoquartier", "ECOQUARTIERS"),
        ("H.L.M.", "hlm"),
        ("tombe-t-il", "tombe"),
        ("jusqu’ici", "ici"),
        ("e\u0301nergie", "énergie"),
        ("aménagement", "amenagements"),
    ],
)
def test_two_ways_of_writing_give_the_same_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_a_hyphenated_word_gives_its_parts_and_the_joined_form() -> None:
    assert stems("éco-quartier") == ["eco", "quarti", *stems("écoquartier")]


def test_stop_words_go_and_summer_stays() -> None:
    assert stems("le confort d’été dans les quartiers") == ["confort", "ete", "quarti"]


def test_an_accent_that_makes_another_word_is_respected() -> None:
    assert (stems("maïs"), stems("mais")) == (["mais"], [])


def test_positions_count_stop_words() -> None:
    found = [(token.folded, token.position) for token in tokens("maison du projet")]
    assert found == [("maison", 0), ("projet", 2)]


def test_spans_point_into_the_cleaned_text() -> None:
    text = clean("L’éco-quartier d’Œuvre\x00 fini")
    assert [text[t.start : t.end] for t in tokens(text)] == [
        "éco",
        "quartier",
        "éco-quartier",
        "Œuvre",
        "fini",
    ]


def test_cleaning_drops_what_is_not_text() -> None:
    assert clean("a\x00b\ud800c\u202ed") == "a b c d"


def test_folding_loses_case_accents_and_ligatures() -> None:
    assert fold("Œuvre ÉTÉ Straße ﬁn") == "oeuvre ete strasse fin"


def test_folded_words_keep_grammar_words_for_titles() -> None:
    assert list(folded_words("Réseau de l’éco-quartier")) == [
        "reseau",
        "de",
        "eco",
        "quartier",
        "ecoquartier",
    ]


def test_acronyms_of_the_themes_are_recognised_by_their_initials() -> None:
    known = {short: [w.folded for w in longs[0]] for short, longs in expansions().items()}
    assert known["icu"] == ["ilot", "chaleur", "urbain"]
    assert known["tpe"] == ["petites", "entreprises"]
    assert acronyms_by_stems()[tuple(stems("petites et moyennes entreprises"))] == "pme"
