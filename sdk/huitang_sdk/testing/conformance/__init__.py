"""What every implementation of a contract must do, as classes of tests: the kernel's, the fakes, and yours.

    class TestMyFiles(FilesContract):
        @pytest.fixture
        def files(self): return MyFiles()

Each class names the fixtures that a subclass gives. They need pytest with pytest-asyncio in auto mode.
"""

import pytest

MODULES = (
    "clock",
    "devices",
    "documents",
    "files",
    "identity",
    "keys",
    "live",
    "notifications",
    "permissions",
    "personal",
    "scheduling",
    "search",
    "todos",
    "workflow",
)

# Failing asserts say what they compared, as those of test modules do.
pytest.register_assert_rewrite(*(f"{__name__}.{module}" for module in MODULES))
