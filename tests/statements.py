"""An invented statement, two reports that quote it and have else nothing in common, and an interview."""

STATEMENT = (
    "The board has decided to close the ferry terminal at the end of March, because the pilings can no longer bear "
    "the weight of the new boats, and because no contractor in the county would repair them for less than four "
    "million crowns. We know what this means for the families of the harbour, and we will pay every one of the sixty "
    "workers until the autumn."
)
REPORT = (
    "Sixty dockers will lose their jobs in Velmora, where the oldest crossing of the coast is to be shut in spring. "
    "For ninety-four years boats have carried schoolchildren and sheep over the sound from the wooden pier below the "
    "church. “"
    f"{STATEMENT[:-1]}"
    ",” said Ilse Brandt, who chairs the harbour board. Shopkeepers in Quay Street fear for the summer trade. A "
    "petition hung in the bakery had two hundred names by noon, among them the bishop."
)
OTHER_REPORT = (
    "Buses will replace ships on the route to Port Sant, the county announced last night, and travellers must reckon "
    "with an hour more on the road. “"
    f"{STATEMENT[:-1]}"
    ",” Brandt said in a statement sent to newspapers. The transport minister declined to comment. Engineers had "
    "warned for a decade that shipworm was eating the timber, and a diver filmed holes as wide as a fist. Opposition "
    "councillors demand an inquiry into who ignored the reports."
)
INTERVIEW = (
    "The Herald met Juno Abernathy in the shed where she restores engines. What made you begin with a locomotive that"
    " nobody had wanted for forty years? “My grandfather fired it on the last run to the salt pans, and he never "
    "stopped talking about the noise it made in the tunnel.” How much of the old metal can be saved? “Perhaps a third"
    " of it, if the boilermakers in Dray are as patient as they have been until now.” She pours tea from a can that "
    "once held oil for signal lamps. Will there be passengers next spring? “There will be passengers in May, and "
    "whoever has a grandparent from the pans rides for nothing.” And what does the brewery say, which sold the "
    "engine? “They have asked for a ride, and for their sign on the tender, and they will get the ride.”"
)
