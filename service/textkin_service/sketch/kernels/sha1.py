"""SHA-1 (FIPS 180-4) of 16 messages side by side, for kernels: every step is one of vectors, with a message in each lane.

Written out for LLVM, which cuts the vectors to the width of the machine: from loops over lanes it makes none by itself.
"""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

LANES = 16
BLOCK_BYTES = 64
# Of the padding: a bit and the length.
_PADDING_BYTES = 9
_BLOCK_WORDS = 16

# What a state is at first.
_STATE = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_KEYS = (0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6)
_ROUNDS = 80
_WORD_BYTES = 4
_WORD_BITS = 32

_LANE, _INDEX, _BYTE = ir.IntType(_WORD_BITS), ir.IntType(64), ir.IntType(8)
_VECTOR = ir.VectorType(_LANE, LANES)
_BLOCK = ir.VectorType(_BYTE, BLOCK_BYTES)

# Read from as many bytes before their middle as a block has of its message, these keep that, and put a bit behind it.
_KEPT = [0xFF] * BLOCK_BYTES + [0] * (BLOCK_BYTES + 1)
_ENDED = [0] * BLOCK_BYTES + [0x80] + [0] * BLOCK_BYTES


@intrinsic
def _digest(_typing: Any, pool: Any, places: Any, lengths: Any, _first: Any, digests: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        arrays = [
            context.make_array(each)(context, builder, arguments[i]).data
            for each, i in ((pool, 0), (places, 1), (lengths, 2), (digests, 4))
        ]
        messages, at, long, found = arrays[:1] + [
            builder.gep(each, [arguments[3]], inbounds=True) for each in arrays[1:]
        ]
        length = builder.load(builder.bitcast(long, _VECTOR.as_pointer()), align=_WORD_BYTES)
        greatest = builder.call(_greatest(builder), [length])
        padded = builder.add(greatest, ir.Constant(_LANE, _PADDING_BYTES + BLOCK_BYTES - 1))
        blocks = builder.udiv(padded, ir.Constant(_LANE, BLOCK_BYTES))
        state = [cgutils.alloca_once_value(builder, _all(value)) for value in _STATE]
        with cgutils.for_range(builder, builder.zext(blocks, _INDEX)) as loop:
            start = builder.mul(loop.index, ir.Constant(_INDEX, BLOCK_BYTES))
            rest = builder.sub(length, _spread(builder, start))
            words = _loaded(builder, messages, at, long, start)
            is_last = builder.icmp_signed("<=", rest, _all(BLOCK_BYTES - _PADDING_BYTES))
            high, low = builder.lshr(length, _all(_WORD_BITS - 3)), builder.shl(length, _all(3))
            words[-2] = builder.select(is_last, high, words[-2])
            words[-1] = builder.select(is_last, low, words[-1])
            has_block = builder.icmp_signed(">", rest, _all(-_PADDING_BYTES))
            before = [builder.load(each) for each in state]
            for old, new, place in zip(before, _compressed(builder, words, before), state, strict=True):
                builder.store(builder.select(has_block, builder.add(old, new), old), place)
        target = builder.bitcast(found, _VECTOR.as_pointer())
        builder.store(builder.load(state[0]), target, align=_WORD_BYTES)
        return context.get_dummy_value()

    return types.none(pool, places, lengths, types.int64, digests), generate


def _greatest(builder: Any) -> Any:
    """Returns what finds the greatest number of a vector."""
    kind = ir.FunctionType(_LANE, [_VECTOR])
    return cgutils.get_or_insert_function(builder.module, kind, f"llvm.vector.reduce.umax.v{LANES}i32")


def _loaded(builder: Any, messages: Any, at: Any, long: Any, start: Any) -> list[Any]:
    """Returns the words of the blocks from `start` on, with a bit where a message ends; the first byte of each is highest."""
    kept, ended = (_table(builder, each) for each in (_KEPT, _ENDED))
    rows = []
    for lane in range(LANES):
        place, length = (
            builder.zext(builder.load(builder.gep(each, [ir.Constant(_INDEX, lane)], inbounds=True)), _INDEX)
            for each in (at, long)
        )
        rest = builder.sub(length, start)
        rest = _less(builder, _less(builder, rest, BLOCK_BYTES, "<"), -1, ">")
        window = builder.sub(ir.Constant(_INDEX, BLOCK_BYTES), rest)
        # Of a message that has ended, nothing is kept of what is read: it must be there nevertheless.
        has_ended = builder.icmp_unsigned(">", start, length)
        begin = builder.add(place, builder.select(has_ended, length, start))
        block, keep, end = (
            builder.load(
                builder.bitcast(builder.gep(each, [offset], inbounds=True), _BLOCK.as_pointer()), align=1
            )
            for each, offset in ((messages, begin), (kept, window), (ended, window))
        )
        block = builder.or_(builder.and_(block, keep), end)
        swapped = builder.shuffle_vector(
            block, block, _mask(i ^ (_WORD_BYTES - 1) for i in range(BLOCK_BYTES))
        )
        rows.append(builder.bitcast(swapped, _VECTOR))
    # A row for each lane is made one for each word: blocks of half the size change places, and within these again.
    for half in (8, 4, 2, 1):
        for low in (i for i in range(LANES) if not i & half):
            one, other = rows[low], rows[low | half]
            near = _mask(i if not i & half else LANES + (i ^ half) for i in range(LANES))
            far = _mask(i | half if not i & half else LANES + i for i in range(LANES))
            rows[low] = builder.shuffle_vector(one, other, near)
            rows[low | half] = builder.shuffle_vector(one, other, far)
    return rows


def _table(builder: Any, values: Sequence[int]) -> Any:
    """Returns where a table of bytes stands."""
    table = ir.Constant(ir.ArrayType(_BYTE, len(values)), bytearray(values))
    return builder.bitcast(cgutils.global_constant(builder, "sha1", table), _BYTE.as_pointer())


def _less(builder: Any, value: Any, bound: int, sign: str) -> Any:
    """Returns a number, or a bound if it is on the other side of that."""
    limit = ir.Constant(_INDEX, bound)
    return builder.select(builder.icmp_signed(sign, value, limit), value, limit)


def _spread(builder: Any, value: Any) -> Any:
    """Returns a vector of so many times the lower half of a number."""
    undefined = ir.Constant(_VECTOR, ir.Undefined)
    first = builder.insert_element(undefined, builder.trunc(value, _LANE), ir.Constant(_LANE, 0))
    return builder.shuffle_vector(first, undefined, _mask([0] * LANES))


def _mask(places: Iterable[int]) -> Any:
    """Returns where each element of a shuffled vector comes from, counted over both vectors."""
    return ir.Constant(ir.VectorType(_LANE, len(chosen := list(places))), chosen)


def _compressed(builder: Any, words: Sequence[Any], state: Sequence[Any]) -> tuple[Any, ...]:
    """Returns what a block adds to the state."""
    schedule = list(words)
    for t in range(_BLOCK_WORDS, _ROUNDS):
        near = builder.xor(schedule[t - 3], schedule[t - 8])
        far = builder.xor(schedule[t - 14], schedule[t - 16])
        schedule.append(_rotated(builder, builder.xor(near, far), 1))
    a, b, c, d, e = state
    for t, word in enumerate(schedule):
        part = t * len(_KEYS) // _ROUNDS
        chosen = (_choose, _parity, _majority, _parity)[part](builder, b, c, d)
        keyed = builder.add(builder.add(e, word), _all(_KEYS[part]))
        turned = builder.add(_rotated(builder, a, 5), chosen)
        a, b, c, d, e = builder.add(turned, keyed), a, _rotated(builder, b, 30), c, d
    return a, b, c, d, e


def _all(value: int) -> Any:
    return ir.Constant(_VECTOR, [value] * LANES)


def _rotated(builder: Any, x: Any, bits: int) -> Any:
    return builder.or_(builder.shl(x, _all(bits)), builder.lshr(x, _all(_WORD_BITS - bits)))


def _choose(builder: Any, b: Any, c: Any, d: Any) -> Any:
    return builder.xor(d, builder.and_(b, builder.xor(c, d)))


def _parity(builder: Any, b: Any, c: Any, d: Any) -> Any:
    return builder.xor(b, builder.xor(c, d))


def _majority(builder: Any, b: Any, c: Any, d: Any) -> Any:
    return builder.or_(builder.and_(b, c), builder.and_(d, builder.or_(b, c)))


# Untyped to mypy, as all of numba. Fills in the first word of the digest of as many messages as there are lanes, from number
# `first` on. They lie in a pool, uint8, with as many bytes behind them as a block has; where each begins, how long it is, and
# its digest: uint32, with room for all lanes.
digest = cast("Any", _digest)
