"""What is done with the register: each module one kind of act, all of them through `access`."""
