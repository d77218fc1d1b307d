"""The smallest value of each permutation over many hashes, for kernels.

Written out for LLVM, which cuts the vectors to the width of the machine: of a loop it makes shorter ones than there could be.
"""

from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16
# Permutations side by side: enough to keep the multipliers busy, few enough for the registers of any machine.
ABREAST = 4

_LANE, _INDEX = ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_LANE, LANES)
_LANE_BYTES = 4


@intrinsic
def _least(_typing: Any, hashes: Any, _count: Any, permutations: Any, _first: Any, least: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        hashed, found = (
            context.make_array(each)(context, builder, arguments[i]).data
            for each, i in ((hashes, 0), (least, 4))
        )
        table = context.make_array(permutations)(context, builder, arguments[2])
        length = cgutils.unpack_tuple(builder, table.shape)[1]
        places = [builder.add(arguments[3], ir.Constant(_INDEX, i)) for i in range(ABREAST)]
        factors, summands = (
            [_spread(builder, table.data, builder.add(row, place)) for place in places]
            for row in (ir.Constant(_INDEX, 0), length)
        )
        low = [cgutils.alloca_once_value(builder, ir.Constant(_VECTOR, [-1] * LANES)) for _ in places]
        with cgutils.for_range(builder, builder.udiv(arguments[1], ir.Constant(_INDEX, LANES))) as loop:
            first = builder.gep(hashed, [builder.mul(loop.index, ir.Constant(_INDEX, LANES))], inbounds=True)
            values = builder.load(builder.bitcast(first, _VECTOR.as_pointer()), align=_LANE_BYTES)
            for factor, summand, kept in zip(factors, summands, low, strict=True):
                value, before = builder.add(builder.mul(values, factor), summand), builder.load(kept)
                is_less = builder.icmp_unsigned("<", value, before)
                builder.store(builder.select(is_less, value, before), kept)
        kind = ir.FunctionType(_LANE, [_VECTOR])
        name = f"llvm.vector.reduce.umin.v{LANES}i32"
        smallest = cgutils.get_or_insert_function(builder.module, kind, name)
        for place, kept in zip(places, low, strict=True):
            value = builder.call(smallest, [builder.load(kept)])
            builder.store(value, builder.gep(found, [place], inbounds=True))
        return context.get_dummy_value()

    return types.none(hashes, types.int64, permutations, types.int64, least), generate


def _spread(builder: Any, numbers: Any, place: Any) -> Any:
    """Returns a vector of so many times one of some numbers."""
    value = builder.load(builder.gep(numbers, [place], inbounds=True))
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(_LANE, 0))
    return builder.shuffle_vector(first, undefined, ir.Constant(_VECTOR, [0] * LANES))


# Untyped to mypy, as all of numba. Of hashes, uint32, a multiple of `LANES`, fills in the smallest value under `ABREAST`
# permutations from a number on: what hashes are multiplied by, modulo 2**32, and what is added, uint32 of shape (2, any).
least = cast("Any", _least)
