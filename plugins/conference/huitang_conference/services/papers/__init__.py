"""The papers of a meeting: result sheets, attendance, the record of speeches, the draft of the minutes; and its export.

`gathering` reads a meeting, one module a paper makes values of it, `templates` declares what they are filled into, and
`archiving` makes, hashes and keeps them.
"""
