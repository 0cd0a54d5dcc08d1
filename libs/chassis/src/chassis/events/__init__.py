"""Events in: durable consumers of other services' streams, each effect once and in order."""

from chassis.events.consumers import Consumers
from chassis.events.handlers import Handler, Received
from chassis.events.replay import replay

__all__ = ["Consumers", "Handler", "Received", "replay"]
