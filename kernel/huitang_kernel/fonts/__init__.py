"""The typefaces of printed documents: Noto Serif SC (宋体) and Noto Sans SC (黑体), put here by the build from npm.

The SDK finds this folder by the entry point `huitang.fonts` of the distribution; nothing imports it.
"""
