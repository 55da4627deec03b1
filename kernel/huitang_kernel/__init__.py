"""The kernel: it implements the contracts of huitang_sdk and joins the parts. Plugins never import it."""

__version__ = "0.1.0"
