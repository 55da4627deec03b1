"""The situation 形势: what comes in by week, what is unusual, which words rise, and what is to be expected."""
