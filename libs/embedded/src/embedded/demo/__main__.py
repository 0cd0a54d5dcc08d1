"""`python -m embedded.demo`: loads the demo tenants into a running desk."""

import argparse
import asyncio
import sys
from pathlib import Path

from embedded.demo.client import LoadError
from embedded.demo.load import load


def main() -> None:
    """Run the command; leaves the file `demo.loaded` in the home when everything is in."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="address of the gateway")
    parser.add_argument("--home", required=True, type=Path, help="folder of the run")
    arguments = parser.parse_args()
    try:
        asyncio.run(load(arguments.url, arguments.home))
    except LoadError as error:
        sys.exit(str(error))
    (arguments.home / "demo.loaded").touch()


if __name__ == "__main__":
    main()
