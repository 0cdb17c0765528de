"""Words of a team's page: what each seat brings, who could sit there, what stays uncovered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext, ngettext

from extensions.match_words import reason_sentence, unknown_sentence
from extensions.wording import listed, quoted, tied
from matching.consortium import NeedState, Replacement, Seat, TeamProblem
from matching.weights import Direction, Level
from models.consortium import Consortium, ConsortiumInvitation, ConsortiumNeed
from models.need import Need
from models.organization import Organization
from services.consortium_boards import Board, Pair
from services.theme_detection import theme_writings, written_words
from views.gate_words import gate_sentence
from views.match_cards import HIGHEST, score_lines
from vocabulary.exchanges import SeatChoice
from vocabulary.kinds import FEDERATING_KINDS
from vocabulary.labels import N_

Card = dict[str, Any]
# A loss below this share of the team's worth reads « presque aussi bien ».
SLIGHT: Final = 20
SHOWN_REASONS: Final = 3
_PROBLEMS: Final[Mapping[TeamProblem, str]] = {
    TeamProblem.NO_SEAT: N_("Il faut au moins une place."),
    TeamProblem.TOO_MANY_LOCKS: N_(
        "Plus d’acteurs sont gardés ou invités qu’il n’y a de places : ajoutez des places, ou "
        "libérez-en une."
    ),
    TeamProblem.LOCKED_AND_EXCLUDED: N_("Un même acteur est gardé et écarté : choisissez."),
    TeamProblem.LOCKED_UNKNOWN: N_("Un acteur gardé n’est plus publié."),
}


@dataclass(frozen=True, slots=True)
class Words:
    """What the cards are written from: the board, and the actors named."""

    board: Board
    consortium: Consortium
    actors: Mapping[int, Organization]

    @property
    def members(self) -> list[int]:
        """Return the actors seated, in the order of the seats."""
        return [seat.id for seat in self.board.team.seats if seat.id in self.actors]

    def name(self, actor_id: int) -> str:
        """Return the name of an actor."""
        return self.actors[actor_id].name

    def title(self, need_id: int) -> str:
        """Return the title of a need of the team."""
        return next(line.need.title for line in self.board.lines if line.need_id == need_id)


def problem_sentence(problem: TeamProblem | None) -> str:
    """Return why there is no team, nothing when there is one."""
    return str(gettext(_PROBLEMS[problem])) if problem else ""


def summary_sentence(words: Words) -> str:
    """Return what the team covers, in one sentence."""
    team = words.board.team
    covered = [need for need in team.needs if need.state is NeedState.COVERED]
    members = ngettext("%(num)s membre", "%(num)s membres", len(words.members))
    return tied(
        ngettext(
            "%(members)s pour %(num)s besoin couvert sur %(all)s",
            "%(members)s pour %(num)s besoins couverts sur %(all)s",
            len(covered),
            members=members,
            all=len(team.needs),
        )
    )


def proof_sentence(words: Words) -> str:
    """Return whether a better team exists, as far as it is known."""
    team = words.board.team
    if team.problem is not None:
        return ""
    if not team.is_proven:
        share = -(-100 * team.gap // max(1, team.worth))  # rounded up: « au plus » must hold
        return tied(
            gettext(
                "La recherche s’est arrêtée faute de temps : une meilleure équipe existe "
                "peut-être, au plus %(share)s %% au-dessus de celle-ci.",
                share=share,
            )
        )
    return str(
        ngettext(
            "Aucune autre équipe de cette taille ne couvre mieux ces besoins : toutes celles que "
            "permet %(num)s acteur ont été comparées.",
            "Aucune autre équipe de cette taille ne couvre mieux ces besoins : toutes celles que "
            "permettent %(num)s acteurs ont été comparées.",
            len(words.board.question.candidates) - len(words.board.question.excluded),
        )
    )


def need_cards(words: Words) -> list[Card]:
    """Return the needs with who covers each, and how well."""
    cards = []
    for line, cover in zip(words.board.lines, words.board.team.needs, strict=True):
        score = words.board.score(cover.covered_by[0], line.need_id) if cover.covered_by else None
        cards.append(
            {
                "need": line.need,
                "weight": line.weight,
                "state": cover.state.value,
                "level": score.level.value if score else "",
                "points": cover.coverage,
                "covered_by": [words.actors[one] for one in cover.covered_by],
            }
        )
    return cards


def seat_cards(words: Words, ties: Mapping[int, Sequence[Any]]) -> list[Card]:
    """Return the seats: what each brings, in words, and who could sit there instead."""
    chosen = {one.organization_id: one.choice for one in words.consortium.choices}
    invitations = {one.organization_id: one for one in words.consortium.invitations}
    return [
        _seat_card(words, seat, chosen.get(seat.id), invitations.get(seat.id), ties)
        for seat in words.board.team.seats
        if seat.id in words.actors
    ]


def _seat_card(
    words: Words,
    seat: Seat,
    choice: SeatChoice | None,
    invitation: ConsortiumInvitation | None,
    ties: Mapping[int, Sequence[Any]],
) -> Card:
    actor = words.actors[seat.id]
    return {
        "actor": actor,
        "is_federating": actor.kind in FEDERATING_KINDS,
        "is_kept": choice is SeatChoice.LOCKED,
        "invitation": invitation,
        "loss": _loss_sentence(words, seat),
        "gain": seat.gain,
        "answers": _answers(words, seat.id),
        "replacements": [
            replacement_card(words, one) for one in seat.replacements if one.id in words.actors
        ],
        "ties": ties.get(seat.id, ()),
    }


def _loss_sentence(words: Words, seat: Seat) -> str:
    """Return what the team would lose without this member."""
    lost: list[str] = []
    weaker: list[str] = []
    for place, cover in enumerate(words.board.team.needs):
        if cover.covered_by != (seat.id,):
            continue
        others = [words.board.points(one, cover.id) for one in words.members if one != seat.id]
        (weaker if any(others) else lost).append(words.board.lines[place].need.title)
    if lost and weaker:
        text = gettext(
            "Sans cet acteur, plus personne dans l’équipe pour %(lost)s, et une réponse moins "
            "bonne pour %(weaker)s.",
            lost=listed([quoted(one) for one in lost]),
            weaker=listed([quoted(one) for one in weaker]),
        )
    elif lost:
        text = gettext(
            "Sans cet acteur, plus personne dans l’équipe pour %(lost)s.",
            lost=listed([quoted(one) for one in lost]),
        )
    elif weaker:
        text = gettext(
            "Sans cet acteur, une réponse moins bonne pour %(weaker)s.",
            weaker=listed([quoted(one) for one in weaker]),
        )
    else:
        text = gettext("Sans cet acteur, l’équipe couvrirait aussi bien les besoins.")
    return tied(text)


def _answers(words: Words, actor_id: int) -> list[Card]:
    """Return the needs for which this member is the best of the team, with the reasons."""
    cards = []
    for line, cover in zip(words.board.lines, words.board.team.needs, strict=True):
        pair = words.board.pair(actor_id, line.need_id) if actor_id in cover.covered_by else None
        if pair is not None:
            cards.append({**_pair_card(line.need, pair), "need": line.need})
    return cards


def _pair_card(need: Need, pair: Pair) -> Card:
    text = f"{need.title} {need.description} {need.outcome}"
    written = {**theme_writings(need.themes), **written_words(text)}
    missing = [fact for part in pair.score.contributions for fact in part.missing]
    strongest = pair.explanation.strongest[:SHOWN_REASONS]
    return {
        "title": need.title,
        "offer_id": pair.offer.id,
        "level": pair.score.level.value,
        "reasons": [reason_sentence(reason, written) for reason in strongest],
        "unknown": unknown_sentence(missing, Direction.NEED_TO_OFFER),
        "score": pair.score.points,
        "highest": HIGHEST,
        "baseline": pair.score.baseline,
        "contributions": score_lines(pair.score, pair.explanation, written),
    }


def replacement_card(words: Words, one: Replacement) -> Card:
    """Return an actor for a seat, with what would change."""
    return {
        "actor": words.actors[one.id],
        "change": one.change,
        "words": _change_words(one.change, words.board.team.worth),
        "needs": [
            words.title(line.need_id)
            for line in words.board.lines
            if words.board.points(one.id, line.need_id)
        ],
    }


def _change_words(change: int, worth: int) -> str:
    if change > 0:
        return str(gettext("l’équipe couvrirait mieux les besoins"))
    if change == 0:
        return str(gettext("l’équipe couvrirait aussi bien les besoins"))
    if -change * SLIGHT <= worth:
        return str(gettext("l’équipe couvrirait presque aussi bien les besoins"))
    return str(gettext("l’équipe couvrirait moins bien les besoins"))


def matrix_rows(words: Words) -> list[Card]:
    """Return needs × members: the level of each, and why not where there is none."""
    return [_matrix_row(words, line) for line in words.board.lines]


def _matrix_row(words: Words, line: ConsortiumNeed) -> Card:
    cover = next(one for one in words.board.team.needs if one.id == line.need_id)
    cells = []
    for actor_id in words.members:
        score = words.board.score(actor_id, line.need_id)
        gates = () if score else words.board.cell(actor_id, line.need_id).gates
        cells.append(
            {
                "level": score.level.value if score else "",
                "points": score.points if score else 0,
                "is_best": actor_id in cover.covered_by,
                "why": gate_sentence(gates[0]) if gates else "",
            }
        )
    return {"need": line.need, "weight": line.weight, "cells": cells}


LEVEL_WORDS: Final[Mapping[str, str]] = {
    Level.STRONG.value: N_("forte"),
    Level.MEDIUM.value: N_("moyenne"),
    Level.PARTIAL.value: N_("partielle"),
    "": N_("aucune"),
}


def level_word(level: str) -> str:
    """Return a level in one word, « aucune » without one."""
    return str(gettext(LEVEL_WORDS[level]))
