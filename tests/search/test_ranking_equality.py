"""The reader beside Whoosh must rank as Whoosh's own BM25F does on the same index."""

import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from whoosh import query as untyped_query
from whoosh import scoring

from search.documents import SearchDocument
from search.query import MatchMode, SearchQuery
from search.ranking import FIELD_WEIGHTS, K1, ROOT, STEM, WORD, B
from search.syntax import AllOf, AnyOf, Loose, Node, Phrase, Term, loosen, parse
from search.whoosh_engine.backend import WhooshBackend
from search.whoosh_engine.storage import IndexFolder, open_index

whoosh_query: Any = untyped_query

_SENTENCE = (
    "énergie énergétique rénovation rénover quartier éco-quartier logement logements social "
    "isolation thermique chaleur réseau habitants PME petites moyennes entreprises façade"
)
WORDS = _SENTENCE.split()


@pytest.fixture(params=[False, True], ids=["one segment", "segments and deletions"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[WhooshBackend, Path]:
    """Return an index of random sentences."""
    rng = random.Random(7)  # noqa: S311 - test data, not a secret
    documents = [
        SearchDocument(
            id=f"solutions:{number}",
            kind="solutions",
            title=" ".join(rng.choices(WORDS, k=3)),
            body=" ".join(rng.choices(WORDS, k=rng.randint(5, 60))),
            updated_on=date(2026, 1, 1),
        )
        for number in range(300)
    ]
    backend = WhooshBackend(tmp_path)
    backend.rebuild(documents[:200] if request.param else documents)
    if request.param:
        for start in range(190, 300, 10):
            backend.index_batch(documents[start : start + 10])
        backend.delete([f"solutions:{number}" for number in range(0, 60, 7)])
    return backend, tmp_path


@pytest.mark.parametrize(
    "text",
    [
        "énergie",
        "rénovation logement",
        "isolation thermique façade",
        "éco-quartier",
        "petites et moyennes entreprises chaleur",
        '"logement social"',
        '"réseau chaleur" isolation',
    ],
)
@pytest.mark.parametrize("mode", list(MatchMode))
def test_order_and_scores_are_those_of_whoosh(
    index: tuple[WhooshBackend, Path], text: str, mode: MatchMode
) -> None:
    backend, root = index
    page = backend.search(SearchQuery(text=text, mode=mode, limit=500, excerpts=False))
    assert not page.relaxed
    ours = {hit.id: round(hit.score, 6) for hit in page.hits}
    clauses = parse(text).clauses
    tree: Node = Loose(loosen(clauses)) if mode is MatchMode.ANY else AllOf(clauses)
    theirs = _whoosh_scores(root, tree)
    assert ours == theirs
    assert len(ours) > 3
    scores = list(ours.values())
    assert scores == sorted(scores, reverse=True)


def _whoosh_scores(root: Path, tree: Node) -> dict[str, float]:
    index = open_index(IndexFolder(root, lock_timeout=1).current())
    with index.searcher(weighting=scoring.BM25F(B=B, K1=K1)) as searcher:
        results = searcher.search(_as_whoosh(tree), limit=None)
        names = {hit.docnum: searcher.stored_fields(hit.docnum)["texts"] for hit in results}
        assert len(names) == len(results)
        ids = _ids(searcher)
        return {ids[hit.docnum]: round(hit.score, 6) for hit in results}


def _ids(searcher: Any) -> dict[int, str]:
    reader = searcher.reader()
    return {
        int(number): identifier.decode()
        for identifier in reader.lexicon("id")
        for number in reader.postings("id", identifier).all_ids()
    }


def _term(field: str, text: str) -> Any:
    return whoosh_query.Term(field, text, boost=FIELD_WEIGHTS[field])


def _as_whoosh(node: Node) -> Any:
    if isinstance(node, Term):
        extra = whoosh_query.Or([_term(WORD, node.word), _term(ROOT, node.root)])
        return whoosh_query.AndMaybe(_term(STEM, node.stem), extra)
    if isinstance(node, Phrase):
        terms = whoosh_query.And([_as_whoosh(term) for term in node.terms])
        places = whoosh_query.Phrase(STEM, [term.stem for term in node.terms])
        return whoosh_query.Require(terms, places)
    if isinstance(node, AllOf):
        return whoosh_query.And([_as_whoosh(child) for child in node.children])
    if isinstance(node, AnyOf):
        return whoosh_query.Or([_as_whoosh(child) for child in node.children])
    assert isinstance(node, Loose)
    found = whoosh_query.Or([_as_whoosh(child) for child in node.children])
    relatives = [
        whoosh_query.AndNot(_term(ROOT, child.root), _term(STEM, child.stem))
        for child in node.children
        if isinstance(child, Term)
    ]
    return whoosh_query.AndMaybe(found, whoosh_query.Or(relatives)) if relatives else found
