"""Live events: one consumer per stream and process, fanned out to the clients that are connected here."""
