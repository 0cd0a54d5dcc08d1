class EmbeddedError(Exception):
    """The one-machine run cannot go on; the text says why and what to do, for the operator's eyes."""
