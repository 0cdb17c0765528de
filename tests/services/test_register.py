"""The sourcing register holds what was written, and says where it does not, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, Select, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.account import User
from models.need import Need
from models.register import RegisterEntry, RegisterHead, RegisterPart
from services.register import (
    ALTERED,
    CUT_SHORT,
    ERASED_UNSAID,
    GENESIS,
    MISPLACED,
    PART_ALTERED,
    erase_parts_of,
    find_anchor,
    line_hash,
    record_event,
    verify_register,
)
from tests.databases import BOTH, engine_over
from tests.factories.accounts import NOW, make_user
from tests.factories.entries import make_need, make_territory
from tests.factories.organizations import make_organization
from vocabulary.exchanges import RegisterEvent

LINES = 5
QUARTERS = iter(range(100, 1000))


@pytest.fixture(scope="module", params=BOTH)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    with engine_over(request.param, tmp_path_factory.mktemp("registre")) as engine:
        yield engine


@pytest.fixture
def need_id(engine: Engine) -> int:
    """Return a need of its own, with five lines written by one person about one actor."""
    return write_lines(engine)


def write_lines(engine: Engine, *, lines: int = LINES, is_demo: bool = False) -> int:
    with Session(engine, expire_on_commit=False) as session:
        number = next(QUARTERS)
        territory = make_territory(session, f"QN{number:05}M")
        need = make_need(session, territory, is_demo=is_demo)
        actor = make_organization(session, f"Acteur {number}")
        person = make_user(session)
        for rank in range(lines):
            record_event(
                session,
                need,
                RegisterEvent.CALL,
                now=NOW,
                organization=actor,
                person=person,
                facts={"rank": rank},
                words={"said": f"Mot {rank}"},
            )
        session.commit()
        return need.id


def flaws(engine: Engine, need_id: int) -> list[tuple[int, str]]:
    with Session(engine) as session:
        return [(flaw.sequence, flaw.reason) for flaw in verify_register(session, need_id)]


def tamper(engine: Engine, *statements: str, **values: object) -> None:
    """Change the lines behind the application's back: the guards are set aside first."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            guards = connection.execute(
                text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            ).all()
            for name, _ in guards:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE register_entry DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement), values)
        if engine.dialect.name == "sqlite":
            for _, sql in guards:
                connection.execute(text(sql))
        else:
            connection.execute(text("ALTER TABLE register_entry ENABLE TRIGGER USER"))


def test_a_register_as_written_has_no_flaw(engine: Engine, need_id: int) -> None:
    assert flaws(engine, need_id) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("facts", '{"rank": 7}'),
        ("facts", '["autre chose"]'),
        ("facts", "pas du JSON"),
        ("event", "reunion"),
        ("event", "jamais-vu"),
        ("organization_ref", 424242),
        ("hash", "f" * 64),
    ],
)
def test_an_edited_line_is_named(
    engine: Engine, need_id: int, column: str, value: str | int
) -> None:
    if engine.dialect.name == "postgresql" and value == "pas du JSON":
        value = '"pas un objet"'  # PostgreSQL stores nothing but JSON there
    tamper(
        engine,
        f"UPDATE register_entry SET {column} = :value WHERE need_id = :need AND sequence = 3",  # noqa: S608
        value=value,
        need=need_id,
    )
    assert flaws(engine, need_id)[0] == (3, ALTERED)


def test_an_edited_line_signed_again_breaks_the_next_one(engine: Engine, need_id: int) -> None:
    with Session(engine) as session:
        entry = session.scalars(
            RegisterEntry.of_need(need_id).where(RegisterEntry.sequence == 3)
        ).one()
        entry.facts = {"rank": 7}
        forged = line_hash(entry)
        session.rollback()
    tamper(
        engine,
        "UPDATE register_entry SET facts = :facts, hash = :hash"
        " WHERE need_id = :need AND sequence = 3",
        facts='{"rank": 7}',
        hash=forged,
        need=need_id,
    )
    assert flaws(engine, need_id) == [(4, MISPLACED)]


def test_a_middle_line_deleted_is_missed(engine: Engine, need_id: int) -> None:
    tamper(
        engine,
        "DELETE FROM register_part WHERE entry_id IN"
        " (SELECT id FROM register_entry WHERE need_id = :need AND sequence = 3)",
        "DELETE FROM register_entry WHERE need_id = :need AND sequence = 3",
        need=need_id,
    )
    assert flaws(engine, need_id) == [(4, MISPLACED)]


def test_an_end_cut_off_is_missed(engine: Engine, need_id: int) -> None:
    tamper(
        engine,
        "DELETE FROM register_part WHERE entry_id IN"
        " (SELECT id FROM register_entry WHERE need_id = :need AND sequence > 3)",
        "DELETE FROM register_entry WHERE need_id = :need AND sequence > 3",
        need=need_id,
    )
    assert flaws(engine, need_id) == [(5, CUT_SHORT)]


def test_a_register_emptied_with_its_head_kept_is_missed(engine: Engine, need_id: int) -> None:
    tamper(
        engine,
        "DELETE FROM register_part WHERE entry_id IN"
        " (SELECT id FROM register_entry WHERE need_id = :need)",
        "DELETE FROM register_entry WHERE need_id = :need",
        need=need_id,
    )
    assert flaws(engine, need_id) == [(5, CUT_SHORT)]


def test_two_lines_swapped_are_named(engine: Engine, need_id: int) -> None:
    tamper(
        engine,
        "UPDATE register_entry SET sequence = 99 WHERE need_id = :need AND sequence = 2",
        "UPDATE register_entry SET sequence = 2 WHERE need_id = :need AND sequence = 3",
        "UPDATE register_entry SET sequence = 3 WHERE need_id = :need AND sequence = 99",
        need=need_id,
    )
    assert flaws(engine, need_id) == [
        (2, ALTERED),
        (2, MISPLACED),
        (3, ALTERED),
        (3, MISPLACED),
        (4, MISPLACED),
    ]


def test_altered_words_are_named(engine: Engine, need_id: int) -> None:
    tamper(
        engine,
        "UPDATE register_part SET content = :content WHERE entry_id ="
        " (SELECT id FROM register_entry WHERE need_id = :need AND sequence = 2)",
        content='{"said": "Autre chose"}',
        need=need_id,
    )
    assert flaws(engine, need_id) == [(2, PART_ALTERED)]


def test_words_emptied_without_a_line_saying_so_are_named(engine: Engine, need_id: int) -> None:
    tamper(
        engine,
        "UPDATE register_part SET content = '{}', erased_at = :now WHERE entry_id ="
        " (SELECT id FROM register_entry WHERE need_id = :need AND sequence = 2)",
        now="2026-11-22 12:00:00",
        need=need_id,
    )
    assert flaws(engine, need_id) == [(2, ERASED_UNSAID)]


def test_a_register_rewritten_whole_no_longer_holds_the_digest_of_a_copy(
    engine: Engine, need_id: int
) -> None:
    with Session(engine) as session:
        copied = session.get_one(RegisterHead, need_id).hash
        found = find_anchor(session, copied, need_id=need_id)
        assert found is not None
        assert found.sequence == LINES
        assert find_anchor(session, copied, need_id=need_id + 1) is None
        entries = session.scalars(RegisterEntry.of_need(need_id)).all()
        previous, rewritten = GENESIS, []
        for entry in entries:
            entry.facts, entry.previous_hash = {"rank": 0}, previous
            previous = line_hash(entry)
            rewritten.append((entry.id, entry.previous_hash, previous))
        session.rollback()
    for key, before, digest in rewritten:
        tamper(
            engine,
            "UPDATE register_entry SET facts = :facts, previous_hash = :before, hash = :hash"
            " WHERE id = :key",
            "UPDATE register_head SET hash = :hash WHERE need_id = :need",
            facts='{"rank": 0}',
            before=before,
            hash=digest,
            key=key,
            need=need_id,
        )
    assert flaws(engine, need_id) == []
    with Session(engine) as session:
        assert find_anchor(session, copied, need_id=need_id) is None


def test_erasing_a_person_keeps_the_chain_and_says_so(engine: Engine, need_id: int) -> None:
    with Session(engine) as session:
        part = session.scalars(
            select(RegisterPart)
            .join(RegisterPart.entry)
            .where(RegisterEntry.need_id == need_id)
            .limit(1)
        ).one()
        person = session.get_one(User, part.user_id)
        assert erase_parts_of(session, person, now=NOW) == LINES
        assert erase_parts_of(session, person, now=NOW) == 0
        session.commit()
        parts = session.scalars(
            select(RegisterPart).join(RegisterPart.entry).where(RegisterEntry.need_id == need_id)
        ).all()
        last = session.scalars(RegisterEntry.of_need(need_id)).all()[-1]
        assert [(one.content, one.salt, one.user_id) for one in parts] == [({}, "", None)] * LINES
        assert (last.event, last.facts) == (RegisterEvent.ERASED, {"lines": [1, 2, 3, 4, 5]})
    assert flaws(engine, need_id) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_entry SET facts = '{}' WHERE need_id = :need",
        "DELETE FROM register_entry WHERE need_id = :need",
    ],
)
def test_the_database_refuses_to_change_a_line(
    engine: Engine, need_id: int, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement), {"need": need_id})
    assert flaws(engine, need_id) == []


def test_a_need_that_has_a_register_is_not_deleted(engine: Engine, need_id: int) -> None:
    with pytest.raises(DBAPIError), engine.begin() as connection:
        connection.execute(text("DELETE FROM need WHERE id = :need"), {"need": need_id})


def test_lines_of_the_demonstration_may_be_deleted_not_changed(engine: Engine) -> None:
    need_id = write_lines(engine, is_demo=True)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(
            text("UPDATE register_entry SET facts = '{}' WHERE need_id = :need"), {"need": need_id}
        )
    with engine.begin() as connection:
        connection.execute(
            text("DELETE FROM register_entry WHERE need_id = :need"), {"need": need_id}
        )


def test_two_writers_at_once_do_not_fork_the_chain(engine: Engine) -> None:
    need_id = write_lines(engine, lines=0)
    writers, each = 4, 5
    start = Barrier(writers)

    def write(writer: int) -> None:
        start.wait(timeout=10)
        for rank in range(each):
            with Session(engine) as session:
                need = session.get_one(Need, need_id)
                facts = {"writer": writer, "rank": rank}
                record_event(session, need, RegisterEvent.CALL, now=NOW, facts=facts)
                session.commit()

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    with Session(engine) as session:
        numbers = session.scalars(
            select(RegisterEntry.sequence)
            .where(RegisterEntry.need_id == need_id)
            .order_by(RegisterEntry.sequence)
        ).all()
    assert list(numbers) == list(range(1, writers * each + 1))
    assert flaws(engine, need_id) == []


def test_a_refused_transaction_leaves_no_line(engine: Engine, need_id: int) -> None:
    with Session(engine) as session:
        record_event(session, session.get_one(Need, need_id), RegisterEvent.MEETING, now=NOW)
        session.rollback()
        assert session.scalar(count_lines(need_id)) == LINES
    assert flaws(engine, need_id) == []


def count_lines(need_id: int) -> Select[int]:
    return select(func.count(RegisterEntry.id)).where(RegisterEntry.need_id == need_id)
