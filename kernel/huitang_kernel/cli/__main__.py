"""`python -m huitang_kernel.cli`: the same as `huitang`.

Processes that are started for one piece of work read this module too, under another name.
"""

from huitang_kernel.cli import main

if __name__ == "__main__":
    main()
