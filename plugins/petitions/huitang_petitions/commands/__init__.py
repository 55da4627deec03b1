"""The commands of `huitang petitions`, one a module."""
