"""Answers to wishes, the mails that tell of them, and what silence does."""

from datetime import UTC, datetime, timedelta

from services.meetup_wish_notes import QUIET, WISH_DUE, announce
from services.outbox import post_message
from tests.factories.meetups import (
    make_participant,
    make_wish,
)
from tests.factories.pages import mails_to, run_worker, submit
from tests.views.meetup_wishes.scenes import Scene, _pass_time
from vocabulary.exchanges import Side
from vocabulary.meetups import (
    DayState,
    WishRefusal,
    WishState,
)


def test_accepting_and_declining_with_a_reason(scene: Scene) -> None:
    asked = make_wish(scene.session, scene.town, scene.firm)
    scene.session.commit()
    url = f"{scene.base}/{asked.id}/reponse"
    missing = submit(scene.client, url, {"decision": "decliner", "seen": "proposee"})
    assert missing.status_code == 422
    assert "Choisissez une raison" in missing.text
    submit(scene.client, url, {"decision": "accepter", "seen": "proposee"})
    scene.reread(asked)
    assert asked.state is WishState.ACCEPTED
    fields = {"decision": "decliner", "reason": "zone", "seen": "acceptee"}
    submit(scene.client, url, fields)
    scene.reread(asked)
    assert (asked.state, asked.refusal) == (WishState.DECLINED, WishRefusal.AREA)


def test_of_two_answers_at_once_the_second_is_told(scene: Scene) -> None:
    asked = make_wish(scene.session, scene.town, scene.firm)
    scene.session.commit()
    url = f"{scene.base}/{asked.id}/reponse"
    submit(scene.client, url, {"decision": "accepter", "seen": "proposee"})
    late = submit(
        scene.client, url, {"decision": "decliner", "reason": "autre", "seen": "proposee"}
    )
    assert late.status_code == 409
    assert "a changé entre-temps" in late.text
    scene.reread(asked)
    assert asked.state is WishState.ACCEPTED


def test_somebody_elses_wish_is_missing(scene: Scene) -> None:
    other = make_participant(scene.session, scene.day, "Tiers")
    theirs = make_wish(scene.session, scene.town, other)
    scene.session.commit()
    for url in (f"{scene.base}/{theirs.id}/reponse", f"{scene.base}/{theirs.id}/retirer"):
        assert submit(scene.client, url, {"decision": "accepter"}).status_code == 404


def test_news_go_to_the_people_who_come_in_one_mail(scene: Scene) -> None:
    other = make_participant(scene.session, scene.day, "Ville bis", side=Side.TERRITORY)
    for town in (scene.town, other):
        make_wish(scene.session, town, scene.firm)
    scene.session.commit()
    submit(scene.client, f"{scene.base}/avec/{scene.town.id}", {"priority": "importante"})
    _pass_time(scene)
    mails = mails_to(scene.app, "firme@essai.example")
    assert len(mails) == 1
    assert "Ville bis" in mails[0]
    (told,) = mails_to(scene.app, "ville@essai.example")
    assert "rendez-vous convenu" in told


def test_a_reminder_is_one_mail_for_all_that_waits(scene: Scene) -> None:
    other = make_participant(scene.session, scene.day, "Ville bis", side=Side.TERRITORY)
    soon = datetime.now(UTC) + timedelta(days=1)
    for town in (scene.town, other):
        make_wish(scene.session, town, scene.firm, expires_at=soon, told_at=soon)
        _post_due(scene)
    scene.session.commit()
    (told,) = mails_to(scene.app, "firme@essai.example")
    assert "2 demandes adressées à « Façades d’essai » sont bientôt closes" in told


def test_silence_ends_a_wish_and_the_wisher_is_told_once(scene: Scene) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    make_wish(scene.session, scene.town, scene.firm, expires_at=past, told_at=past)
    for _ in range(2):
        _post_due(scene)
    scene.session.commit()
    run_worker(scene.app)
    _pass_time(scene)
    (told,) = mails_to(scene.app, "ville@essai.example")
    assert "Façades d’essai : restée sans réponse" in told


def test_nothing_is_mailed_about_a_day_that_was_cancelled(scene: Scene) -> None:
    make_wish(scene.session, scene.town, scene.firm)
    announce(scene.session, [scene.firm.id], now=datetime.now(UTC) - QUIET)
    scene.day.state = DayState.CANCELLED
    scene.session.commit()
    assert mails_to(scene.app, "firme@essai.example") == []


def _post_due(scene: Scene) -> None:
    post_message(scene.session, WISH_DUE, {"participant_id": scene.firm.id}, now=datetime.now(UTC))
