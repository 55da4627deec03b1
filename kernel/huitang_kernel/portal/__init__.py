"""Shell, workbench and operator console."""
