"""Settings: read once by dynaconf, checked whole, then frozen and typed.

Order of precedence: environment (`HUITANG_DATABASE__DSN`), then `huitang.toml`, then the defaults here. A key ending in
`_file` names a file whose content is the value, for secrets. Every error is collected before anything is said.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from dynaconf import Dynaconf
from msgspec import Struct

ENV_PREFIX = "HUITANG"
RESERVED = frozenset({"config", "load_dotenv", "test_dsn"})
"""`HUITANG_CONFIG` names the settings file itself, `HUITANG_TEST_DSN` the database of the tests; the rest is
dynaconf's own.
"""


class Secret:
    """A text that never shows itself: `reveal()` is the only way to read it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class ServerSettings(Struct, frozen=True):
    """Where `huitang serve` listens. `secure_cookies` must be on behind HTTPS; `background` runs jobs in the web
    process too.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    public_url: str = ""
    secure_cookies: bool = False
    background: bool = True
    max_body_mb: int = 1024
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses or networks (10.20.0.0/24) of reverse proxies that are believed when they say who asked."""
    drain_seconds: float = 10.0
    """When the platform stops: how long requests, jobs and deliveries that have begun may take to end."""
    drain_notice_seconds: float = 1.0
    """When the platform stops: how long /health/ready says 503 while new requests are still served, so that a reverse
    proxy turns to other nodes first.
    """


class DatabaseSettings(Struct, frozen=True):
    """`dsn` empty: an embedded PostgreSQL below the data folder."""

    dsn: Secret = Secret("")
    pool_min: int = 2
    pool_max: int = 10


class PluginPolicy(Struct, frozen=True):
    """`on_plugin_failure`: skip a plugin that fails and go on, or abort the start (for CI). Times in seconds."""

    on_plugin_failure: Literal["skip", "abort"] = "skip"
    start_timeout: float = 20.0
    auto_migrate: bool = True
    disabled: tuple[str, ...] = ()
    """Plugins that are found but start disabled on a new database."""


class LoggingSettings(Struct, frozen=True):
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(Struct, frozen=True):
    """Everything an operator can set. `plugins` holds one section per plugin, checked against the plugin's own
    schema.
    """

    data_dir: Path = Path("var")
    key: Secret = Secret("")
    """The master key (any text of 32 characters or more); empty: one is made below the data folder."""
    server: ServerSettings = ServerSettings()
    database: DatabaseSettings = DatabaseSettings()
    policy: PluginPolicy = PluginPolicy()
    logging: LoggingSettings = LoggingSettings()
    plugins: dict[str, dict[str, Any]] = {}


class ConfigError(Exception):
    """The settings are wrong; `errors` has one line per mistake, each naming its key."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


def load_settings(path: Path | None = None, overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read file and environment, apply `overrides` (nested), check everything. Raises ConfigError with all mistakes."""
    if path is not None and not path.is_file():
        raise ConfigError([f"{path}: settings file not found"])
    raw = Dynaconf(
        settings_files=[str(path)] if path else [],
        envvar_prefix=ENV_PREFIX,
        environments=False,
        load_dotenv=False,
        merge_enabled=False,
        core_loaders=["TOML"],
    )
    values = {key: value for key, value in _plain(raw.as_dict()).items() if key not in RESERVED}
    _merge(values, overrides or {})
    return check_settings(values)


def check_settings(values: Mapping[str, Any]) -> Settings:
    """Settings of these values (nested) and the defaults. Raises ConfigError with all mistakes."""
    errors: list[str] = []
    settings = read_struct(Settings, values, "", errors)
    if errors:
        raise ConfigError(errors)
    assert isinstance(settings, Settings)
    return settings


def _plain(value: Any) -> Any:
    """Dynaconf's boxes as plain dictionaries with lower-case keys."""
    if isinstance(value, Mapping):
        return {str(key).lower(): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        else:
            into[key] = value


def read_struct(kind: type[Any], values: Mapping[str, Any], where: str, errors: list[str]) -> Any:
    """Build `kind` from a section, putting one line into `errors` for every unknown key and every wrong value."""
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    hints = _hints(kind)  # type: ignore[arg-type]  # classes can be hashed
    given = _with_files(values, fields, where, errors)
    found: dict[str, Any] = {}
    for key, value in given.items():
        name = f"{where}{key}"
        if key not in fields:
            errors.append(f"{name}: unknown setting; known here: {', '.join(sorted(fields))}")
            continue
        converted = _convert(value, hints[key], name, errors)
        if converted is not None:
            found[key] = converted
    missing = [name for name, field in fields.items() if field.required and name not in found]
    errors.extend(f"{where}{name}: missing" for name in missing if name not in given)
    return None if missing else kind(**found)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _with_files(values: Mapping[str, Any], fields: Mapping[str, Any], where: str, errors: list[str]) -> dict[str, Any]:
    """Replace `x_file = "path"` by `x = <content>` where `x` is a setting and `x_file` is not."""
    given = dict(values)
    for key in [key for key in given if key.endswith("_file") and key not in fields and key[:-5] in fields]:
        path = Path(str(given.pop(key)))
        try:
            given[key[:-5]] = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            errors.append(f"{where}{key}: cannot read {path}: {error.strerror}")
    return given


def _convert(value: Any, hint: Any, name: str, errors: list[str]) -> Any:
    if isinstance(hint, type) and issubclass(hint, Struct):
        if isinstance(value, Mapping):
            return read_struct(hint, value, f"{name}.", errors)
        errors.append(f"{name}: expected a section, got {type(value).__name__}")
        return None
    secret = _is_secret(hint)
    try:
        return msgspec.convert(value, hint, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        shown = "***" if secret else repr(value)
        errors.append(f"{name}: {error} (got {shown})")
        return None


def _is_secret(hint: Any) -> bool:
    if get_origin(hint) in (Union, types.UnionType):
        return any(_is_secret(part) for part in get_args(hint))
    return hint is Secret


def _decode(kind: type[Any], value: Any) -> Any:
    if kind is Secret:
        return value if isinstance(value, Secret) else Secret(str(value))
    if kind is Path:
        return Path(str(value))
    raise NotImplementedError(kind)
