"""The smallest of some values, for kernels: one step of vectors a value, whatever the values are.

Written out for LLVM, which makes branches of such a loop that the processor cannot foresee.
"""

from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

# So many are found.
TOP = 16
# What stands behind them where there are fewer; no value is as great.
NO_VALUE = (1 << 63) - 1

_VALUE = ir.IntType(64)
_VECTOR = ir.VectorType(_VALUE, TOP)
_VALUE_BYTES = 8


@intrinsic
def _find_smallest(_typing: Any, values: Any, _count: Any, top: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        data, found = (
            context.make_array(each)(context, builder, arguments[i]).data
            for each, i in ((values, 0), (top, 2))
        )
        kept = cgutils.alloca_once_value(builder, ir.Constant(_VECTOR, [NO_VALUE] * TOP))
        below_all = ir.Constant(_VECTOR, [-NO_VALUE] * TOP)
        behind = ir.Constant(ir.VectorType(ir.IntType(32), TOP), [TOP, *range(TOP - 1)])
        with cgutils.for_range(builder, arguments[1]) as loop:
            value = _spread(builder, builder.load(builder.gep(data, [loop.index], inbounds=True)))
            before = builder.load(kept)
            is_known = builder.bitcast(builder.icmp_signed("==", before, value), ir.IntType(TOP))
            # Sorted as they are, each gives way to the one before it, or to the value, if that is less than it is itself.
            ahead = builder.shuffle_vector(before, below_all, behind)
            greater = builder.select(builder.icmp_signed(">", ahead, value), ahead, value)
            after = builder.select(builder.icmp_signed("<", greater, before), greater, before)
            is_new = builder.icmp_signed("==", is_known, ir.Constant(ir.IntType(TOP), 0))
            builder.store(builder.select(is_new, after, before), kept)
        target = builder.bitcast(found, _VECTOR.as_pointer())
        builder.store(builder.load(kept), target, align=_VALUE_BYTES)
        return context.get_dummy_value()

    return types.none(values, types.int64, top), generate


def _spread(builder: Any, value: Any) -> Any:
    """Returns a vector of so many times a value."""
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(
        first, undefined, ir.Constant(ir.VectorType(ir.IntType(32), TOP), [0] * TOP)
    )


# Untyped to mypy, as all of numba. Fills `top`, uint64 of `TOP`, with the smallest of the first `count` values, uint64 and less
# than `NO_VALUE`; sorted, each once, and `NO_VALUE` behind them.
find_smallest = cast("Any", _find_smallest)
