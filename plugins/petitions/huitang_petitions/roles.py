"""The permissions of letters and visits, and the roles proposed for an office's usual division of work."""

from __future__ import annotations

from huitang_petitions.services import access
from huitang_sdk.declare import Permission, Role

PERMISSIONS = (
    Permission(access.READ, "See matters of the register"),
    Permission(access.REGISTER, "Register letters, visits and calls"),
    Permission(access.DECIDE, "Accept, refuse, transfer and assign matters"),
    Permission(access.HANDLE, "Handle matters and answer petitioners"),
    Permission(access.APPROVE, "Approve extensions and answers"),
    Permission(access.REVIEW, "Conduct reviews and re-reviews"),
    Permission(access.MERGE, "Join and merge matters"),
    Permission(access.EXPORT, "Export the register"),
    Permission(access.SUPERVISE, "Urge and supervise the handling of matters"),
    Permission(access.PROTECT, "Mark who is complained of, and decide recusals"),
    Permission(access.WHISTLE, "Read reports of whistle-blowers"),
    Permission(access.REVEAL, "Reveal personal data of petitioners"),
    Permission(access.SITUATION, "See the situation of letters and visits"),
    Permission(access.SATISFACTION, "See and collect ratings"),
    Permission(access.RULES, "Keep limits, categories and texts"),
)

ROLES = (
    Role("petitions.receptionist", "Receptionist of letters and visits", (access.READ, access.REGISTER), reach="unit"),
    Role(
        "petitions.officer",
        "Officer for letters and visits",
        (access.READ, access.REGISTER, access.DECIDE, access.HANDLE, access.MERGE, access.REVEAL, access.PROTECT),
    ),
    Role(
        "petitions.head",
        "Head of the office for letters and visits",
        (
            access.READ,
            access.DECIDE,
            access.HANDLE,  # reports of whistle-blowers are read by this role alone: whoever reads one can write back
            access.APPROVE,
            access.REVIEW,
            access.MERGE,
            access.EXPORT,
            access.SUPERVISE,
            access.PROTECT,
            access.WHISTLE,
            access.REVEAL,
            access.SITUATION,
            access.SATISFACTION,
            access.RULES,
        ),
    ),
    Role("petitions.handler", "Handler of matters", (access.READ, access.HANDLE), reach="unit"),
    Role(
        "petitions.supervisor",
        "Supervisor of letters and visits",
        (access.READ, access.SUPERVISE, access.SITUATION, access.SATISFACTION),
    ),
    Role("petitions.analyst", "Analyst of the situation", (access.SITUATION, access.SATISFACTION)),
)
