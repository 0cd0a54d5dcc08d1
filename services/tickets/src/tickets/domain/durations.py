"""Lengths of time as they are shown."""

from datetime import timedelta


def write_duration(length: timedelta) -> str:
    """The length in days, hours, minutes and whole seconds: P5D, PT1H30M, P1DT12H, PT0S."""
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    time = "".join(
        f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count
    )
    days = f"{length.days}D" if length.days else ""
    return f"P{days}T{time}" if time else f"P{days}" if days else "PT0S"
