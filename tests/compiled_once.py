"""What every application of the suite would compile anew, compiled once for a test process.

Each test has an application and a database of its own: Werkzeug compiles two functions for each
of its hundreds of routes, SQLAlchemy each statement for each engine. Both were most of the time
of a test; neither result depends on the application.
"""

from collections.abc import Callable
from typing import Any, Final

from flask import Flask
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]
STATEMENTS: Final = 2_000
_BUILDERS: Final[dict[tuple[Any, ...], Builder]] = {}
_STATEMENTS: Final[LRUCache[Any, Any]] = LRUCache(STATEMENTS)


class RuleCompiledOnce(Rule):
    """A route that takes over the builder of an equal route of an earlier application.

    A builder is given its route as its first argument: it holds none of the first one.
    """

    def _compile_builder(
        self,
        append_unknown: bool = True,  # noqa: FBT001, FBT002 - as Werkzeug has it
    ) -> Builder:
        defaults = tuple(sorted((self.defaults or {}).items()))
        key = (self.rule, tuple(self._trace), defaults, append_unknown)
        if key not in _BUILDERS:
            _BUILDERS[key] = super()._compile_builder(append_unknown)
        return _BUILDERS[key]


class SharedDialect(SQLiteDialect_pysqlite):
    """SQLite's dialect, equal to that of any other engine: statements are kept by dialect."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        """Tell whether the other speaks the same."""
        return type(self) is type(other)

    def __hash__(self) -> int:
        """Return what all of them have in common."""
        return hash(type(self))


def install() -> None:
    """Make every application of this process take over what an earlier one compiled."""
    Flask.url_rule_class = RuleCompiledOnce
    registry.register("sqlite", __name__, SharedDialect.__name__)


def share_statements(engine: Engine) -> None:
    """Let a SQLite engine take its compiled statements from those of the process."""
    if isinstance(engine.dialect, SharedDialect):
        engine.update_execution_options(compiled_cache=_STATEMENTS)
