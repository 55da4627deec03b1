"""The learnt model, kept in a file beside what it was learnt from: learnt once, about ten seconds, then only read."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import msgspec
import sklearn

from huitang_petitions.judging.letters import Example
from huitang_petitions.judging.model import FORMAT, Model, packed, unpacked
from huitang_petitions.judging.remits import Remits
from huitang_petitions.judging.tree import Tree

_LEARNT_FROM = ("huitang_petitions.judging", "huitang_petitions.letters")


def cache_folder() -> Path:
    """Where models are kept: `huitang` in the user's folder for what can be made anew (`XDG_CACHE_HOME`)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huitang"


def model_of(tree: Tree, remits: Remits, confirmed: Sequence[Example] = (), folder: Path | None = None) -> Model:
    """The model for an office's tree, remits and confirmed matters: read where it was learnt before, else learnt.

    A folder that cannot be written to costs the ten seconds each time. Runs long: in a server, on a thread.
    """
    path = (folder or cache_folder()) / f"petitions-{_key(tree, remits, confirmed)}.npz"
    try:
        return unpacked(path.read_bytes())
    except (OSError, ValueError):
        pass
    from huitang_petitions.judging.learning import learn

    raw = packed(learn(tree, remits, confirmed))
    keep(path, raw)
    return unpacked(raw)


def keep(path: Path, raw: bytes) -> None:
    """Written beside and moved into place, so that nobody reads half a model."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(raw)
        Path(file.name).replace(path)
    except OSError:
        return


def _key(tree: Tree, remits: Remits, confirmed: Sequence[Example]) -> str:
    """The same for the same letters, rules of learning and library."""
    digest = hashlib.sha256(f"{FORMAT} {sklearn.__version__}".encode())
    for package in _LEARNT_FROM:
        for file in sorted(files(package).iterdir(), key=lambda file: file.name):
            if file.name.endswith((".py", ".toml")):
                digest.update(file.read_bytes())
    digest.update(msgspec.json.encode((tree, remits, confirmed)))
    return digest.hexdigest()[:24]
