"""Write docs/lifecycles.md from the transition tables: ``python -m docs.lifecycles`` in the project's folder."""

from __future__ import annotations

from pathlib import Path

from matchmaking.rulebook.lifecycles import lifecycles_page

PAGE = Path(__file__).with_suffix(".md")

if __name__ == "__main__":
    PAGE.write_text(lifecycles_page(), "utf-8")
    print(f"{PAGE.name} written")
