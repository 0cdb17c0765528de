"""The themes that an everyday sentence names, and the words that tell its subject."""

import pytest

from services.telling_words import telling_stems
from services.theme_detection import (
    MAX_THEMES,
    detect_themes,
    theme_words,
    theme_writings,
    word_stems,
    written_words,
)
from vocabulary.themes import all_themes

SENTENCES = [
    ("rafraîchir la cour de l’école sans la fermer l’été", {"ilots-chaleur"}),
    (
        "faire baisser les charges de chauffage avant les travaux",
        {"suivi-consommations"},
    ),
    ("réemployer les matériaux des immeubles démolis", {"reemploi-materiaux"}),
    ("isoler une tour sans déloger les locataires", {"renovation-energetique", "site-occupe"}),
    ("Trop chaud l’été dans les appartements", {"confort-ete"}),
    ("des vélos pour les jeunes du quartier", {"velo-marche"}),
    ("consulter les habitants sur le projet de démolition", {"concertation"}),
    ("un jardin partagé au pied des tours", {"jardins-partages"}),
    ("améliorer un réseau de chaleur", {"reseau-chaleur"}),
    ("aider les femmes à créer leur entreprise", {"entrepreneuriat"}),
    ("des bornes IRVE", {"mobilite-electrique"}),
    ("bonjour", set()),
    ("", set()),
]


@pytest.mark.parametrize(("sentence", "themes"), SENTENCES)
def test_an_everyday_sentence_names_its_themes(sentence: str, themes: set[str]) -> None:
    assert themes <= detect_themes(sentence)
    assert bool(themes) == bool(detect_themes(sentence))


def test_an_axis_gives_way_to_one_of_its_themes() -> None:
    assert detect_themes("mobilité") == {"mobilite"}
    assert detect_themes("mobilité et autopartage") == {"mobilite-partagee"}


def test_at_most_five_themes_the_most_named_first() -> None:
    labels = [theme.label for theme in all_themes().values() if theme.parent][:9]
    found = detect_themes(". ".join([*labels, labels[8]]))
    assert len(found) == MAX_THEMES
    assert next(code for code, theme in all_themes().items() if theme.label == labels[8]) in found


def test_accents_and_capitals_change_nothing() -> None:
    assert detect_themes("RENOVATION ENERGETIQUE") == detect_themes("rénovation énergétique")


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\u202e abc", "a" * 10_000, "((((", "*a*"])
def test_odd_texts_name_no_theme_and_break_nothing(text: str) -> None:
    assert detect_themes(text) == frozenset()


def test_words_are_given_back_as_they_were_written() -> None:
    assert written_words("L’Isolation, l’isolation") == {"isol": "Isolation"}


def test_the_words_of_a_theme_are_those_of_its_names() -> None:
    words = theme_words(["jardins-partages", "inconnu"])
    assert set(word_stems("potager collectif")) <= words
    assert theme_writings(["jardins-partages", "inconnu"])["potag"] == "potager"
    assert theme_words([]) == frozenset()


def test_words_that_tell_nothing_are_left_out() -> None:
    said = "Nous cherchons deux solutions pour isoler sans délai avant mai 2027 dans le quartier"
    assert telling_stems(said) == telling_stems("isoler délai")


def test_measures_and_spots_tell_nothing_of_the_subject() -> None:
    said = "plusieurs mètres au bord du toit, de chaque côté"
    assert telling_stems(said) == telling_stems("toit")


def test_words_that_a_theme_uses_still_tell() -> None:
    said = "tiers-lieu, haut débit, accès aux droits"
    assert set(telling_stems("haut droits")) <= set(telling_stems(said))
    assert telling_stems("haut droits") != ()
