"""The default wording of every prompt, in French and English (docs/rules/script.md; FP-25).

Placeholders stand in braces. `notice` says identity, automatic nature and objection, and nothing
else before them (FP-18, FP-19). About retention and erasure the texts say only words that are true
of every campaign.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """The wording in one language.

    Clauses are put in, or left out, by the campaign; `letters` says how signs in an e-mail address
    are read.
    """

    prompts: dict[str, str]
    identity: str
    objection: str
    by_operator: str
    commercial: str
    origin: str
    synthetic_message: str
    recorded_message: str
    letters: dict[str, str]
    plus: str
    months: tuple[str, ...]


_FR_IDENTITY = "Bonjour. Appel automatique de {sponsor}{by_operator}{commercial}."
_FR_OBJECTION = "Pour ne plus jamais être appelé, tapez 9, à tout moment."
_FR_LEGAL = (
    "Ce message vient de {sponsor}, {postal_address}. {origin} "
    "Il sera retiré de nos listes d'appel le {erase_date} au plus tard ; seule la preuve de votre accord reste archivée. "
    "Pour consulter, corriger ou supprimer vos données : {email}, ou le {callback_number}, au prix d'un appel ordinaire. "
    "Vous pouvez aussi saisir la CNIL. Pour ne plus être appelé, tapez 9 maintenant."
)
_FR_CALLBACK = (
    "Vous êtes chez {sponsor}, qui a pu vous appeler automatiquement. Pour ne plus être appelé, tapez 9."
)
FRENCH = Wording(
    prompts={
        "notice": f"{_FR_IDENTITY} {_FR_OBJECTION}",
        "invitation": "Vous avez donné votre accord à ces appels. {voice} Pour écouter le message, tapez 1. "
        "Pour les informations légales, tapez 8. Sans choix de votre part, l'appel prend fin.",
        "closing": f"{_FR_LEGAL} Au revoir.",
        "legal": _FR_LEGAL,
        "opposed": "C'est enregistré : {sponsor} ne vous appellera plus. Au revoir.",
        "no-key": "Vous n'avez rien choisi : nous raccrochons. Au revoir.",
        "wrong-key": "Touche non reconnue. Tapez 9 pour ne plus être appelé, 1 pour écouter.",
        "not-recorded": "Nous n'avons pas pu enregistrer votre opposition. Écrivez à {email}. Au revoir.",
        "voicemail": "Appel automatique de {sponsor}{commercial}. Pour ne plus être appelé : {callback_number}, prix d'un appel "
        "ordinaire, puis 9, ou {email}. Nous ne laisserons pas d'autre message.",
        "callback": f"{_FR_CALLBACK} Pour écouter le message, tapez 1. Pour les informations légales, tapez 8.",
        "callback-silent": f"{_FR_CALLBACK} Pour les informations légales, tapez 8. "
        "Le message ne peut pas être écouté à la veille du scrutin.",
        "callback-number": "Votre numéro est masqué. Tapez le numéro qui ne doit plus être appelé, tous ses chiffres, puis dièse.",
    },
    identity=_FR_IDENTITY,
    objection=_FR_OBJECTION,
    by_operator=", passé par {operator}",
    commercial=", pour vous proposer {offer} ; cet appel est commercial",
    origin="Votre numéro nous est parvenu avec l'accord que vous avez donné à ces appels.",
    synthetic_message="Le message est dit par une voix de synthèse.",
    recorded_message="Le message est enregistré ; cette annonce est dite par une voix de synthèse.",
    letters={"@": " arobase ", ".": " point ", "-": " tiret ", "_": " souligné "},
    plus="plus",
    months=(
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
)

_EN_IDENTITY = "Hello. This is an automated call from {sponsor}{by_operator}{commercial}."
_EN_OBJECTION = "To stop all calls from us, press 9 now or at any time."
_EN_LEGAL = (
    "This message comes from {sponsor}, {postal_address}. {origin} "
    "It leaves our calling lists by {erase_date}; only the proof of your agreement is archived, and the record of this call where the law asks for it. "
    "To see, correct or delete your data: {email}, or {callback_number}, at the price of an ordinary call. "
    "You may complain to the data protection authority. To stop these calls, press 9 now."
)
_EN_CALLBACK = "This is {sponsor}, who may have called you automatically. To stop all calls from us, press 9."
ENGLISH = Wording(
    prompts={
        "notice": f"{_EN_IDENTITY} {_EN_OBJECTION}",
        "invitation": "You agreed to these calls. {voice} To hear the message, press 1. "
        "For legal information, press 8. If you choose nothing, we hang up.",
        "closing": f"{_EN_LEGAL} Goodbye.",
        "legal": _EN_LEGAL,
        "opposed": "Done. {sponsor} will not call you again. Goodbye.",
        "no-key": "You chose nothing, so we hang up. Goodbye.",
        "wrong-key": "That key has no meaning here. Press 9 to stop these calls, 1 to listen.",
        "not-recorded": "We could not record your objection. Please write to {email}. Goodbye.",
        "voicemail": "Automated call from {sponsor}{commercial}. To stop calls, dial {callback_number}, any hour, then press 9, "
        "or write to {email}. We leave no other message.",
        "callback": f"{_EN_CALLBACK} To hear the message, press 1. For legal information, press 8.",
        "callback-silent": f"{_EN_CALLBACK} For legal information, press 8. The message cannot be heard so close to the poll.",
        "callback-number": "Your number is withheld. Type the number that must not be called again, all its digits, then hash.",
    },
    identity=_EN_IDENTITY,
    objection=_EN_OBJECTION,
    by_operator=", placed by {operator}",
    commercial=", to offer you {offer}; this is a sales call",
    origin="Your number reached us with the agreement you gave to these calls.",
    synthetic_message="The message is spoken by a synthetic voice.",
    recorded_message="The message is a recording; this announcement is spoken by a synthetic voice.",
    letters={"@": " at ", ".": " dot ", "-": " hyphen ", "_": " underscore "},
    plus="plus",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
)

WORDINGS = {"fr": FRENCH, "en": ENGLISH}
