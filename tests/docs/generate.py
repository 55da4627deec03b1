"""`make docs`: write docs/reference and deploy/huitang.toml anew from the code."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pages() -> dict[str, str]:
    """Path below the repository → content, for everything that is generated."""
    from tests.docs import openapi, reference, settings

    hall = reference.make_hall()
    return {
        "docs/reference/README.md": reference.index(),
        "docs/reference/hooks.md": reference.hooks(),
        "docs/reference/declarations.md": reference.declarations(),
        "docs/reference/contracts.md": reference.contracts(),
        "docs/reference/settings.md": settings.markdown(hall),
        "docs/reference/permissions.md": reference.permissions(hall),
        "docs/reference/events.md": reference.events(hall),
        "docs/reference/commands.md": reference.commands(),
        "docs/reference/rules.md": reference.rules(),
        "docs/reference/rule-profiles.md": reference.rule_profiles(),
        "docs/reference/petitions-api.json": openapi.petitions(),
        "deploy/huitang.toml": settings.sample(hall),
    }


def main() -> None:
    changed = 0
    for name, text in pages().items():
        path = ROOT / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed += 1
            print(name)
    print(f"{changed} files written" if changed else "everything is up to date")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
