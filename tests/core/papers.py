"""An invented scientific paper, the same reworded paragraph by paragraph, another paper of the field, and what papers share."""

TITLE = "Drift of biodegradable tracers in the Varnholm estuary"
PAPER = (
    (
        "Estuaries trap floating material wherever fresh water and sea water meet, and the position of that front decides "
        "which shores receive debris. In the Varnholm estuary the front migrates eleven kilometres between spring and neap "
        "tides. Earlier drifter campaigns lost most of their instruments on the tidal flats within a day, so that residence "
        "times longer than two tidal cycles were never observed directly."
    ),
    (
        "We released 640 biodegradable tracers made of pressed bran, each carrying a passive tag that a shore antenna reads "
        "at forty metres. Releases took place from the ferry pier at Osterhude on nine mornings between March and June 2031, "
        "always ninety minutes after high water. Tracers that sank were replaced on the following morning, and every batch "
        "was weighed before and after soaking."
    ),
    (
        "The antenna array covered six beaches and the weir at Klintmark. Detection probability was calibrated with tracers "
        "tied to a rowing boat that crossed each beam at known distances; it fell from 0.97 at ten metres to 0.52 at forty. "
        "Rain lowered it by a further eight per cent, which we corrected for with records of the gauge at Klintmark."
    ),
    (
        "Residence times follow a mixture of two exponentials. The fast component, with a mean of nineteen hours, comprises "
        "tracers that leave through the northern channel on the first ebb. The slow component, with a mean of eight days, "
        "belongs to tracers that entered the salt marsh behind Ropewalk Island, where the vegetation holds them until the "
        "next spring tide."
    ),
    (
        "Wind explains less than expected. A regression of stranding position on the along-channel wind stress yields a "
        "slope of 0.31 kilometres per knot, but only a seventh of the variance. River discharge explains half of it: on days "
        "when the Varn carried more than 220 cubic metres a second, no tracer stranded upstream of the weir."
    ),
    (
        "Numerical experiments with a two-layer model reproduce the slow component only if marsh vegetation enters as a drag "
        "that depends on water depth. With constant drag the model empties the marsh within thirty hours, whatever "
        "coefficient is chosen. A depth-dependent drag, fitted to four releases, predicts the other five with an error of "
        "fourteen hours."
    ),
    (
        "Our tracers float higher than bottles and lower than foam, so that the results should not be carried over to either "
        "without care. Tags also failed at a rate of three per cent a week, which biases the slow component towards shorter "
        "stays. A second array on the seaward side would tell tracers that left from those whose tag had failed."
    ),
    (
        "For the management of the estuary the marsh matters more than the channel. Booms at the northern mouth would catch "
        "little that the ebb does not remove anyway, whereas a single boom across the creek of Ropewalk Island could "
        "intercept two fifths of all floating debris at a tenth of the cost that the harbour board budgeted in 2030."
    ),
)
REWORDED = (
    (
        "Floating matter collects in estuaries at the line where salt water meets fresh, and where this front lies determines "
        "the shores on which debris ends up. At Varnholm it moves by eleven kilometres from neap to spring tide. Because "
        "previous drifters ran aground on tidal flats within a day, nobody had yet observed residence times beyond two tidal "
        "cycles directly."
    ),
    (
        "A total of 640 tracers of pressed bran, which degrade biologically, were set adrift from Osterhude's ferry pier. "
        "Each had a passive tag, legible for antennas on the shore from forty metres away. On nine mornings from March to "
        "June 2031 we let them go an hour and a half after high water, weighed every batch dry and soaked, and made up for "
        "sunken ones a morning later."
    ),
    (
        "Six beaches, and in addition the Klintmark weir, were watched by antennas. To calibrate how probable detection is, a "
        "rowing boat with tracers tied to it passed through each beam at distances that were known: 0.97 of them were seen at "
        "ten metres and 0.52 at forty. In rain, recorded by Klintmark's gauge and corrected for, eight per cent fewer were."
    ),
    (
        "Two exponentials in mixture describe how long tracers reside. Nineteen hours is the mean of the fast one, made up of "
        "those that the first ebb carries out by the northern channel. Eight days is that of the slow one: behind Ropewalk "
        "Island they had drifted into the salt marsh, whose vegetation lets go of them only at a spring tide."
    ),
    (
        "The influence of wind is smaller than we expected. If stranding positions are regressed on wind stress along the "
        "channel, the slope is 0.31 kilometres a knot while six sevenths of the variance remain. Half is explained by "
        "discharge; with more than 220 cubic metres a second in the Varn, tracers never stranded above the weir."
    ),
    (
        "In a numerical model of two layers the slow component appears only where the drag of the marsh's vegetation varies "
        "with the depth of the water. Constant drag, no matter which coefficient one takes, leaves the marsh empty after "
        "thirty hours. Fitting a drag that depends on depth to four of the releases gives predictions for the remaining five "
        "that are wrong by fourteen hours."
    ),
    (
        "Care is needed before these results are applied to bottles, which lie deeper in the water than our tracers, or to "
        "foam, which floats higher. Three per cent of the tags failed every week, a bias that makes stays in the slow "
        "component look shorter. Failed tags could be told from departed tracers by another array on the side of the sea."
    ),
    (
        "What matters for managing the estuary is the marsh rather than the channel. The ebb takes away by itself nearly all "
        "that booms in the northern mouth could catch. One boom in the creek at Ropewalk Island, on the other hand, would "
        "intercept two fifths of the floating debris and cost a tenth of what the harbour board set aside in 2030."
    ),
)
OTHER_PAPER = (
    (
        "Glacier lakes drain without warning, and the villages below them measure their history by such floods. The lake on "
        "the Hornkees has emptied four times since 1988, each time through a tunnel that melted within hours. Satellite "
        "images show its area but not its depth, which is what decides how much water arrives in the valley."
    ),
    (
        "A raft with an echo sounder was towed across the lake by a winch on the moraine, because boats are forbidden below "
        "the ice cliff. Forty-one profiles, a dozen metres apart, were recorded in August. Icebergs blocked the southern bay "
        "on all but two days, and its depth was interpolated by kriging from the profiles around it."
    ),
    (
        "Hypsometry differs from that of lakes dammed by moraines. Half of the volume lies within eighteen metres of the "
        "surface, since the ice floor rises steeply on three sides. Empirical relations between area and volume, derived "
        "from catalogues of moraine lakes, would therefore overestimate the peak discharge by about seventy per cent."
    ),
    (
        "Thermistors at three depths stayed within a tenth of a degree of freezing until the drainage began on 2 September. "
        "Two hours before the level fell, the deepest one warmed by half a degree. We suggest that such a signal, sent by "
        "radio, would give the campsite at Untertal enough time to be cleared."
    ),
)
BIBLIOGRAPHY = """References

[1] Aalders, P. and Quist, M. (2019). Passive tags for surface drifters. Journal of Nearshore Methods 14(2), 101-119.
[2] Brandvold, T., Ekker, S. and Lunde, R. (2024). A catalogue of fronts in northern estuaries. Hydrographic Letters 7, 33-58.
[3] Carmody, J. (2011). Mixtures of exponentials and where they come from. Annals of Applied Waiting 3(1), 1-22.
[4] Dessauer, L. and Ohm, G. (2027). Drag of flexible vegetation in shallow flow. In: Proceedings of the 9th Symposium on
Ecohydraulics, pp. 212-220.
[5] Eberlein, K. (1998). Kriging for the impatient, 2nd edn. Halvard University Press, Norrby.
[6] Faraday-Nwosu, I. et al. (2029). Antenna arrays on tidal beaches. doi:10.9999/jnm.2029.041."""
ACKNOWLEDGEMENTS = """Acknowledgements

We thank the ferry crew of Osterhude, the hut warden Gesine Trolle and two anonymous reviewers for comments on an earlier
version of the manuscript. This work was supported by the Norrby Foundation for Water Research under grant NW-2029-117. The
authors declare that they have no competing interests."""
FORMULAS = (
    r"\begin{equation} \frac{\partial h}{\partial t} + \nabla \cdot (h \mathbf{u}) = q - \kappa h^{5/3} \end{equation}",
    r"$$ \tau_b = \rho C_D(h) |\mathbf{u}| \mathbf{u}, \quad C_D(h) = C_0 \left( 1 + \alpha e^{-h/h_0} \right) $$",
    "Q(t) = Q₀ · exp(−t/τ₁) + (1 − Q₀) · exp(−t/τ₂),   τ₁ ≪ τ₂   (3)",
)
