"""Noticeboard 公告栏: notices that people read until they expire. The smallest useful plugin."""
