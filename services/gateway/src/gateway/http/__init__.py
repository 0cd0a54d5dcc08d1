"""The HTTP door: REST under /api/v1, live events, the OpenAPI document and its page."""
