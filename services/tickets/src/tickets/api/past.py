"""Tickets as events of the past tell of them."""

from collections.abc import Iterable, Iterator

from tickets.api.automation import TRIGGERS, facts_of, is_news
from tickets.api.told import view_of
from tickets.app.configuration import Configuration
from tickets.app.trying import Past
from tickets.db.past import PastEvent

_MESSAGES = {message.DESCRIPTOR.full_name: message for message in TRIGGERS}

SUBJECTS = list(_MESSAGES)
"""The events that tell of tickets."""


def told(configuration: Configuration, events: Iterable[PastEvent]) -> Iterator[Past]:
    """What the events tell, in their order, without what was imported and what is in queues that are gone."""
    for event in events:
        message = _MESSAGES[event.subject]()
        message.ParseFromString(event.payload)
        view = view_of(configuration, message.ticket)
        if view is not None and is_news(message):
            yield Past(view, TRIGGERS[type(message)], event.at, facts_of(message))
