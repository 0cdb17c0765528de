"""Loads a team with the right to it, and shows the page where it is built."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from extensions.clock import today
from extensions.database import db_session
from extensions.matcher import matcher, moment
from forms.consortiums import WEIGHTS, SettingsForm, weight_of
from forms.once import OnceForm
from models.consortium import Consortium
from services.consortium_boards import (
    Board,
    build_board,
    gone_actors,
    load_actors,
    whole_consortium,
)
from services.consortium_invitations import attended
from services.interests import Declaration, declared_interests_over
from services.permissions import can_edit_organization
from views.access import current_person
from views.consortium_words import (
    Words,
    matrix_rows,
    need_cards,
    problem_sentence,
    proof_sentence,
    replacement_card,
    seat_cards,
    summary_sentence,
)
from vocabulary.exchanges import InvitationState, SeatChoice


def consortium_or_404(consortium_id: int) -> Consortium:
    """Return the team if the person may build it; missing and forbidden look the same."""
    session = db_session()
    found = session.scalar(whole_consortium(consortium_id))
    if found is None or not can_edit_organization(session, current_person(), found.organization_id):
        abort(404)
    return found


def words_of(consortium: Consortium) -> Words:
    """Compute the best team now, and load the actors that its page names."""
    board = build_board(db_session(), consortium, matcher=matcher(), moment=moment())
    return Words(board, consortium, load_actors(db_session(), _named(board)))


def _named(board: Board) -> set[int]:
    team = board.team
    named = {seat.id for seat in team.seats}
    named |= {one.id for seat in team.seats for one in seat.replacements}
    return named | ({team.one_more.id} if team.one_more else set())


def builder_page(
    consortium: Consortium,
    *,
    form: SettingsForm | None = None,
    conflict: Sequence[Mapping[str, Any]] = (),
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """Show the team, its matrix, its seats and its invitations."""
    words = words_of(consortium)
    page = render_template(
        "consortiums/show.html",
        **page_data(words),
        form=form or settings_form(consortium),
        action_form=FlaskForm(),
        weights=WEIGHTS,
        typed={
            line.need_id: line.weight if form is None else weight_of(request.form, line.need_id)
            for line in consortium.needs
        },
        once_form=OnceForm(formdata=None),
        conflict=conflict,
        refusal=refusal,
    )
    return page, status


def settings_form(consortium: Consortium) -> SettingsForm:
    """Return the form of a team's settings as they are stored."""
    return SettingsForm(
        formdata=None,
        name=consortium.name,
        max_members=consortium.max_members,
        lock=str(consortium.lock),
    )


def page_data(words: Words) -> dict[str, Any]:
    """Return what the builder, the printed sheet and the exports show."""
    consortium, team = words.consortium, words.board.team
    session = db_session()
    ties = _ties(words)
    left_out = [
        one
        for one in sorted(consortium.choices, key=lambda one: one.organization.name_key)
        if one.choice is SeatChoice.EXCLUDED
    ]
    invited = [one.organization_id for one in consortium.invitations]
    declined = [one for one in consortium.invitations if one.state is InvitationState.DECLINED]
    one_more = team.one_more if team.one_more and team.one_more.id in words.actors else None
    return {
        "consortium": consortium,
        "team": team,
        "members": [words.actors[one] for one in words.members],
        "summary": summary_sentence(words),
        "proof": proof_sentence(words),
        "problem": problem_sentence(team.problem),
        "needs": need_cards(words),
        "closed": [line.need for line in consortium.needs if not line.need.is_open_on(today())],
        "seats": seat_cards(words, ties),
        "rows": matrix_rows(words),
        "left_out": left_out,
        "gone": gone_actors(consortium),
        "declined": declined,
        "one_more": replacement_card(words, one_more) if one_more else None,
        "attended": attended(session, [*invited, *words.members]),
        "partnership": consortium.partnership,
    }


def _ties(words: Words) -> Mapping[int, Sequence[Declaration]]:
    """Return the declared ties with the members, over the needs of the team."""
    needs = [line.need for line in words.board.lines]
    return declared_interests_over(db_session(), needs, words.members)
