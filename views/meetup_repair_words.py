"""Proposals of repair in words: one line for the whole, one for each change of each participant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from flask_babel import ngettext

from extensions.repair_orders import sign_order
from extensions.template_context import hour_at
from forms.meetup_repairs import ApplyForm
from services.meetup_plan_diff import MeetingDifference
from services.meetup_planning import Placement
from services.meetup_repair_audience import Audience
from services.meetup_repair_names import Names
from services.meetup_repair_proposals import Proposal, Situation
from services.meetup_repairs import order_of

_PLUS: Final = "is-plus"
_MINUS: Final = "is-minus"
_MOVED: Final = "is-moved"


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What a proposal changes for one participant, in words."""

    name: str
    lines: tuple[tuple[str, str], ...]
    """Style and sentence of each change."""
    waits: str
    is_absent: bool


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal as its page shows it."""

    title: str
    told: str
    silent: list[str]
    """Structures that nobody can be written to."""
    waits: str
    people: tuple[PersonChange, ...]
    form: ApplyForm


def lost_words(situation: Situation, names: Names) -> list[str]:
    """Return in words the meetings that cannot be held, in time order."""
    ordered = sorted(situation.impossible, key=lambda one: names.starts[one.slot_id])
    return [
        _(
            "%(spot)s : %(people)s",
            spot=_spot(one, names),
            people=" · ".join(names.person(who) for who in one.participants),
        )
        for one in ordered
    ]


def proposal_row(proposal: Proposal, names: Names) -> ProposalRow:
    """Return a proposal as its page shows it."""
    form = ApplyForm(formdata=None)
    form.order.data = sign_order(order_of(proposal))
    audience = proposal.audience
    people = sorted(audience.changes, key=names.person)
    before = sum(one.waits for one in proposal.situation.figures.values())
    after = sum(one.waits for one in proposal.figures.values())
    return ProposalRow(
        title=summary_words(proposal),
        told=", ".join([*_cancelled(proposal.dropped), _to_tell(audience)]) + ".",
        silent=names.everybody(audience.silent),
        waits=_(
            "Créneaux d’attente en tout : %(after)s, contre %(before)s si l’on ne fait rien.",
            after=after,
            before=before,
        ),
        people=tuple(_person(proposal, who, names) for who in people),
        form=form,
    )


def _to_tell(audience: Audience) -> str:
    """Return whom a proposal is told to: « 4 structures à prévenir (1 absente), 5 courriels »."""
    told = ngettext(
        "%(num)s structure à prévenir", "%(num)s structures à prévenir", len(audience.changes)
    )
    if audience.absent:
        away = ngettext("dont %(num)s absente", "dont %(num)s absentes", len(audience.absent))
        told = f"{told} ({away})"
    mails = ngettext("%(num)s courriel", "%(num)s courriels", audience.mail_count)
    return str(_("%(told)s : %(mails)s", told=told, mails=mails))


def told_words(notes: Mapping[str, int]) -> str:
    """Return whom a past repair was told to; before mails were counted, the structures alone."""
    told = str(
        ngettext("%(num)s structure prévenue", "%(num)s structures prévenues", notes["told"])
    )
    if "mails" not in notes:
        return told
    mails = ngettext("%(num)s courriel", "%(num)s courriels", notes["mails"])
    return f"{told}, {mails}"


def summary_words(proposal: Proposal) -> str:
    """Return a proposal in one line: « 0 déplacement, +4 rendez-vous »."""
    if not proposal.added + proposal.moved + proposal.replaced + proposal.reseated:
        return str(_("Seulement prévenir"))
    return str(
        ", ".join(
            _summary(
                {
                    "moved": proposal.moved,
                    "added": proposal.added,
                    "replaced": proposal.replaced,
                    "reseated": proposal.reseated,
                    "dropped": proposal.dropped,
                }
            )
        )
    )


def _summary(counts: Mapping[str, int]) -> Iterator[str]:
    yield ngettext("%(num)s déplacement", "%(num)s déplacements", counts["moved"])
    if counts.get("added"):
        yield _("+%(num)s rendez-vous", num=counts["added"])
    if counts.get("replaced"):
        yield ngettext("%(num)s manqué replacé", "%(num)s manqués replacés", counts["replaced"])
    if counts.get("reseated"):
        yield ngettext(
            "%(num)s changement de table", "%(num)s changements de table", counts["reseated"]
        )


def history_words(notes: Mapping[str, int]) -> str:
    """Return what a past repair did, in one line."""
    if "undoes" in notes:
        return str(_("Retour au planning précédent, sans les rendez-vous des absents"))
    if "moved" not in notes:
        return ""
    return ", ".join([*_summary(notes), *_cancelled(notes["dropped"])])


def _cancelled(count: int) -> Iterator[str]:
    if count:
        yield ngettext("%(num)s rendez-vous annulé", "%(num)s rendez-vous annulés", count)


def _person(proposal: Proposal, who: int, names: Names) -> PersonChange:
    before, after = proposal.situation.figures.get(who), proposal.figures.get(who)
    waits = ""
    if before is not None and after is not None and before.waits != after.waits:
        waits = _(
            "attente : %(before)s → %(after)s",
            before=_waits(before.waits),
            after=_waits(after.waits),
        )
    audience = proposal.audience
    changes = _in_order(audience.changes[who], names)
    lines = tuple(_line(one, who, names) for one in changes) or (
        (_PLUS, str(_("reçoit son agenda pour la première fois"))),
    )
    return PersonChange(names.person(who), lines, waits, is_absent=who in audience.absent)


def _waits(count: int) -> str:
    return str(ngettext("%(num)s créneau", "%(num)s créneaux", count))


def _in_order(changes: Sequence[MeetingDifference], names: Names) -> list[MeetingDifference]:
    return sorted(changes, key=lambda one: names.starts[_known(one).slot_id])


def _known(change: MeetingDifference) -> Placement:
    spot = change.before or change.after
    if spot is None:
        message = "a difference without either side"
        raise ValueError(message)
    return spot


def _line(change: MeetingDifference, who: int, names: Names) -> tuple[str, str]:
    others = ", ".join(names.person(one) for one in change.participants if one != who)
    if not _sits_in(who, change.before) and change.after is not None:
        words = _("gagne %(others)s, %(spot)s", others=others, spot=_spot(change.after, names))
        return _PLUS, words
    if not _sits_in(who, change.after) or change.after is None:
        return _MINUS, _(
            "perd %(others)s, %(spot)s", others=others, spot=_spot(_known(change), names)
        )
    if _known(change).slot_id == change.after.slot_id and (left := _left(change, names)):
        words = _("sans %(left)s, %(spot)s", left=left, spot=_spot(change.after, names))
        return _MOVED, words
    words = _(
        "%(others)s : de %(old)s à %(new)s",
        others=others,
        old=_spot(_known(change), names),
        new=_spot(change.after, names),
    )
    return _MOVED, words


def _sits_in(who: int, spot: Placement | None) -> bool:
    return spot is not None and who in spot.participants


def _left(change: MeetingDifference, names: Names) -> str:
    """Return who is no longer of a group that meets all the same."""
    then = change.before.participants if change.before else ()
    still = change.after.participants if change.after else ()
    return ", ".join(names.everybody(set(then) - set(still)))


def _spot(one: Placement, names: Names) -> str:
    return str(
        _(
            "%(hour)s, table %(table)s",
            hour=hour_at(names.starts[one.slot_id], names.zone),
            table=names.tables.get(one.table_id, "—"),
        )
    )
