"""Docs against code: the reference is made from the code, snippets run, links lead somewhere, all is translated."""
