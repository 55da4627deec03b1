"""Small validators of a plugin's folder, for `huitang check` and for the tests.

Each takes a `Folder` and yields one sentence per mistake, naming the file.
"""
