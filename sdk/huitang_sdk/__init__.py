"""The promise Huitang makes to plugins: everything a plugin may import lives below this package.

What is not documented here is not part of the promise. Versions follow SemVer; `__version__` is what `Manifest.sdk` is
compared with.
"""

from huitang_sdk.hooks import hookimpl
from huitang_sdk.plugin import Manifest, Plugin, PluginContext

__version__ = "0.1.0"

__all__ = ["Manifest", "Plugin", "PluginContext", "__version__", "hookimpl"]
