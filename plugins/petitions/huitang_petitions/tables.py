"""The petitions tables, as the migrations make them. Columns of bytes are sealed personal data or blind indexes."""

from __future__ import annotations

from piccolo.columns import JSONB, UUID, Array, BigInt, Boolean, Bytea, Date, Integer, SmallInt, Text, Timestamptz

from huitang_sdk.db import PluginTable, new_id


class Matter(PluginTable, tablename="matter", schema="petitions"):
    """One matter (信访事项) of the register. `state`, `due`, `due_limit` and `mark` are copies for lists.

    `earlier_plain` is what an earlier version kept in clear, until it was sealed.
    """

    id = UUID(primary_key=True, default=new_id)
    organisation_id = UUID(default=None)
    number = Text()
    old_number = Text()
    code_hash = Bytea(default=b"")
    channel = Text()
    kind = Text()
    state = Text()
    subject = Bytea(default=b"")
    body = Bytea(default=b"")
    place = Bytea(default=b"")
    district = Text()
    category = Text()
    remit = Text()
    people = Integer(default=1)
    anonymous = Boolean(default=False)
    whistle = Boolean(default=False)
    publish = Boolean(default=False)
    urgent = Boolean(default=False)
    earlier = Bytea(null=True, default=None)
    earlier_plain = Text()
    came_from = Text()
    handler_id = UUID(null=True, default=None)
    handler_alone = UUID(null=True, default=None)
    assignee_id = UUID(null=True, default=None)
    due = Date(null=True, default=None)
    due_limit = Text()
    mark = Text()
    merged_into = UUID(null=True, default=None)
    caught_up = Boolean(default=True)
    received_at = Timestamptz()
    registered_at = Timestamptz(null=True, default=None)
    registered_by = UUID(null=True, default=None)
    closed_at = Timestamptz(null=True, default=None)
    updated_at = Timestamptz()
    version = Integer(default=1)
    sent_digest = Bytea(default=b"")


class SpentCode(PluginTable, tablename="spent_code", schema="petitions"):
    """A look-up code that was replaced by a new one."""

    id = UUID(primary_key=True, default=new_id)
    code_hash = Bytea(default=b"")
    matter_id = UUID(default=None)
    replaced_at = Timestamptz()


class Proven(PluginTable, tablename="proven", schema="petitions"):
    """A letter that a resident, whose number may have been another's when it came, has typed the code of."""

    id = UUID(primary_key=True, default=new_id)
    resident_id = UUID(default=None)
    matter_id = UUID(default=None)
    proven_at = Timestamptz()


class Petitioner(PluginTable, tablename="petitioner", schema="petitions"):
    """A person who brings matters, apart from the matters."""

    id = UUID(primary_key=True, default=new_id)
    organisation_id = UUID(default=None)
    name = Bytea(default=b"")
    name_index = Bytea(null=True, default=None)
    phone = Bytea(default=b"")
    phone_index = Bytea(null=True, default=None)
    id_number = Bytea(default=b"")
    id_index = Bytea(null=True, default=None)
    address = Bytea(default=b"")
    gender = Text()
    resident_id = UUID(null=True, default=None)
    open_id = Bytea(default=b"")
    open_id_index = Bytea(null=True, default=None)
    created_at = Timestamptz()


class Party(PluginTable, tablename="party", schema="petitions"):
    """Who brings which matter, and as what."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    petitioner_id = UUID(default=None)
    role = Text()
    position = Integer()
    withdrawn_at = Timestamptz(null=True, default=None)


class Accused(PluginTable, tablename="accused", schema="petitions"):
    """A person or an organisation complained of in a matter."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    account_id = UUID(null=True, default=None)
    organisation_id = UUID(null=True, default=None)
    name = Bytea(default=b"")
    name_index = Bytea(null=True, default=None)
    marked_at = Timestamptz()
    marked_by = UUID(null=True, default=None)


class Recusal(PluginTable, tablename="recusal", schema="petitions"):
    """Who stays away from a matter, and why."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    account_id = UUID(default=None)
    reason = Bytea(default=b"")
    decided_at = Timestamptz()
    decided_by = UUID(null=True, default=None)


class Paper(PluginTable, tablename="paper", schema="petitions"):
    """A file of a matter."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    file_id = UUID(default=None)
    name = Bytea(default=b"")
    side = Text()
    kind = Text()
    shown = Boolean(default=False)
    added_at = Timestamptz()
    added_by = UUID(null=True, default=None)
    letter = Text()
    given_at = Timestamptz(null=True, default=None)
    batch = UUID(null=True, default=None)


class Message(PluginTable, tablename="message", schema="petitions"):
    """What the petitioner and the office wrote to each other."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    side = Text()
    text = Bytea(default=b"")
    written_at = Timestamptz()
    written_by = UUID(null=True, default=None)
    taken = Boolean(default=True)


class MatterEvent(PluginTable, tablename="event", schema="petitions"):
    """Something that happened to a matter, in the words of the clock. `detail` is JSON without personal data."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    kind = Text()
    at = Timestamptz()
    detail = JSONB(default="{}")
    shown = Boolean(default=False)
    actor_id = UUID(null=True, default=None)
    recorded_at = Timestamptz()
    note = Bytea(default=b"")


class Deadline(PluginTable, tablename="deadline", schema="petitions"):
    """One statutory limit of a matter as the clock last saw it."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    limit_id = Text()
    round = Integer()
    organ = Text()
    state = Text()
    starts = Date(null=True, default=None)
    due = Date(null=True, default=None)
    ended_on = Date(null=True, default=None)
    mark = Text()
    duty = Boolean(default=True)
    yellow_on = Date(null=True, default=None)
    red_on = Date(null=True, default=None)


class RuleProfile(PluginTable, tablename="rule_profile", schema="petitions"):
    """An office's rule profile for what it receives from a day on; `content` is TOML, or "" for the shipped one."""

    id = UUID(primary_key=True, default=new_id)
    organisation_id = UUID(default=None)
    valid_from = Date()
    profile = Text()
    content = Text()
    changed_at = Timestamptz()
    changed_by = UUID(null=True, default=None)


class Supervision(PluginTable, tablename="supervision", schema="petitions"):
    """A step of supervision: of the ladder (`by` is None), or by hand. `note` and `answer` are sealed."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    step = Text()
    limit_id = Text()
    round = Integer(default=1)
    organ = Text()
    due = Date(null=True, default=None)
    at = Timestamptz()
    by = UUID(null=True, default=None)
    note = Bytea(default=b"")
    told = Array(base_column=UUID(), default=list)
    answered_at = Timestamptz(null=True, default=None)
    answered_by = UUID(null=True, default=None)
    answer = Bytea(default=b"")


class Extension(PluginTable, tablename="extension", schema="petitions"):
    """More days that were asked for. `granted` is None until the head has decided; `reason` is sealed."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    limit_id = Text()
    organ = Text()
    days = Integer()
    reason = Bytea(default=b"")
    asked_by = UUID(null=True, default=None)
    asked_at = Timestamptz()
    granted = Boolean(null=True, default=None)
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)


class Feature(PluginTable, tablename="feature", schema="petitions"):
    """What a matter is told apart by: keyed hashes. `id` is the matter's."""

    id = UUID(primary_key=True, default=None)
    sequence = BigInt()
    features = Bytea(default=b"")
    version = SmallInt(default=1)
    compared = Boolean(default=False)


class Draft(PluginTable, tablename="draft", schema="petitions"):
    """What a resident began to write and has not sent yet. `content` is sealed JSON."""

    id = UUID(primary_key=True, default=new_id)
    token_hash = Bytea(default=b"")
    resident_id = UUID(null=True, default=None)
    content = Bytea(default=b"")
    updated_at = Timestamptz()


class Rating(PluginTable, tablename="rating", schema="petitions"):
    """What a petitioner thinks of the office for letters and visits, or of the unit that handled the matter."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    round = Integer(default=1)
    office = Text()
    body_id = UUID(default=None)
    grade = Text()
    comment = Bytea(default=b"")
    channel = Text()
    own = Boolean(default=False)
    at = Timestamptz()
    entered_by = UUID(null=True, default=None)
    changed_at = Timestamptz(null=True, default=None)
    changed_by = UUID(null=True, default=None)
    corrected = Boolean(default=False)
    invalid_at = Timestamptz(null=True, default=None)
    invalid_by = UUID(null=True, default=None)
    invalid_reason = Bytea(default=b"")


class Visit(PluginTable, tablename="visit", schema="petitions"):
    """A follow-up visit (回访): why, who was told, and what came of it. `note` is sealed."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    round = Integer(default=1)
    cause = Text()
    opened_at = Timestamptz()
    due = Date()
    told = Array(base_column=UUID(), default=list)
    tries = Integer()
    done_at = Timestamptz(null=True, default=None)
    done_by = UUID(null=True, default=None)
    reached = Boolean(null=True, default=None)
    satisfied = Boolean(null=True, default=None)
    reopened = Boolean(default=False)
    note = Bytea(default=b"")


class Publication(PluginTable, tablename="publication", schema="petitions"):
    """What everybody may read of a matter."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    summary = Text()
    published_at = Timestamptz()
    published_by = UUID(null=True, default=None)
    withdrawn_at = Timestamptz(null=True, default=None)
    withdrawn_by = UUID(null=True, default=None)
    version = Integer(default=1)


class OfficeData(PluginTable, tablename="office_data", schema="petitions"):
    """One version of a file of rules or outlines of the office's own; an empty `content` is the shipped one again."""

    id = UUID(primary_key=True, default=new_id)
    kind = Text()
    version = Integer()
    content = Text()
    changed_at = Timestamptz()
    changed_by = UUID(null=True, default=None)


class LearntSuggester(PluginTable, tablename="suggester", schema="petitions"):
    """One version of the learnt model. `measured` is JSON: how often it is right, by set and question."""

    id = UUID(primary_key=True, default=new_id)
    version = Integer()
    file_id = UUID(null=True, default=None)
    decided = Array(base_column=UUID(), default=list)
    measured = JSONB(default="[]")
    learnt_at = Timestamptz()


class ReportDraft(PluginTable, tablename="report_draft", schema="petitions"):
    """What somebody is writing for a report. `words` is sealed JSON."""

    id = UUID(primary_key=True, default=new_id)
    account_id = UUID(default=None)
    period = Text()
    words = Bytea(default=b"")
    updated_at = Timestamptz()


class Report(PluginTable, tablename="report", schema="petitions"):
    """A report as it was issued. `content` is sealed JSON."""

    id = UUID(primary_key=True, default=new_id)
    organisation_id = UUID(default=None)
    period = Text()
    content = Bytea(default=b"")
    report_file = UUID(default=None)
    topics_file = UUID(default=None)
    report_sha256 = Text()
    topics_sha256 = Text()
    issued_at = Timestamptz()
    issued_by = UUID(default=None)


class ReportRow(PluginTable, tablename="report_row", schema="petitions"):
    """A matter behind the figures of an issued report, and the marks it counted under."""

    id = UUID(primary_key=True, default=new_id)
    report_id = UUID(default=None)
    span = Text()
    matter_id = UUID(default=None)
    people = Integer()
    marks = Array(base_column=Text(), default=list)


class PublicationDraft(PluginTable, tablename="publication_draft", schema="petitions"):
    """Words that wait for somebody else's look before they are published."""

    id = UUID(primary_key=True, default=new_id)
    matter_id = UUID(default=None)
    summary = Text()
    drafted_by = UUID(null=True, default=None)
    drafted_at = Timestamptz()
