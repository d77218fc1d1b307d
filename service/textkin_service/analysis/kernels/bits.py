"""What kernels do with bits and bytes that NumPy has no name for.

Eight bytes of an array read at once, wherever they begin; which of 64 bytes have a bit; where the lowest bit of a number
stands; and a row of a table asked for before it is needed.
"""

from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_BYTE, _NUMBER, _EIGHT = ir.IntType(8), ir.IntType(32), ir.IntType(64)
BLOCK = 64
_BLOCK = ir.VectorType(_BYTE, BLOCK)
# What the processor is told: it will be read, and soon again, and it is data.
_TO_READ = 0, 3, 1


def _place(context: Any, builder: Any, pool: Any, arguments: Any) -> Any:
    """Returns the address in a pool (uint8) of eight bytes at an index."""
    data = context.make_array(pool)(context, builder, arguments[0]).data
    return builder.bitcast(builder.gep(data, [arguments[1]], inbounds=True), _EIGHT.as_pointer())


@intrinsic
def _eight_at(_typing: Any, pool: Any, _at: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.load(_place(context, builder, pool, arguments), align=1)

    return types.uint64(pool, types.int64), generate


@intrinsic
def _which(_typing: Any, pool: Any, _at: Any, _bits: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        place = builder.bitcast(_place(context, builder, pool, arguments), _BLOCK.as_pointer())
        undefined, first = ir.Constant(_BLOCK, ir.Undefined), ir.Constant(_NUMBER, 0)
        bits = builder.insert_element(undefined, builder.trunc(arguments[2], _BYTE), first)
        bits = builder.shuffle_vector(bits, undefined, ir.Constant(ir.VectorType(_NUMBER, BLOCK), None))
        found = builder.and_(builder.load(place, align=1), bits)
        return builder.bitcast(builder.icmp_unsigned("!=", found, ir.Constant(_BLOCK, None)), _EIGHT)

    return types.uint64(pool, types.int64, types.int64), generate


@intrinsic
def _lowest_bit(_typing: Any, number: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(number), generate


@intrinsic
def _fetch_early(_typing: Any, table: Any, _row: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        own = context.make_array(table)(context, builder, arguments[0])
        columns = builder.extract_value(own.shape, 1)
        place = builder.bitcast(
            builder.gep(own.data, [builder.mul(arguments[1], columns)], inbounds=True), _BYTE.as_pointer()
        )
        kind = ir.FunctionType(ir.VoidType(), [_BYTE.as_pointer(), *[_NUMBER] * len(_TO_READ)])
        fetch = builder.module.declare_intrinsic("llvm.prefetch.p0", (), kind)
        builder.call(fetch, [place, *(ir.Constant(_NUMBER, each) for each in _TO_READ)])
        return context.get_dummy_value()

    return types.none(table, types.uint64), generate


# Untyped to mypy, as all of numba.
eight_at = cast(
    "Any", _eight_at
)  # of a pool, uint8, from an index on: eight bytes as a number, in the order of the machine
which = cast(
    "Any", _which
)  # of the 64 bytes of a pool from an index on, those that have any of some bits: the first as the lowest bit
lowest_bit = cast(
    "Any", _lowest_bit
)  # of an unsigned number of 64 bits that is not 0: how many bits stand below it
fetch_early = cast("Any", _fetch_early)  # a row, by its number, of an array of two dimensions
