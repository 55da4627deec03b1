"""Gateways that stand in for the real ones, as servers of their own: for trying out, and for the tests."""
