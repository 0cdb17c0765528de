"""References: who may be asked, one answer, what it changes, what an edit undoes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.evidence import ReferenceConfirmation
from models.mail import StoredMail
from models.outbox import OutboxMessage
from services.documents import offer_document
from services.entry_contents import offer_content, write_offer
from services.errors import Conflict, RuleViolation
from services.match_base import MatchBaseCache
from services.match_profiles import offer_profile
from services.partner_addresses import FREE_MAIL, OWN_DOMAIN, UNREADABLE
from services.reference_answers import (
    OWN_REFERENCE,
    answer_request,
    asked_of,
    mark_official,
    settle_dispute,
    unmark_reference,
)
from services.reference_requests import (
    DENIED,
    ESTABLISHED,
    MAX_PER_ADDRESS,
    MAX_PER_OFFER,
    NO_CLIENT,
    OPEN_ALREADY,
    TOO_MANY_THERE,
    TOO_MANY_TODAY,
    TOO_OFTEN,
    close_outdated,
    resend_request,
    sweep_requests,
    withdraw_request,
)
from services.references import established_by_edit, reopen_corrected
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.entries import make_reference
from tests.factories.evidence import PARTNER, TODAY, Scene
from tests.factories.organizations import make_offer, make_organization
from vocabulary.exchanges import ConfirmationAnswer
from vocabulary.kinds import ReferenceGrade

CONFIRMED, DENIED_ANSWER = ConfirmationAnswer.CONFIRMED, ConfirmationAnswer.DENIED
DAY = timedelta(days=1)


def answer(
    scene: Scene, row: ReferenceConfirmation, given: ConfirmationAnswer = CONFIRMED, note: str = ""
) -> None:
    """Answer as the partner."""
    answer_request(
        scene.session,
        row,
        given,
        answered_as="Cheffe de projet",
        note=note or ("Faux" if given is DENIED_ANSWER else ""),
        today=TODAY,
        now=NOW,
    )


def refusal(action: Callable[[], object]) -> str:
    """Return the msgid of the refusal that ``action`` meets."""
    with pytest.raises(RuleViolation) as caught:
        action()
    return caught.value.message


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("ada@gmail.com", FREE_MAIL),
        ("ada@yopmail.com", FREE_MAIL),
        ("ada@mail.laposte.net", FREE_MAIL),
        ("contact@toitsvifs.example", OWN_DOMAIN),
        ("contact@ventes.toitsvifs.example", OWN_DOMAIN),
        ("ada@essai.example", OWN_DOMAIN),
        ("ada@localhost", UNREADABLE),
    ],
)
def test_an_address_that_proves_nothing_is_refused(
    scene: Scene, address: str, message: str
) -> None:
    assert refusal(lambda: scene.ask(address)) == message


def test_a_domain_of_another_alphabet_shows_as_such(scene: Scene) -> None:
    assert scene.ask("a@vіlle.example").domain.startswith("xn--")


def test_one_request_waits_at_a_time(scene: Scene) -> None:
    scene.ask()
    assert refusal(scene.ask) == OPEN_ALREADY


def test_without_a_client_nobody_can_confirm(scene: Scene) -> None:
    scene.reference.client = ""
    assert refusal(scene.ask) == NO_CLIENT


def test_a_confirmation_grades_the_reference_and_erases_the_address(scene: Scene) -> None:
    row = scene.ask()
    answer(scene, row)
    assert (scene.reference.grade, scene.reference.grade_source) == (
        ReferenceGrade.CONFIRMED,
        "ville-essai.example",
    )
    assert (row.email, row.answer, row.answered_at) == (None, CONFIRMED, NOW)
    assert refusal(scene.ask) == ESTABLISHED


def test_a_link_is_answered_once(scene: Scene) -> None:
    row = scene.ask()
    answer(scene, row)
    with pytest.raises(Conflict):
        answer(scene, row, DENIED_ANSWER)


def test_an_answer_needs_a_function_and_a_contradiction_its_reason(scene: Scene) -> None:
    row = scene.ask()

    def give(function: str, given: ConfirmationAnswer) -> None:
        answer_request(
            scene.session, row, given, answered_as=function, note=" ", today=TODAY, now=NOW
        )

    assert refusal(lambda: give(" ", CONFIRMED)) == "Dites à quel titre vous répondez."
    assert refusal(lambda: give("Élu", DENIED_ANSWER)).startswith("Dites en quelques mots")


def test_a_contested_reference_is_shown_and_counted_nowhere(scene: Scene) -> None:
    row = scene.ask()
    assert (offer_profile(scene.offer).references.declared, "Firminy" in body(scene)) == (1, True)
    answer(scene, row, DENIED_ANSWER)
    assert scene.offer.shown_references == []
    assert (offer_profile(scene.offer).references.declared, "Firminy" in body(scene)) == (0, False)


def body(scene: Scene) -> str:
    """Return what search reads of the offer."""
    return offer_document(scene.offer).body


def test_the_columns_of_matches_follow_an_answer(scene: Scene) -> None:
    cache, session = MatchBaseCache(), scene.session
    row = scene.ask()
    session.commit()
    before = cache.get(session, now=NOW, today=TODAY, exact=True)
    answer(scene, row)
    session.commit()
    after = cache.get(session, now=NOW, today=TODAY, exact=True)
    assert before.stamp != after.stamp
    assert after.offers.references.values != before.offers.references.values


def test_settling_shows_the_reference_again_or_hides_it_until_corrected(scene: Scene) -> None:
    row = scene.ask()
    answer(scene, row, DENIED_ANSWER)
    settle(scene, keep_hidden=True)
    assert scene.reference.is_contested
    with pytest.raises(Conflict):
        settle(scene, keep_hidden=False)
    edit(scene, "Huit familles")
    reopen_corrected(scene.session, scene.offer, now=NOW)
    assert (scene.reference.is_contested, scene.reference.grade) == (
        False,
        ReferenceGrade.DECLARED,
    )


def settle(scene: Scene, *, keep_hidden: bool) -> None:
    """Conclude as staff."""
    settle_dispute(
        scene.session,
        scene.reference,
        keep_hidden=keep_hidden,
        words="Entendu",
        moderator=scene.staff,
        now=NOW,
    )


def edit(scene: Scene, result: str) -> None:
    """Publish another text of the reference."""
    content = offer_content(scene.offer)
    first = content.references[0]
    changed = replace(first, result=result)
    write_offer(scene.session, scene.offer, content.changed(references=(changed,)), now=NOW)
    scene.session.flush()


def test_rewording_gets_nobody_rid_of_a_dispute(scene: Scene) -> None:
    answer(scene, scene.ask(), DENIED_ANSWER)
    edit(scene, "Huit familles")
    reopen_corrected(scene.session, scene.offer, now=NOW)
    assert scene.reference.is_contested


def test_a_contested_text_is_not_asked_again_but_a_corrected_one_is(scene: Scene) -> None:
    answer(scene, scene.ask(), DENIED_ANSWER)
    assert refusal(scene.ask) == DENIED
    edit(scene, "Huit familles")
    answer(scene, scene.ask())
    assert (scene.reference.is_contested, scene.reference.grade) == (
        False,
        ReferenceGrade.CONFIRMED,
    )


def test_an_edit_sends_the_grade_back_and_kills_the_link(scene: Scene) -> None:
    answer(scene, scene.ask())
    edit(scene, "Vingt familles")
    assert (scene.reference.grade, scene.reference.grade_source) == (ReferenceGrade.DECLARED, "")
    row = scene.ask()
    edit(scene, "Trente familles")
    assert asked_of(scene.session, row, today=TODAY) is None
    close_outdated(scene.session, scene.offer, now=NOW)
    assert (row.email, row.closed_at) == (None, NOW)


def test_an_edit_elsewhere_keeps_the_grade(scene: Scene) -> None:
    answer(scene, scene.ask())
    content = offer_content(scene.offer).changed(title="Serre d’hiver")
    assert established_by_edit(scene.offer, content) == []
    write_offer(scene.session, scene.offer, content, now=NOW)
    assert scene.reference.grade is ReferenceGrade.CONFIRMED


def test_requests_are_capped_for_an_offer_and_for_an_address(scene: Scene) -> None:
    rows = [
        make_reference(scene.session, scene.offer, client="Ville", uid=f"n{number}")
        for number in range(MAX_PER_OFFER + 1)
    ]
    for number, row in enumerate(rows[:MAX_PER_OFFER]):
        scene.reference = row
        scene.ask(f"a{number}@ville-essai.example")
    scene.reference = rows[-1]
    assert refusal(lambda: scene.ask("z@ville-essai.example")) == TOO_MANY_TODAY


def test_one_address_is_not_flooded_by_many_actors(scene: Scene) -> None:
    for number in range(MAX_PER_ADDRESS):
        actor = make_organization(scene.session, f"Acteur {number}")
        offer = make_offer(scene.session, actor, f"Offre {number}")
        scene.reference = make_reference(scene.session, offer, client="Ville")
        scene.ask()
    actor = make_organization(scene.session, "Acteur de trop")
    scene.reference = make_reference(
        scene.session, make_offer(scene.session, actor, "Offre de trop"), client="Ville"
    )
    assert refusal(lambda: scene.ask("Habitat@Ville-Essai.example")) == TOO_MANY_THERE


def test_the_same_words_are_asked_three_times_at_most(scene: Scene) -> None:
    for _ in range(3):
        row = scene.ask()
        withdraw_request(scene.session, row, scene.reference, person=scene.founder, now=NOW)
    assert refusal(scene.ask) == TOO_OFTEN


def test_a_request_is_sent_again_after_a_week_and_three_times_in_all(scene: Scene) -> None:
    row = scene.ask()

    def resend(days: int) -> None:
        resend_request(
            scene.session, row, scene.reference, person=scene.founder, now=NOW + days * DAY
        )

    assert refusal(lambda: resend(6)).startswith("La demande est récente")
    resend(7)
    resend(14)
    assert refusal(lambda: resend(30)).startswith("La demande a déjà été envoyée")
    assert row.sendings == 3


def test_sixty_days_end_a_request(scene: Scene) -> None:
    row = scene.ask()
    assert asked_of(scene.session, row, today=TODAY + 60 * DAY) is not None
    assert asked_of(scene.session, row, today=TODAY + 61 * DAY) is None
    assert sweep_requests(scene.session, today=TODAY + 60 * DAY, now=NOW) == 0
    assert sweep_requests(scene.session, today=TODAY + 61 * DAY, now=NOW) == 1
    assert row.email is None


def test_withdrawing_erases_the_address_and_its_mails(scene: Scene) -> None:
    row = scene.ask()
    scene.session.add(
        StoredMail(message_id="<x>", recipient=PARTNER, subject="", text_body="", created_at=NOW)
    )
    row.mail_ids = ["<x>"]
    scene.session.flush()
    withdraw_request(scene.session, row, scene.reference, person=scene.founder, now=NOW)
    assert scene.session.scalars(select(StoredMail)).all() == []
    assert asked_of(scene.session, row, today=TODAY) is None


def test_no_payload_nor_line_of_the_log_holds_the_address(scene: Scene) -> None:
    answer(scene, scene.ask())
    kept = [
        *(str(row.payload) for row in scene.session.scalars(select(OutboxMessage))),
        *(str(row.details) for row in scene.session.scalars(select(AuditEntry))),
    ]
    assert [text for text in kept if PARTNER.partition("@")[0] in text] == []


def test_staff_name_the_official_source_and_take_it_back(scene: Scene) -> None:
    row = scene.ask()
    mark_official(
        scene.session, scene.reference, source="DECP, avis 12", moderator=scene.staff, now=NOW
    )
    assert (scene.reference.grade, scene.reference.grade_source) == (
        ReferenceGrade.OFFICIAL,
        "DECP, avis 12",
    )
    assert row.email is None
    unmark_reference(scene.session, scene.reference, moderator=scene.staff, now=NOW)
    assert (scene.reference.grade, scene.reference.grade_source) == (ReferenceGrade.DECLARED, "")


def test_nobody_grades_their_own_reference(scene: Scene) -> None:
    make_membership(scene.session, scene.staff, scene.startup)
    said = refusal(
        lambda: mark_official(
            scene.session, scene.reference, source="DECP", moderator=scene.staff, now=NOW
        )
    )
    assert said == OWN_REFERENCE


def test_a_person_without_a_role_decides_nothing(scene: Scene) -> None:
    person = make_user(scene.session)
    assert refusal(
        lambda: unmark_reference(scene.session, scene.reference, moderator=person, now=NOW)
    )
