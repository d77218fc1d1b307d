"""Instructions of the processor that kernels lack: words at addresses, eight slots at a time, order, fetching ahead.

Each becomes an instruction or a few where it is used. All numbers are int64; a word is of 32 bits and has no sign. Words are
read and written whole, so that one thread may read what another writes; in which order it sees them, `order` says.
"""

from typing import TYPE_CHECKING, Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable

_WORD = ir.IntType(32)
_NUMBER = ir.IntType(64)
_SLOTS = 8
_int64: Any = types.int64


def _instruction(signature: Any, generate: "Callable[..., Any]") -> Any:
    """Returns what numba asks of an instruction: its signature, and what generates it, from LLVM's builder and the numbers."""
    return signature, lambda _context, builder, _signature, values: generate(builder, *values)


def _at(builder: Any, address: Any, kind: Any) -> Any:
    return builder.inttoptr(address, kind.as_pointer())


def _load(builder: Any, address: Any) -> Any:
    return builder.zext(builder.load_atomic(_at(builder, address, _WORD), "monotonic", 4), _NUMBER)


def _store(builder: Any, address: Any, word: Any) -> Any:
    builder.store_atomic(builder.trunc(word, _WORD), _at(builder, address, _WORD), "monotonic", 4)
    return ir.Constant(_NUMBER, 0)


def _fence(builder: Any) -> Any:
    builder.fence("acq_rel")
    return ir.Constant(_NUMBER, 0)


def _splat(builder: Any, number: Any) -> Any:
    vector = ir.VectorType(_WORD, _SLOTS)
    one = builder.insert_element(
        ir.Constant(vector, ir.Undefined), builder.trunc(number, _WORD), ir.Constant(_WORD, 0)
    )
    return builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), ir.Constant(vector, [0] * _SLOTS))


def _equal(builder: Any, address: Any, word: Any, mask: Any) -> Any:
    words = builder.load(_at(builder, address, ir.VectorType(_WORD, _SLOTS)), align=4)
    equal = builder.icmp_unsigned("==", builder.and_(words, _splat(builder, mask)), _splat(builder, word))
    return builder.zext(builder.bitcast(equal, ir.IntType(_SLOTS)), _NUMBER)


def _zeros(name: str) -> Any:
    def generate(builder: Any, number: Any) -> Any:
        function = builder.module.declare_intrinsic(
            name, [_NUMBER], ir.FunctionType(_NUMBER, [_NUMBER, ir.IntType(1)])
        )
        return builder.call(function, [number, ir.Constant(ir.IntType(1), 0)])

    return generate


def _fetch(builder: Any, address: Any) -> Any:
    byte = ir.IntType(8).as_pointer()
    function = builder.module.declare_intrinsic(
        "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, _WORD, _WORD, _WORD])
    )
    reading, everywhere, data = (ir.Constant(_WORD, n) for n in (0, 3, 1))
    builder.call(function, [builder.inttoptr(address, byte), reading, everywhere, data])
    return ir.Constant(_NUMBER, 0)


@intrinsic
def _load_word(_context: Any, address: Any) -> Any:  # noqa: ARG001 - numba's signature, here and below
    return _instruction(_int64(_int64), _load)


@intrinsic
def _store_word(_context: Any, address: Any, word: Any) -> Any:  # noqa: ARG001
    return _instruction(_int64(_int64, _int64), _store)


@intrinsic
def _order_words(_context: Any) -> Any:
    return _instruction(_int64(), _fence)


@intrinsic
def _equal_words(_context: Any, address: Any, word: Any, mask: Any) -> Any:  # noqa: ARG001
    return _instruction(_int64(_int64, _int64, _int64), _equal)


@intrinsic
def _count_leading(_context: Any, number: Any) -> Any:  # noqa: ARG001
    return _instruction(_int64(_int64), _zeros("llvm.ctlz"))


@intrinsic
def _count_trailing(_context: Any, number: Any) -> Any:  # noqa: ARG001
    return _instruction(_int64(_int64), _zeros("llvm.cttz"))


@intrinsic
def _fetch_line(_context: Any, address: Any) -> Any:  # noqa: ARG001
    return _instruction(_int64(_int64), _fetch)


#: load(address): the word at an address.
load = cast("Callable[[int], int]", _load_word)
#: store(address, word): puts a word, the lower half of the number, at an address.
store = cast("Callable[[int, int], int]", _store_word)
#: order(): what this thread reads and writes before it comes before what follows, for other threads too; but what it writes
#: before may be seen after what it reads then. On x86 that costs nothing, but keeps the compiler to it.
order = cast("Callable[[], int]", _order_words)
#: equal(address, word, mask): which of the 8 words from an address on equal a word when masked; a bit each, the first lowest.
equal = cast("Callable[[int, int, int], int]", _equal_words)
#: leading_zeros(number), trailing_zeros(number): of 64 bits; 64 for 0.
leading_zeros = cast("Callable[[int], int]", _count_leading)
trailing_zeros = cast("Callable[[int], int]", _count_trailing)
#: fetch(address): has the processor bring what stands there to its cache, without waiting for it.
fetch = cast("Callable[[int], int]", _fetch_line)
