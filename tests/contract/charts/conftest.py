"""The charts, copied and rendered once for all tests of this folder."""

import pytest
from helm_charts import SERVICES, Charts, Object, copy_charts

VALUE_SETS = ("default", "small", "production", "external", *SERVICES)


@pytest.fixture(scope="session")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Charts:
    return copy_charts(tmp_path_factory.mktemp("charts"))


def rendered(charts: Charts, values: str, *arguments: str) -> list[Object]:
    """A set of values by its name; that of a service is the service alone."""
    if values in SERVICES:
        return charts.service(values, *arguments)
    files = {"default": (), "external": ("ci/external.yaml",)}.get(values, (values,))
    return charts.desk(*files, arguments=arguments)


@pytest.fixture(scope="session")
def objects(charts: Charts) -> dict[str, list[Object]]:
    """What each set of values makes."""
    return {values: rendered(charts, values) for values in VALUE_SETS}
