"""Performance-target declarations 绩效目标申报表: read, parse and review them, without a server or a database."""
