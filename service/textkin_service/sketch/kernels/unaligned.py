"""Eight bytes of an array read or written at once, wherever they begin: what NumPy's arrays of larger numbers cannot do."""

from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_EIGHT = ir.IntType(64)


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
def _put_eight(_typing: Any, pool: Any, _at: Any, _eight: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        builder.store(arguments[2], _place(context, builder, pool, arguments), align=1)
        return context.get_dummy_value()

    return types.none(pool, types.int64, types.uint64), generate


# Untyped to mypy, as all of numba. All take a pool, uint8, and an index.
eight_at = cast("Any", _eight_at)  # eight bytes as a number, in the order of the machine
put_eight = cast("Any", _put_eight)  # writes them
