"""Days as whole numbers, one bit a slot: what the annealing counts, one instruction each.

Compiled into ``meetups.annealing_kernels``. A day has 62 slots at most: the sign stays free, and
the bit after the last slot.
"""

from typing import Any, Final, cast

from llvmlite import ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.extending import intrinsic

from meetups.annealing_arrays import Function, Weights

LAST_BIT: Final = 63

OF_ZERO_TOO: Final = ir.Constant(ir.IntType(1), 0)


def inlined(function: Function) -> Function:
    """Compile ``function`` into those that call it."""
    return cast("Function", njit(inline="always")(function))


def _instruction(name: str, *flags: Any) -> Any:  # noqa: ANN401 - numba's own types
    """Return the function of compiled code that is one instruction on 64 bits."""

    def typed(_typing: Any, _bits: Any) -> Any:  # noqa: ANN401 - as above
        def built(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:  # noqa: ANN401 - as above
            return getattr(builder, name)(given[0], *flags)

        return types.int64(types.int64), built

    return intrinsic(typed)


count_bits = _instruction("ctpop")
first_bit = _instruction("cttz", OF_ZERO_TOO)
zeros_before = _instruction("ctlz", OF_ZERO_TOO)


@inlined
def day_cost(day: int, free: int, weights: Weights) -> int:
    """Return the weighted breaks and waits of a day; ``free``: when its owner is available."""
    if day == 0:
        return 0
    runs = count_bits(day & ~(day << 1))
    between = (1 << (LAST_BIT - zeros_before(day))) - (day & -day)
    waits = count_bits(between & free & ~day)
    cost: int = weights.of_break * (runs - 1) + weights.of_wait * waits
    return cost


@inlined
def slot_from(slots: int, start: int, is_forward: int) -> int:
    """Return the slot of a set next to ``start``, in a circle, forwards or backwards.

    Drawing the direction too is what keeps moves to later and to earlier slots as likely: without,
    all agendas drift one way, and the same number of steps leaves a fifth more breaks.
    """
    found: int
    if is_forward:
        later = slots >> start
        found = start + first_bit(later) if later else first_bit(slots)
    else:
        earlier = slots & ((2 << start) - 1)
        found = LAST_BIT - zeros_before(earlier or slots)
    return found
