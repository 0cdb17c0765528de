"""Run files: order of rows, depth, and errors that name their line."""

from pathlib import Path

import pytest

from search.evaluation_run import (
    RunDocument,
    RunQuery,
    RunRow,
    read_documents,
    read_queries,
    run_queries,
)


def test_rows_come_by_query_then_rank() -> None:
    documents = [
        RunDocument("P1", "Chaleur", "Le réseau de chaleur du quartier"),
        RunDocument("P2", "", "La chaleur de l’été"),
        RunDocument("P3", "Vélo", "Des pistes"),
    ]
    queries = [RunQuery("Q2", "Où est la chaleur du réseau ?"), RunQuery("Q1", "velo")]
    rows = run_queries(documents, queries)
    order = [(row.query_id, row.document_id, row.rank) for row in rows]
    assert order == [("Q2", "P1", 1), ("Q2", "P2", 2), ("Q1", "P3", 1)]
    assert rows[0].score > rows[1].score > 0


def test_a_run_stops_at_its_depth() -> None:
    documents = [RunDocument(f"P{n}", "", "chaleur") for n in range(60)]
    queries = [RunQuery("Q", "chaleur")]
    assert [len(run_queries(documents, queries)), len(run_queries(documents, queries, top=7))] == [
        50,
        7,
    ]


def test_a_row_is_one_tabbed_line() -> None:
    assert RunRow("Q1", "P1", 3, 1.5).as_line() == "Q1\tP1\t3\t1.500000"


def test_files_are_read_and_bad_lines_named(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"id": 1, "title": null, "text": "a"}\n\n', encoding="utf-8")
    assert read_documents(path) == [RunDocument("1", "", "a")]
    path.write_text('{"id": "Q", "query": "b"}\n{"id": "R"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"lines\.jsonl, line 2: wanted id, query"):
        read_queries(path)
    path.write_text("no", encoding="utf-8")
    with pytest.raises(ValueError, match=r"lines\.jsonl, line 1: not JSON"):
        read_queries(path)
