"""SHA-1 (FIPS 180-4) of 16 messages side by side, for kernels: every step is one of vectors, with a message in each lane.

Written out for LLVM, which cuts the vectors to the width of the machine: from loops over lanes it makes none by itself.
"""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

LANES = 16
# Rows of the room to work in, each with a number for each lane: the state, where in the pool the block begins, how many bytes
# of the message the block and all after it have (negative behind its end), and how many it has altogether.
STATE_WORDS = 5
AT, REST, LENGTH = STATE_WORDS, STATE_WORDS + 1, STATE_WORDS + 2
ROWS = LENGTH + 1
BLOCK_WORDS = 16
BLOCK_BYTES = 64
# Of the padding: a bit and the length.
PADDING_BYTES = 9

# What a state is at first.
STATE = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_KEYS = (0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xCA62C1D6)
_ROUNDS = 80
_WORD_BYTES = 4
_WORD_BITS = 32

_LANE = ir.IntType(_WORD_BITS)
_VECTOR = ir.VectorType(_LANE, LANES)
_BYTES = ir.VectorType(ir.IntType(8), BLOCK_BYTES)


@intrinsic
def _digest(_typing: Any, pool: Any, room: Any) -> Any:

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        messages, data = (
            context.make_array(each)(context, builder, argument).data
            for each, argument in zip((pool, room), arguments, strict=True)
        )
        start = builder.bitcast(data, _VECTOR.as_pointer())
        places = [builder.gep(start, [ir.Constant(_LANE, row)], inbounds=True) for row in range(ROWS)]
        rows = [builder.load(place, align=_WORD_BYTES) for place in places]
        state, at, rest, length = rows[:STATE_WORDS], rows[AT], rows[REST], rows[LENGTH]
        words = _loaded(builder, messages, at)
        added = _compressed(builder, _padded(builder, words, rest, length), state)
        has_block = builder.icmp_signed(">", rest, _all(-PADDING_BYTES))
        for old, new, place in zip(state, added, places[:STATE_WORDS], strict=True):
            kept = builder.select(has_block, builder.add(old, new), old)
            builder.store(kept, place, align=_WORD_BYTES)
        return context.get_dummy_value()

    return types.none(pool, room), generate


def _loaded(builder: Any, messages: Any, at: Any) -> list[Any]:
    """Returns the words of the blocks that begin there, the first byte of each highest."""
    rows = []
    for lane in range(LANES):
        offset = builder.zext(builder.extract_element(at, ir.Constant(_LANE, lane)), ir.IntType(64))
        place = builder.bitcast(builder.gep(messages, [offset], inbounds=True), _BYTES.as_pointer())
        block = builder.load(place, align=1)
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


def _mask(places: Iterable[int]) -> Any:
    """Returns where each element of a shuffled vector comes from, counted over both vectors."""
    return ir.Constant(ir.VectorType(_LANE, len(chosen := list(places))), chosen)


def _padded(builder: Any, words: Sequence[Any], rest: Any, length: Any) -> list[Any]:
    """Returns the words of a block, with a bit where the message ends, and its length in bits at the end of the last block."""
    padded = []
    for t, word in enumerate(words):
        here = builder.sub(rest, _all(_WORD_BYTES * t))
        bits = builder.shl(here, _all(3))
        # Shifts by as many bits as a word has, or by less than none, mean nothing, and are not selected.
        kept = builder.and_(word, builder.not_(builder.lshr(_all(-1), bits)))
        ended = builder.or_(kept, builder.lshr(_all(1 << (_WORD_BITS - 1)), bits))
        behind = builder.select(builder.icmp_signed("<", here, _all(0)), _all(0), ended)
        padded.append(builder.select(builder.icmp_signed("<", here, _all(_WORD_BYTES)), behind, word))
    is_last = builder.icmp_signed("<=", rest, _all(BLOCK_BYTES - PADDING_BYTES))
    high, low = builder.lshr(length, _all(_WORD_BITS - 3)), builder.shl(length, _all(3))
    return [
        *padded[:-2],
        builder.select(is_last, high, padded[-2]),
        builder.select(is_last, low, padded[-1]),
    ]


def _compressed(builder: Any, words: Sequence[Any], state: Sequence[Any]) -> tuple[Any, ...]:
    """Returns what a block adds to the state."""
    schedule = list(words)
    for t in range(BLOCK_WORDS, _ROUNDS):
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


# Untyped to mypy, as all of numba. Reads, pads and digests a block of each message: brings the states up to date. Takes a pool,
# uint8, with as many bytes behind all messages as a block has, and a room, uint32 of shape (ROWS, LANES).
digest = cast("Any", _digest)
