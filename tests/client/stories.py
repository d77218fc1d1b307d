"""An invented story, told twice in the same words but for an edit, and another one."""

ORIGINAL = (
    "The harbour board of Velmora voted on Tuesday night to close the old ferry terminal, ending ninety"
    "-four years of service. Chairwoman Ilse Brandt said the wooden pilings could no longer be trusted "
    "after last winter's storms. Passengers will be carried by bus to Port Sant until a new pier opens in "
    "2029. The closure will cost the town an estimated 11 million krones in lost tourism, according to a "
    "report by the engineer Tomas Quill.\n"
)
EDITED = ORIGINAL.replace("on Tuesday night", "late on Tuesday").replace("an estimated", "about")
UNRELATED = (
    "A choir of beekeepers from the Ostrand valley has recorded its first album in a disused cheese "
    "cellar. The nine singers rehearse beside their hives, and claim that the insects grow calmer during "
    "the slower hymns.\n"
)
