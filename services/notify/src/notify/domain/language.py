"""Guesses the language of a short text from its letters and most frequent words."""

# ruff: noqa: RUF001 (the letters of other alphabets are meant)

import re
from collections import Counter

_EXAMINED = 4000
_ENOUGH = 2
_WORDS = {
    "en": "the and is to of you please not with have for this my we are cannot can't was when it in hello",
    "pl": "nie się jest na w z do że proszę dzień dobry mam mi czy od działa po jak o to można pozdrawiam",
    "de": "der die das und ist nicht ich bitte mit ein eine zu auf für wir hallo kann mein es sehr",
    "ru": "и в не на что с я нет как по это у прошу здравствуйте добрый день нам работает",
    "uk": "і в не на що з у я це прошу добрий день є та ї працює будь ласка",
    "fr": "le la les et est pas je vous de un une pour dans avec bonjour merci ne que ce",
    "es": "el la los y es no que de un una para con hola gracias por favor en mi se",
}
_LANGUAGE_OF = {
    word: [language for language, words in _WORDS.items() if word in words.split()]
    for word in {word for words in _WORDS.values() for word in words.split()}
}
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_TAG = re.compile(r"([a-zA-Z]{2,3})(?:-[A-Za-z0-9]{2,8})*\s*(?:,|\Z)")
_LETTERS = {
    "pl": "ąęłśćńźż",
    "de": "ßäöü",
    "ru": "ыэъё",
    "uk": "іїєґ",
}


def guess(text: str, declared: str = "") -> str:
    """Return a BCP 47 primary language, empty when neither the text nor `declared` (Content-Language) tells."""
    sample = text[:_EXAMINED].lower()
    counts: Counter[str] = Counter()
    for word in _WORD.findall(sample):
        counts.update(_LANGUAGE_OF.get(word, ()))
    for language, letters in _LETTERS.items():
        counts[language] += sum(sample.count(letter) for letter in letters)
    ranked = counts.most_common(2)
    if ranked and ranked[0][1] >= _ENOUGH and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]):
        return ranked[0][0]
    match = _TAG.match(declared.strip())
    return match[1].lower() if match else ""
