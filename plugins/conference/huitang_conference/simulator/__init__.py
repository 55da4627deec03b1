"""Terminals without anybody at them: they speak the terminal protocol with a running server, and nothing else."""
