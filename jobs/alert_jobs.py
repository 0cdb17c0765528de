"""What the worker does for alerts: looks at what was published, writes the mails, opens the day."""

from collections.abc import Sequence

from extensions.alert_mail import write_alert_news
from extensions.digest_mail import write_digest, write_match_notice
from extensions.matcher import matcher
from jobs.context import WorkerContext
from models.outbox import OutboxMessage
from services.alert_rounds import post_regular_news
from services.alert_views import Engines
from services.alert_watch import look_at
from services.alerts import purge_alerts
from services.digests import post_digests
from services.match_notices import post_match_notices
from services.matching import Moment
from vocabulary.periods import paris_day


def look_at_publications(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Ask every alert about what has just entered the index, all messages at once."""
    identifiers = {str(one) for message in messages for one in message.payload["document_ids"]}
    look_at(context.session, identifiers, engines=_engines(context), moment=_moment(context))


def write_alert_mails(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Write the mails that tell what is new."""
    for message in messages:
        write_alert_news(
            context.session,
            message.payload,
            engines=_engines(context),
            moment=_moment(context),
        )


def write_digests(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Write the regular summaries."""
    for message in messages:
        write_digest(context.session, message.payload, matcher=matcher(), moment=_moment(context))


def write_match_notices(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Write to the teams of territories which offers newly answer their needs."""
    for message in messages:
        write_match_notice(
            context.session, message.payload, matcher=matcher(), moment=_moment(context)
        )


def forget_dead_alerts(context: WorkerContext) -> None:
    """Purge what was never confirmed and what was stopped long ago (daily)."""
    purge_alerts(context.session, now=context.now)


def send_regular_alerts(context: WorkerContext) -> None:
    """Ask for the mails of daily alerts, and of weekly ones on Mondays (daily)."""
    post_regular_news(context.session, now=context.now)


def send_match_notices(context: WorkerContext) -> None:
    """Tell territories of the offers that newly answer their needs (daily)."""
    post_match_notices(context.session, matcher(), moment=_moment(context))


def send_digests(context: WorkerContext) -> None:
    """Ask for the summaries of owners (daily: each is weekly unless chosen otherwise)."""
    post_digests(context.session, now=context.now)


def _moment(context: WorkerContext) -> Moment:
    return Moment(now=context.now, today=paris_day(context.now))


def _engines(context: WorkerContext) -> Engines:
    return Engines(context.backend, matcher())
