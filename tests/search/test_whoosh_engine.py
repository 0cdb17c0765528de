"""What only an index on disk can do: generations, several processes, damage, locks."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from search.backend import IndexBusy, IndexUnusable
from search.documents import SearchDocument
from search.query import SearchQuery
from search.whoosh_engine import backend as engine_module
from search.whoosh_engine.backend import WhooshBackend
from search.whoosh_engine.storage import IndexFolder
from tests.search.sample import DIRECTORY, document

PROJECT = Path(__file__).resolve().parents[2]


def total(engine: WhooshBackend, text: str = "") -> int:
    return engine.search(SearchQuery(text=text)).total


def segment_files(root: Path) -> list[Path]:
    return sorted(root.glob("generation-*/*.seg"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of an index that holds the small directory."""
    WhooshBackend(tmp_path).rebuild(DIRECTORY)
    return tmp_path


def reader_of(root: Path) -> WhooshBackend:
    return WhooshBackend(root, refresh_seconds=0)


def in_another_process(root: Path, code: str) -> str:
    program = (
        "from pathlib import Path\n"
        "from search.whoosh_engine.backend import WhooshBackend\n"
        "from search.query import SearchQuery\n"
        "from tests.search.sample import document\n"
        f"engine = WhooshBackend(Path({str(root)!r}), refresh_seconds=0)\n" + code
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and our own code
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_reader_follows_the_commits_of_another_process(root: Path) -> None:
    reader = reader_of(root)
    assert total(reader, "passerelle") == 0
    in_another_process(root, "engine.index_batch([document(9, 'Passerelle')])")
    assert total(reader, "passerelle") == 1
    in_another_process(root, "engine.delete(['solutions:9'])")
    assert total(reader, "passerelle") == 0


def test_a_reader_follows_a_rebuild_of_another_process(root: Path) -> None:
    reader = reader_of(root)
    before = reader.search(SearchQuery()).generation
    in_another_process(root, "engine.rebuild([document(n, 'Passerelle') for n in range(7)])")
    page = reader.search(SearchQuery())
    assert (page.total, page.generation != before) == (7, True)


def test_another_process_reads_what_this_one_writes(root: Path) -> None:
    WhooshBackend(root).index_batch([document(9, "Passerelle")])
    code = "print(engine.search(SearchQuery(text='passerelle')).hits[0].id)"
    assert in_another_process(root, code) == "solutions:9"


def test_a_search_is_answered_while_the_index_is_rebuilt(root: Path) -> None:
    reader = reader_of(root)
    totals: list[int] = []

    def documents() -> Iterator[SearchDocument]:
        for number in range(3):
            totals.append(total(reader))
            yield document(number, "Neuf")

    WhooshBackend(root).rebuild(documents())
    assert (totals, total(reader)) == ([5, 5, 5], 3)


def test_a_rebuild_that_fails_changes_nothing(root: Path) -> None:
    def documents() -> Iterator[SearchDocument]:
        yield document(1, "Neuf")
        raise ConnectionError

    engine = WhooshBackend(root, lock_timeout=0.1)
    with pytest.raises(ConnectionError):
        engine.rebuild(documents())
    assert (total(engine), len(list(root.glob("generation-*")))) == (5, 1)
    engine.index_batch([document(9, "Encore")])
    assert total(engine) == 6


def test_old_generations_are_removed_but_the_last(root: Path) -> None:
    engine = WhooshBackend(root)
    for _ in range(4):
        engine.rebuild(DIRECTORY)
    assert len(list(root.glob("generation-*"))) == 2


def test_a_second_writer_waits_then_is_told(root: Path) -> None:
    with IndexFolder(root, lock_timeout=1).writing(), pytest.raises(IndexBusy):
        WhooshBackend(root, lock_timeout=0.1).index_batch([document(9, "Tard")])
    engine = WhooshBackend(root, lock_timeout=0.1)
    engine.index_batch([document(9, "Tard")])
    assert total(engine) == 6


def test_no_index_is_unusable_and_can_be_built(tmp_path: Path) -> None:
    engine = WhooshBackend(tmp_path / "none")
    with pytest.raises(IndexUnusable):
        engine.search(SearchQuery())
    with pytest.raises(IndexUnusable):
        engine.index_batch(DIRECTORY)
    assert not engine.health().usable
    engine.rebuild(DIRECTORY)
    assert (engine.health().usable, total(engine)) == (True, 5)


def damage_pointer(root: Path) -> None:
    (root / "CURRENT").write_text("{", encoding="utf-8")


def damage_schema(root: Path) -> None:
    pointer = json.loads((root / "CURRENT").read_text(encoding="utf-8"))
    (root / "CURRENT").write_text(json.dumps({**pointer, "schema": "0"}), encoding="utf-8")


def damage_by_truncation(root: Path) -> None:
    for path in segment_files(root):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damage_by_deletion(root: Path) -> None:
    for path in segment_files(root):
        path.unlink()


def damage_table(root: Path) -> None:
    for path in root.glob("generation-*/*.toc"):
        path.write_bytes(b"")


@pytest.mark.parametrize(
    "damage",
    [damage_pointer, damage_schema, damage_by_truncation, damage_by_deletion, damage_table],
)
def test_damage_is_detected_and_repaired_by_a_rebuild(root: Path, damage: object) -> None:
    assert callable(damage)
    damage(root)
    engine = reader_of(root)
    with pytest.raises(IndexUnusable):
        engine.search(SearchQuery(text="énergie"))
    with pytest.raises(IndexUnusable):
        engine.index_batch([document(9, "Neuf")])
    assert not engine.health().usable
    engine.rebuild(DIRECTORY)
    assert total(engine, "énergie") == 2


def test_a_reader_survives_files_truncated_under_it(root: Path) -> None:
    engine = WhooshBackend(root, refresh_seconds=60)
    assert total(engine) == 5
    damage_by_truncation(root)
    for text in ("énergie", "rénovation façades", '"chaleur fatale"', "géo*"):
        try:
            engine.search(SearchQuery(text=text))
        except IndexUnusable:
            continue


def test_a_query_out_of_time_says_it_is_partial(root: Path) -> None:
    engine = WhooshBackend(root, time_budget=-1)
    page = engine.search(SearchQuery(text="rénovation énergie"))
    assert (page.partial, page.total) == (True, 0)


def test_threads_share_one_reader(root: Path) -> None:
    engine = WhooshBackend(root)
    engine.rebuild(document(n, f"Fiche {n % 7}", "réseau de chaleur") for n in range(400))
    totals: list[int] = []

    def ask() -> None:
        totals.extend(total(engine, f"fiche {n % 7}") for n in range(20))
        totals.append(total(engine, '"réseau de chaleur"'))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(totals), totals.count(400)) == (126, 6)


def test_segments_read_before_are_kept_over_commits(root: Path) -> None:
    engine = WhooshBackend(root)
    engine.rebuild(document(n, f"Fiche {n}") for n in range(300))
    assert total(engine, "fiche") == 300
    before = engine._open().segments  # noqa: SLF001 - what is kept cannot be seen otherwise
    engine.index_batch([document(900, "Fiche neuve")])
    assert total(engine, "fiche") == 301
    after = engine._open().segments  # noqa: SLF001 - idem
    assert before[0] in after


def test_nothing_asks_for_a_slow_writer() -> None:
    source = Path(engine_module.__file__).read_text(encoding="utf-8")
    assert [name for name in ("AsyncWriter", "BufferedWriter") if name in source] == []
