import os

# Images take minutes to build: `make test-images` builds them, says so here, and runs this folder.
collect_ignore_glob = [] if os.environ.get("DESKMESH_TEST_IMAGES") else ["test_*.py"]
