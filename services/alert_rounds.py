"""The regular mails of alerts: every morning, or every Monday, what has gathered since."""

from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from models.alert import Alert, AlertItem
from services.alerts import post_news
from vocabulary.exchanges import AlertFrequency
from vocabulary.periods import week_opening


def post_regular_news(session: Session, *, now: datetime) -> int:
    """Ask for the mails that are due; return how many.

    A weekly alert is considered once a week, from Monday's opening on: where the worker was
    stopped on Monday, at the first opening after. The same round run again finds nothing due.
    """
    monday = week_opening(now)
    considered = func.coalesce(Alert.looked_at, Alert.confirmed_at)
    due = or_(
        Alert.frequency == AlertFrequency.DAILY,
        and_(Alert.frequency == AlertFrequency.WEEKLY, considered < monday),
    )
    alerts = session.scalars(
        select(Alert)
        .where(Alert.confirmed_at.is_not(None), Alert.stopped_at.is_(None), due)
        .order_by(Alert.id)
    ).all()
    untold = set(
        session.scalars(
            select(Alert.id).where(
                exists().where(AlertItem.alert_id == Alert.id, AlertItem.told_at.is_(None))
            )
        )
    )
    writing = [alert for alert in alerts if alert.id in untold]
    for alert in alerts:
        alert.looked_at = now
    post_news(session, writing, now=now)
    return len(writing)
