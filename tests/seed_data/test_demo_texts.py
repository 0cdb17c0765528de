"""Texts of the fictional demo set: none alike, none said twice, French typography."""

import re
import tomllib
from collections import Counter
from itertools import pairwise

import numpy as np
from rapidfuzz import fuzz, process

from tests.factories.demo_set import DEMO, everything, needs, offers, organizations, texts

# A plain blank before high punctuation, inside guillemets or inside a number; straight quotes.
BAD_TYPOGRAPHY = re.compile(r"['\"]| [;:!?»]|« |\d \d{3}(?!\d)|\.\.\.|  ")


def test_no_two_texts_look_alike() -> None:
    entries = [*organizations(), *offers(), *needs()]
    described = [entry["description"] for entry in entries]
    scores = process.cdist(described, described, scorer=fuzz.ratio, score_cutoff=90)
    np.fill_diagonal(scores, 0)
    alike = [(entries[i]["slug"], entries[j]["slug"]) for i, j in np.argwhere(scores)]
    assert alike == []


def test_no_sentence_is_said_twice() -> None:
    sentences = Counter(
        sentence
        for entry in everything()
        for text in texts(entry)
        for sentence in re.split(r"(?<=[.!?])\s+", text)
        if len(sentence) > 60
    )
    assert [sentence for sentence, count in sentences.items() if count > 1] == []


def test_typography_is_french() -> None:
    found = [
        (entry["slug"], text)
        for entry in everything()
        for text in texts(entry)
        if BAD_TYPOGRAPHY.search(text)
    ]
    assert found == []


def test_entries_of_a_file_are_sorted_so_that_a_change_reads_well() -> None:
    for folder, table in (
        ("organizations", "organization"),
        ("offers", "offer"),
        ("needs", "need"),
    ):
        for file in sorted((DEMO / folder).glob("*.toml")):
            slugs = [entry["slug"] for entry in tomllib.loads(file.read_text("utf-8"))[table]]
            assert all(first < second for first, second in pairwise(slugs)), file.name
