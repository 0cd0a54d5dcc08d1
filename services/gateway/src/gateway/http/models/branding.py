"""Bodies of a tenant's colour and logo."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.domain.branding import OWN_SHADES
from gateway.http.models.common import Input, Output, Text

_LOGO = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGOUL6hgIAUwkaR6VMOQ0gAAJxYBDi0h6OoAAAAASUVORK5C"
    "YII="
)
_PATH = "/api/v1/branding/acme/logo/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_LOOK: JsonDict = {"shades": [*OWN_SHADES], "logo": _PATH}
_SHADES = Field(
    description="Ten shades of the accent, light to dark, each as bright as that of the desk's own colour, so that all can be"
    " read. Empty where there is no accent."
)
_LOGO_PATH = Field(description="Where the logo is, for everybody; null: the desk's own mark.")


class BrandingInput(Input):
    """The colour, and the logo where it changes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"accent": "#7a1f5c", "logo": _LOGO}]})

    accent: Text | None = Field(description='A colour such as "#7a1f5c"; null: the desk\'s own.')
    logo: Text | None = Field(
        default=None,
        max_length=400_000,
        description="A PNG, JPEG or WebP picture as a `data:` URL in base64: at most 256 KiB, 16 to 1,024 pixels wide and high."
        " Null takes the logo away; left out it stays.",
    )


class Branding(Output):
    """How the desk looks to the people of the tenant."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"accent": "#1f6f78", **_LOOK, "version": 2}]})

    accent: str | None
    shades: list[str] = _SHADES
    logo: str | None = _LOGO_PATH
    version: int


class Look(Output):
    """What the sign-in page shows of a tenant."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LOOK]})

    shades: list[str] = _SHADES
    logo: str | None = _LOGO_PATH
