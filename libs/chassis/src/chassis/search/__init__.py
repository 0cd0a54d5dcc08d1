"""Full-text search without a database extension: lexemes are made here, PostgreSQL stores and finds them.

A document becomes a ``tsvector`` literal by ``vector``, a question a ``tsquery`` literal by ``question``; every lexeme begins
with a short key of the tenant, so that one plain GIN index serves all tenants and a search touches only its own. Words are
stemmed in each of the tenant's languages (Snowball: English, Russian, Polish and more) and lose their diacritics. Misspelt
words are mended with a table of the tenant's words, found by their ``trigrams`` and chosen by ``closest``.
"""

from chassis.search.highlight import MARK_END, MARK_START, snippet
from chassis.search.lexemes import asked_forms, question, tenant_key, terms, vector
from chassis.search.spelling import closest, is_mendable, trigrams, vocabulary

__all__ = [
    "MARK_END",
    "MARK_START",
    "asked_forms",
    "closest",
    "is_mendable",
    "question",
    "snippet",
    "tenant_key",
    "terms",
    "trigrams",
    "vector",
    "vocabulary",
]
