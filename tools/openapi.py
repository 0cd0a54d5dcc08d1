"""Prints the OpenAPI document as the gateway serves it; the types of the web UI's client are made from it."""

import sys

from gateway.http.app import api_document


def main() -> None:
    """Write the document to standard output."""
    sys.stdout.buffer.write(api_document())


if __name__ == "__main__":
    main()
