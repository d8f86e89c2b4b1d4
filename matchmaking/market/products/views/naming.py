"""Names of codes that products use, in the page's language."""

from __future__ import annotations

from matchmaking.foundation.web.words import area_name, language, zone_name
from matchmaking.rulebook.reference import divisions, industries


def name_of(vocabulary: str, code: str) -> str | None:
    """The name of an area, a functional zone or an industry; None for what nobody knows."""
    if vocabulary == "area":
        city = divisions().city.code
        return area_name(city) if code == city[:4] else area_name(code) if code.isdigit() else zone_name(code)
    if vocabulary == "industry":
        found = next((one for one in industries().entries.values() if one.code == code), None)
        return f"{code} {found.called(language())}" if found else None
    return None
