"""The rows of a view's tables, which the kernels of the alignment work in: few arrays compile sooner, and are passed sooner.

Rows that come in pairs hold what is of each side, 0 and 1.
"""

# Of the numbers (int64). STEMS: of the words of a side; barriers have the last number. COUNTS: how often each stem stands in a
# side; 0 for barriers. STARTS, ENDS: the words of each sentence, half open. IN_SOURCE, LEFT_OUT: for counting stems, zeros
# between calls. PLACES, ROOM: for whatever is needed.
STEMS, COUNTS, STARTS, ENDS = 0, 2, 4, 6
IN_SOURCE, LEFT_OUT, PLACES, ROOM = range(8, 12)
NUMBER_ROWS = 12

# Of the figures (float64). USUAL: what share of the words of its language each stem is. RATIOS: of some words. SUMS, DENSITY:
# for whatever is needed.
USUAL, RATIOS, SUMS, DENSITY = range(4)
FIGURE_ROWS = 4

# Places of the sizes (int64): of each side how many words and barriers it has, how many words, how many sentences; and what
# number barriers have among the stems.
LENGTHS, WORDS, SENTENCES = 0, 2, 4
BARRIER = 6
SIZES = 7
