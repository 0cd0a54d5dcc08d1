"""The same sources and the same base give the same image, whenever it is built."""

import os
import subprocess
from pathlib import Path

from containers import engine, image_of, inspect

ROOT = Path(__file__).resolve().parents[2]


def test_an_image_built_again_from_nothing_is_the_same_to_the_last_byte() -> None:
    first = inspect("image", image_of("sla"))
    again = os.environ | {"DESKMESH_IMAGE_TAG": "again", "DESKMESH_BUILD_OPTIONS": "--no-cache"}
    done = subprocess.run(
        [ROOT / "tools" / "images", "sla"], env=again, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    name = image_of("sla").rpartition(":")[0] + ":again"
    try:
        second = inspect("image", name)
        assert second["RootFS"]["Layers"] == first["RootFS"]["Layers"]
        assert second["Config"] == first["Config"]
        assert second["Id"] == first["Id"]
    finally:
        engine("rmi", name)
