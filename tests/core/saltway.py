"""An invented report in eight paragraphs, what a model would make of each in other words, and two summaries."""

REPORT = (
    (
        "The narrow-gauge railway that carried salt from the pans of Ilvermouth to the harbour at Dray will "
        "run again next spring, forty-one years after its last locomotive was sold to a brewery. The county "
        "of Fennick approved the plan on Thursday night by nine votes to two, after a debate that lasted "
        "until the caretaker turned the heating off."
    ),
    (
        "Under the agreement the Saltway Society receives the track bed for a rent of one crown a year, while "
        "the county keeps the bridges and the tunnel beneath Gallows Hill. Treasurer Ottoline Marsh called "
        "the rent symbolic and the bridges a burden, since two of the five have been closed to walkers "
        "because of rusted girders."
    ),
    (
        "Volunteers have already laid eleven hundred metres of rail at the Ilvermouth end, using sleepers cut "
        "from larches that a January gale blew down on the Brandreth estate. The rails themselves come from a "
        "closed peat works in the north, whose owner asked only for a lifetime supply of sea salt in return."
    ),
    (
        "Two engines are being restored in a shed behind the fish market. The older, a tank engine named "
        "Perpetua, was found under brambles with a blackbird nesting in its firebox; the other arrived from a "
        "quarry in pieces, in fourteen crates that nobody had labelled. Fitter Juno Abernathy expects to "
        "steam the first of them in November."
    ),
    (
        "Opposition came from the dairy farmers of Lower Cressing, who fear that whistles will upset their "
        "herds. They collected three hundred signatures and brought a cow to the steps of the county hall. "
        "The society has promised that drivers will ring a bell instead between the milking hours of five and "
        "seven."
    ),
    (
        "Ecologists are more worried about the marsh orchids that have colonised the cutting at Snipe Bottom. "
        "A survey last June counted six hundred flowering spikes between the old signal posts, and the "
        "botanist Leopold Varga wants trains to pass at walking pace there until the seeds have set in late "
        "August."
    ),
    (
        "Money remains the weakest link. The society has raised 640,000 crowns of the 2.1 million that it "
        "needs, most of it from a lottery grant and the sale of commemorative salt cellars. A bank in Dray "
        "has offered to lend the remainder at four per cent, provided that the county guarantees the loan, "
        "which it has so far refused to do."
    ),
    (
        "If all goes well, the first passengers will ride on the second of May in open wagons once used for "
        "salt. Tickets are to cost eight crowns, half for children, and nothing at all for anybody who can "
        "show that a grandparent worked in the pans. The society has counted some nine hundred people who "
        "could."
    ),
)
REWRITE = (
    (
        "Next spring trains will once more link the Ilvermouth salt pans with Dray harbour, on a narrow-gauge "
        "railway whose last locomotive went to a brewery forty-one years ago. Fennick county backed the "
        "scheme by nine votes to two on Thursday, at the end of a night's debate that stopped only once the "
        "caretaker had switched off the heating."
    ),
    (
        "The deal lets the Saltway Society have the track bed for a single crown a year. Bridges and the "
        "Gallows Hill tunnel stay with the county. According to the treasurer, Ottoline Marsh, that rent is "
        "symbolic but the bridges are a burden: rusted girders have closed two of the five to walkers."
    ),
    (
        "At the Ilvermouth end eleven hundred metres of rail are down already, laid by volunteers on sleepers "
        "of larch, from trees felled by a January gale on the Brandreth estate. A peat works in the north "
        "that has closed gave the rails; all its owner wanted in exchange was sea salt for life."
    ),
    (
        "Behind the fish market, in a shed, two engines are under restoration. Perpetua, a tank engine and "
        "the older of the pair, had stood under brambles, a blackbird's nest in the firebox. Its companion "
        "came in pieces from a quarry, packed in fourteen unlabelled crates. The fitter, Juno Abernathy, "
        "hopes for steam in November."
    ),
    (
        "Dairy farmers in Lower Cressing were against it, fearing for their herds when whistles blow. Three "
        "hundred people signed, and a cow was led to the steps of the county hall. Between five and seven, "
        "the milking hours, the society's drivers will therefore ring a bell."
    ),
    (
        "What troubles ecologists is the cutting at Snipe Bottom, colonised by marsh orchids. Six hundred "
        "flowering spikes were counted between the old signal posts in a survey in June. Leopold Varga, a "
        "botanist, asks that trains go at walking pace until late August, when the seeds have set."
    ),
    (
        "The weakest link is money. Of 2.1 million crowns needed, the society has 640,000, chiefly thanks to "
        "a lottery grant and to commemorative salt cellars that it sold. The remainder could be lent by a "
        "bank in Dray at four per cent if the county would guarantee the loan; up to now it has refused."
    ),
    (
        "The second of May should see the first passengers ride, in open wagons that once held salt. A ticket "
        "will cost eight crowns and a child's half of that, while those able to show that a grandparent "
        "worked in the pans pay nothing. There are some nine hundred such people, by the society's count."
    ),
)
SUMMARY = (
    "The Saltway Society will reopen the narrow-gauge salt railway from Ilvermouth to Dray after Fennick "
    "county voted for it. Volunteers lay rails from a peat works, and Juno Abernathy restores two "
    "engines. Farmers of Lower Cressing and the botanist Leopold Varga object for the sake of herds and "
    "marsh orchids, and most of 2.1 million crowns is still lacking."
)
SUMMARY_OF_THE_FIRST_HALF = (
    "Ottoline Marsh keeps her five bridges and the Saltway Society gets the Ilvermouth track bed, after a "
    "Fennick debate. Volunteers have sleepers of Brandreth larches and rails from a peat works, and the "
    "tank engine Perpetua, with her crated quarry companion, is to steam for Juno Abernathy in November."
)
