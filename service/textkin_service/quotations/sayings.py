"""Words that go with quotations: verbs of saying, and small words that are no part of a name. Of English and nine languages.

One list for all languages: words of one that are spelt like those of another do not stand between a quotation and a name.
"""

# Verbs of saying, in the forms in which reports have them. In English the speaker stands before the verb where the quotation
# follows: "asked Brook" names who was asked.
ENGLISH_VERBS = frozenset(
    """
    said says say added adds asked asks explained explains wrote writes stated states announced announces remarked noted notes
    commented insisted insists declared declares warned warns recalled recalls replied replies argued argues claimed claims
    admitted admits confirmed confirms continued posted tweeted answered called calls described describes asserted asserts
    suggested suggests joked jokes quipped concluded concludes observed emphasized emphasised stressed stresses acknowledged
    acknowledges revealed predicted promised complained shouted believes hopes thinks urged agreed
    """.split()  # noqa: SIM905 - as a list it would fill the screen
)
OTHER_VERBS = frozenset(
    """
    sagte sagt erklärte erklärt meinte meint betonte betont berichtete berichtet erzählte erzählt schrieb schreibt fügte
    ergänzte teilte scherzte warnte fragte antwortete kommentierte urteilte räumte gesagt forderte kündigte lobte
    dijo dice afirmó afirma explicó explica señaló señala añadió agregó relató relata contó cuenta recordó recuerda aseguró
    declaró advirtió manifestó comentó escribió respondió preguntó indicó sostuvo bromeó lamentó
    dit déclaré déclare expliqué explique affirmé affirme ajouté ajoute raconté raconte confié confie résume résumé souligné
    souligne précisé précise estime estimé assuré assure reconnaît reconnu rappelle rappelé écrit écrivait répond répondu
    détaille prévient insiste plaisanté
    detto dichiarato dichiara spiegato spiega raccontato racconta affermato afferma aggiunto aggiunge sottolineato sottolinea
    ricordato ricorda commentato commenta scritto scrive avverte avvertito confida osservato osserva ammette
    zei zegt vertelde vertelt verklaarde verklaart meldde schreef schrijft voegde benadrukte legde vindt gezegd stelde aldus
    reageerde antwoordde waarschuwde
    disse diz afirmou afirma explicou contou conta declarou acrescentou recordou lembrou garantiu escreveu sublinhou
    adiantou comentou referiu alertou respondeu brincou avisou
    сказал сказала сказали говорит рассказал рассказала рассказывает сообщил сообщила заявил заявила отметил отметила добавил
    добавила пояснил пояснила объяснил объяснила подчеркнул подчеркнула написал написала признался призналась вспоминает
    вспоминал вспоминала уточнил уточнила считает ответил ответила
    """.split()  # noqa: SIM905
)
# Of these the name that follows is whom it was told.
TELLING_VERBS = frozenset(("told", "tells"))

# What may stand between a name and its verb, or in the verb.
BETWEEN = frozenset(
    """
    also later then has had have himself herself once further himself often
    hat habe haben hatte auch dann später dazu
    ha han había también luego después a avait ont aussi ensuite aveva hanno anche poi heeft had ook daarna tem tinha também
    depois также потом позже
    """.split()  # noqa: SIM905
)
# What comes before the name in place of a verb.
ACCORDING = frozenset(
    tuple(phrase.split())
    for phrase in (
        "according to",
        "laut",
        "nach angaben von",
        "selon",
        "d'après",
        "d’après",
        "según",
        "secondo",
        "segundo",
        "de acordo com",
        "volgens",
        "aldus",
        "по словам",
        "по мнению",
    )
)

# What leads from a role to where it is held: "mayor of Velden".
OF = frozenset("of de du des del della dello dell d do da dos das der von vom van".split())  # noqa: SIM905
ARTICLES = frozenset(
    "the a an der die das ein eine den dem le la les l un une el los il lo i gli o os as um uma de het een".split()  # noqa: SIM905
)
# What leads elsewhere: no name after one of these is the speaker's.
PREPOSITIONS = frozenset(
    """
    in on at by with to from about after before for into over under near during since until through against
    im auf am an bei mit zu zum zur nach vor über aus seit für gegen
    en con por para sobre tras dans sur avec pour par après avant chez sous
    nel nella su per dopo prima tra fra bij met voor na op uit tegen em no na num numa com após
    в во на с со по для о об от из при после перед под над
    """.split()  # noqa: SIM905
)
# With these another clause begins.
CONJUNCTIONS = frozenset(
    """
    and or but that who whom which when while where if as because than though so not
    und oder aber dass wer wenn während wo als weil
    y pero que quien cuando mientras donde si como et ou mais qui quand où comme
    e ed ma che chi quando mentre dove se come en maar dat die toen terwijl waar mas quem enquanto onde
    и или но что кто когда где если как
    """.split()  # noqa: SIM905
)
RELATIVES = frozenset("who which qui que che quien que die der das wat которая который".split())  # noqa: SIM905
PRONOUNS = frozenset(
    """
    he she they it we you i him them er sie es wir ich man él ella ellos ellas il elle ils elles on je nous
    vous lui lei loro io noi hij zij ze ik wij ele ela eles elas eu nós он она они оно я мы вы
    """.split()  # noqa: SIM905
)
# What names end with that are of offices, not of people: "Chief Superintendent".
TITLES = frozenset(
    """
    president minister chancellor secretary senator governor mayor councillor ambassador chairman chairwoman chair chief
    director officer manager executive superintendent inspector detective sergeant sheriff commissioner attorney general
    professor doctor editor spokesman spokeswoman head coach captain analyst judge justice bishop
    """.split()  # noqa: SIM905
)
# Before a capital these belong to a name.
PARTICLES = frozenset("de del della di da do dos das du la le van von ter ten bin ibn al el af zu".split())  # noqa: SIM905
PARTICLES_AFTER_ANOTHER = PARTICLES | {"der", "den", "los", "las"}

# Words that are nobody's name though they may begin with a capital: first ones of a sentence, days and months.
NO_NAMES = frozenset(
    """
    i he she they it we you the a an this that these those his her their its our my one some many others another everyone
    and but or so then yet as in on at by after before when while if for from with to although though because since until
    also later earlier meanwhile however still now today yesterday tomorrow there here what who how why yes no not
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december
    er sie es wir ich ihr man der die das ein eine den dem des dieser diese und aber doch dazu so dann auch zudem später heute
    gestern nach bei am im in auf mit für wie wer was montag dienstag mittwoch donnerstag freitag samstag sonntag
    él ella ellos ellas yo nosotros el la los las un una y pero así luego también después según ayer hoy en con lunes martes
    miércoles jueves viernes sábado domingo
    il elle ils elles on je nous vous le les un une et mais puis aussi ensuite hier selon dans avec lundi mardi mercredi jeudi
    vendredi samedi dimanche ce cette
    lui lei loro io noi lo gli i uno e ma poi anche secondo ieri oggi nel con questo
    hij zij ze ik wij de het een en maar toen ook volgens gisteren vandaag maandag dinsdag woensdag donderdag vrijdag zaterdag
    zondag
    ele ela eles elas eu nós o os as um uma mas depois também segundo ontem hoje em com
    он она они оно я мы вы и но а же это так затем также потом вчера сегодня по
    """.split()  # noqa: SIM905
)
