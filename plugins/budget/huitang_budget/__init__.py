"""Smart budget review 智能预算审查: the plugin that reviews what departments ask to spend."""
