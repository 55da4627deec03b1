"""The terminals' side: the protocol, who sits at which terminal, and what each of them is told."""
