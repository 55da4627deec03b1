"""`python -m huitang_kernel.cli`: the same as `huitang`."""

from huitang_kernel.cli import main

main()
