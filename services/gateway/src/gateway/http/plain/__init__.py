"""Pages without script, of at most 10 KB each: a ticket is read, answered and moved on old devices and weak links."""
