"""STOP words in text messages. Pure.

Messages are written in haste, in any language of ours: one that is unclear but holds such a word is
an opposition. The words are those that carriers and 47 CFR 64.1200(a)(10) name, those that French
and Canadian customers know, and other common forms.
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
LONGEST = 4_000
"""Characters that are read: 26 text messages in one. A longer text is in doubt, and so kept."""
UNREAD = "too long to be read"
_ZERO_FOR_O = re.compile(r"(?<=[a-z])0(?=[a-z])")
_SPELT_OUT = re.compile(r"\b(?:[a-z] ){2,}[a-z]\b")


def _ended_once(word: str) -> str:
    """Return the word with its last letter once, however often it was written."""
    return word.rstrip(word[-1]) + word[-1]


WORDS_ENDED_ONCE = {_ended_once(word): word for word in WORDS}


def stop_word(text: str) -> str | None:
    """Return the word or phrase that makes this message an opposition, None without one.

    `UNREAD` for a text longer than `LONGEST` without such a word before it. Case, accents,
    punctuation, invisible characters and the words around it do not matter. Whole words count
    alone: a weekend has no END. The time it takes grows with the text, and no further than
    `LONGEST`.
    """
    plain = _plain(text[:LONGEST])
    for word in plain.split():
        if found := WORDS_ENDED_ONCE.get(_ended_once(word)):
            return found
    phrase_found = next((phrase.strip() for phrase in PHRASES if phrase in f" {plain} "), None)
    return phrase_found or (UNREAD if len(text) > LONGEST else None)


def _plain(text: str) -> str:
    """Return the text in letters a to z, one space between words.

    `S.T.O.P` and `S T O P` are one word.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    seen = "".join(c for c in decomposed if unicodedata.category(c) not in {"Mn", "Cf"}).casefold()
    words = " ".join(re.findall(r"[a-z]+", _ZERO_FOR_O.sub("o", seen)))
    return _SPELT_OUT.sub(lambda spelt: spelt[0].replace(" ", ""), words)
