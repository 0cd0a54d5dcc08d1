"""Doors in: gRPC servicers, event handlers, timed jobs."""
