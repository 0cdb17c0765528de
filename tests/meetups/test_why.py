"""Why a wish is not held: the reason is true, and what would give way is enough."""

from dataclasses import replace

from hypothesis import given, settings

from meetups.planner import plan_day
from meetups.problem import Candidate, Held, WishedDay
from meetups.validator import faults_of_plan
from meetups.why import Alternative, Reason, WhyCode, why_unplaced
from tests.meetups.day_strategies import wished_days


@settings(max_examples=50, deadline=None)
@given(day=wished_days())
def test_carrying_out_the_alternative_holds_the_meeting_and_breaks_no_rule(day: WishedDay) -> None:
    plan = plan_day(day, seconds=60, effort=0)
    for index, slot in enumerate(plan.slots):
        found = why_unplaced(day, plan, index)
        assert (slot is not None) == (found.reasons == (Reason(WhyCode.HELD),))
        if found.alternative is not None:
            slots = carried_out(plan.slots, index, found.alternative)
            unseated = faults_of_plan(replace(day, room=()), slots, numbered(slots))
            assert unseated == ()


def carried_out(
    slots: tuple[int | None, ...], index: int, alternative: Alternative
) -> list[int | None]:
    found = list(slots)
    for dropped in alternative.dropped:
        found[dropped] = None
    for moved, slot in alternative.moved:
        found[moved] = slot
    found[index] = alternative.slot
    return found


def numbered(slots: list[int | None]) -> list[int | None]:
    """Give the meetings of each slot the first tables."""
    return [None if slot is None else slots[:index].count(slot) for index, slot in enumerate(slots)]


def one_wish(**changes: object) -> WishedDay:
    day = WishedDay(
        slot_count=2,
        tables=(1, 1),
        available=(3, 3, 3),
        least=(0, 0, 0),
        most=(2, 2, 2),
        candidates=(Candidate(participants=(0, 1), worth=2, slots=3),),
    )
    return replace(day, **changes)  # type: ignore[arg-type]


NOT_HELD = Held((None,), (None,))


def test_people_never_there_together_have_no_common_slot() -> None:
    day = one_wish(available=(1, 2, 3))
    assert why_unplaced(day, NOT_HELD, 0).reasons == (Reason(WhyCode.NO_COMMON_SLOT),)


def test_common_slots_other_than_those_allowed_are_told_apart() -> None:
    day = one_wish(
        available=(1, 1, 3), candidates=(Candidate(participants=(0, 1), worth=2, slots=2),)
    )
    assert why_unplaced(day, NOT_HELD, 0).reasons == (Reason(WhyCode.SLOTS_EXCLUDED),)


def test_a_free_slot_is_said_to_fit_now() -> None:
    assert why_unplaced(one_wish(), NOT_HELD, 0).reasons == (Reason(WhyCode.FITS_NOW),)


def test_a_full_day_names_the_meetings_held_and_the_cheapest_to_give_way() -> None:
    day = one_wish(
        slot_count=1,
        tables=(2,),
        available=(1, 1, 1),
        candidates=(
            Candidate(participants=(0, 1), worth=2, slots=1),
            Candidate(participants=(0, 2), worth=5, slots=1),
        ),
    )
    found = why_unplaced(day, Held((None, 0), (None, 0)), 0)
    assert found.reasons == (
        Reason(WhyCode.DAY_FULL, 0, (1,)),
        Reason(WhyCode.BUSY_WHEN_COMMON, None, (1,)),
    )
    assert found.alternative == Alternative(
        slot=0, moved=(), dropped=(1,), lost=5, gained=2, below_least=(), breaks=0
    )
