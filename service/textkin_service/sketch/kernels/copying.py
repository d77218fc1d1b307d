"""Bytes of an array copied many at a time, wherever they begin: what NumPy's arrays of larger numbers cannot do."""

from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

# Bytes that are copied, whatever the word's length.
COPIED_BYTES = 32

_BYTES = ir.VectorType(ir.IntType(8), COPIED_BYTES)


@intrinsic
def _copy_word(_typing: Any, letters: Any, _start: Any, pool: Any, _at: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        source, target = (
            builder.bitcast(builder.gep(data, [place], inbounds=True), _BYTES.as_pointer())
            for data, place in (
                (context.make_array(array)(context, builder, arguments[i]).data, arguments[i + 1])
                for array, i in ((letters, 0), (pool, 2))
            )
        )
        copied = builder.load(source, align=1)
        builder.store(copied, target, align=1)
        high = builder.icmp_signed("<", copied, ir.Constant(_BYTES, [0] * COPIED_BYTES))
        return builder.zext(builder.bitcast(high, ir.IntType(COPIED_BYTES)), ir.IntType(64))

    return types.uint64(letters, types.int64, pool, types.int64), generate


# Untyped to mypy, as all of numba. Copies bytes from a place in one array, uint8, to a place in another; returns which of them
# have their highest bit set, the first as the lowest bit.
copy_word = cast("Any", _copy_word)
