"""The smallest of some values, for kernels: one step of vectors a value, whatever the values are.

Written out for LLVM, which makes branches of such a loop that the processor cannot foresee.
"""

from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

# So many are found, or by `find_fewer` so many: half of the vectors, and more than half of the time less.
TOP, FEWER = 16, 8
# What stands behind them where there are fewer; no value is as great.
NO_VALUE = (1 << 63) - 1

_VALUE = ir.IntType(64)
_VALUE_BYTES = 8


def _finder(size: int) -> Any:
    """Returns what finds so many of the smallest values."""
    vector = ir.VectorType(_VALUE, size)

    @intrinsic
    def find(_typing: Any, values: Any, _count: Any, top: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            data, found = (
                context.make_array(each)(context, builder, arguments[i]).data
                for each, i in ((values, 0), (top, 2))
            )
            kept = cgutils.alloca_once_value(builder, ir.Constant(vector, [NO_VALUE] * size))
            below_all = ir.Constant(vector, [-NO_VALUE] * size)
            behind = ir.Constant(ir.VectorType(ir.IntType(32), size), [size, *range(size - 1)])
            with cgutils.for_range(builder, arguments[1]) as loop:
                value = builder.load(builder.gep(data, [loop.index], inbounds=True))
                value = _spread(builder, value, vector)
                before = builder.load(kept)
                is_known = builder.bitcast(builder.icmp_signed("==", before, value), ir.IntType(size))
                # Sorted as they are, each gives way to the one before it, or to the value, if that is less than it is itself.
                ahead = builder.shuffle_vector(before, below_all, behind)
                greater = builder.select(builder.icmp_signed(">", ahead, value), ahead, value)
                after = builder.select(builder.icmp_signed("<", greater, before), greater, before)
                is_new = builder.icmp_signed("==", is_known, ir.Constant(ir.IntType(size), 0))
                builder.store(builder.select(is_new, after, before), kept)
            target = builder.bitcast(found, vector.as_pointer())
            builder.store(builder.load(kept), target, align=_VALUE_BYTES)
            return context.get_dummy_value()

        return types.none(values, types.int64, top), generate

    return find


def _spread(builder: Any, value: Any, vector: Any) -> Any:
    """Returns a vector of so many times a value."""
    undefined = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(
        first, undefined, ir.Constant(ir.VectorType(ir.IntType(32), vector.count), None)
    )


# Untyped to mypy, as all of numba. Fills `top`, uint64 of `TOP`, with the smallest of the first `count` values, uint64 and less
# than `NO_VALUE`; sorted, each once, and `NO_VALUE` behind them.
find_smallest = cast("Any", _finder(TOP))
# The same for the first `FEWER` of `top`.
find_fewer = cast("Any", _finder(FEWER))
