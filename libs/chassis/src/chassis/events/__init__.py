"""Events in: durable consumers of other services' streams, each effect once and in order."""

from chassis.events.consumers import Consumers
from chassis.events.handlers import Handler, Received
from chassis.events.replay import Choice, parked, replay

__all__ = ["Choice", "Consumers", "Handler", "Received", "parked", "replay"]
