"""Whether a text message says STOP. Pure. Written in haste, in any language of ours: what is unclear but holds such a word is an opposition.

Words: those carriers and 47 CFR 64.1200(a)(10) name, those French and Canadian customers know, and what people write for them.
"""

import re
import unicodedata

WORDS = frozenset(
    (
        *(
            "stop",
            "stopall",
            "stopsms",
            "stopcalls",
            "stoppen",
            "stopper",
            "stoppez",
            "stoppe",
            "end",
            "quit",
            "cancel",
        ),
        *(
            "revoke",
            "unsubscribe",
            "remove",
            "optout",
            "arret",
            "arrete",
            "arretes",
            "arreter",
            "arretez",
            "halte",
        ),
        *(
            "desabonnement",
            "desabonner",
            "desabonnez",
            "desinscription",
            "desinscrire",
            "desinscrivez",
            "resilier",
        ),
        *(
            "annuler",
            "annulez",
            "quitter",
            "quittez",
            "retirez",
            "supprimez",
            "opposition",
            "oppose",
            "refuse",
        ),
    )
)
PHRASES = tuple(
    f" {phrase} "
    for phrase in (
        "opt out",
        "un subscribe",
        "do not call",
        "don t call",
        "dont call",
        "no more calls",
        "leave me alone",
        "appelez plus",
        "appeler plus",
        "appelle plus",
        "rappelez plus",
        "plus m appeler",
        "plus d appels",
        "laissez moi tranquille",
    )
)
_ZERO_FOR_O = re.compile(r"(?<=[a-z])0(?=[a-z])")
_SPELT_OUT = re.compile(r"\b(?:[a-z] ){2,}[a-z]\b")
_REPEATED_END = re.compile(r"([a-z])\1+$")


def stop_word(text: str) -> str | None:
    """The word or phrase that makes this message an opposition; None where there is none.

    Case, accents, punctuation, invisible characters and the words around it do not matter. Whole words count alone: a weekend
    has no END.
    """
    plain = _plain(text)
    for word in plain.split():
        for form in (word, _REPEATED_END.sub(r"\1", word)):
            if form in WORDS:
                return form
    return next((phrase.strip() for phrase in PHRASES if phrase in f" {plain} "), None)


def _plain(text: str) -> str:
    """Lower-case letters a to z, one space between words; `S.T.O.P` and `S T O P` are one word."""
    decomposed = unicodedata.normalize("NFKD", text)
    seen = "".join(c for c in decomposed if unicodedata.category(c) not in {"Mn", "Cf"}).casefold()
    words = " ".join(re.findall(r"[a-z]+", _ZERO_FOR_O.sub("o", seen)))
    return _SPELT_OUT.sub(lambda spelt: spelt[0].replace(" ", ""), words)
