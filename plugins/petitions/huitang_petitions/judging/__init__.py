"""Judgement: whose matter a letter is, what it is about, who should handle it, and why; a person confirms."""
