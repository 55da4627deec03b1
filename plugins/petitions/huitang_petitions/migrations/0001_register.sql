-- The register: matters, the people who bring them, and what happened. What belongs to a person, and every text a petitioner
-- wrote, is sealed (bytea) by the platform's personal-data keys, which are not in this database; the *_index columns find exact
-- values without telling them.

CREATE SEQUENCE matter_number;

CREATE TABLE matter (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    number text NOT NULL UNIQUE,
    code_hash bytea NOT NULL UNIQUE,
    channel text NOT NULL CHECK (channel IN ('web', 'phone', 'sms', 'wechat', 'letter', 'fax', 'visit', 'import', 'transferred')),
    kind text NOT NULL CHECK (kind IN ('', 'suggestion', 'accusation', 'appeal')),
    state text NOT NULL,
    subject bytea NOT NULL,
    body bytea NOT NULL,
    place bytea NOT NULL,
    district text NOT NULL,
    category text NOT NULL,
    remit text NOT NULL,
    people integer NOT NULL CHECK (people >= 1),
    anonymous boolean NOT NULL,
    whistle boolean NOT NULL,
    publish boolean NOT NULL,
    urgent boolean NOT NULL,
    earlier text NOT NULL,
    came_from text NOT NULL,
    handler_id uuid,
    assignee_id uuid,
    due date,
    due_limit text NOT NULL,
    mark text NOT NULL CHECK (mark IN ('', 'green', 'yellow', 'red', 'late')),
    merged_into uuid REFERENCES matter,
    received_at timestamptz NOT NULL,
    registered_at timestamptz,
    registered_by uuid,
    closed_at timestamptz,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL
);
COMMENT ON COLUMN matter.code_hash IS 'keyed hash of the look-up code; the code itself is kept nowhere';
COMMENT ON COLUMN matter.state IS 'a copy of the state of its process, for lists';
COMMENT ON COLUMN matter.category IS 'path in the category tree, "land.demolition.compensation"; empty: not yet known';
COMMENT ON COLUMN matter.earlier IS 'number or words of an earlier letter or visit on the same matter, as the petitioner says';
COMMENT ON COLUMN matter.came_from IS 'the organ that transferred or assigned it here';
COMMENT ON COLUMN matter.due IS 'the next statutory limit that runs; due_limit names it, mark says how near it is';
CREATE INDEX matter_received ON matter (received_at DESC, id DESC);
CREATE INDEX matter_organisation ON matter (organisation_id, received_at DESC, id DESC);
CREATE INDEX matter_handler ON matter (handler_id, received_at DESC) WHERE handler_id IS NOT NULL;
CREATE INDEX matter_assignee ON matter (assignee_id, due) WHERE assignee_id IS NOT NULL;
CREATE INDEX matter_due ON matter (due, organisation_id) WHERE due IS NOT NULL;
CREATE INDEX matter_mark ON matter (mark, organisation_id, due) WHERE mark IN ('yellow', 'red', 'late');
CREATE INDEX matter_state ON matter (state, received_at DESC);
CREATE INDEX matter_category ON matter (category text_pattern_ops, received_at DESC);

-- The petitioner and the matter are kept apart: one person may bring many, and many may bring one.
CREATE TABLE petitioner (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    name bytea NOT NULL,
    name_index bytea,
    phone bytea NOT NULL,
    phone_index bytea,
    id_number bytea NOT NULL,
    id_index bytea,
    address bytea NOT NULL,
    gender text NOT NULL CHECK (gender IN ('', 'female', 'male')),
    resident_id uuid,
    created_at timestamptz NOT NULL
);
CREATE INDEX petitioner_name ON petitioner (name_index) WHERE name_index IS NOT NULL;
CREATE INDEX petitioner_phone ON petitioner (phone_index) WHERE phone_index IS NOT NULL;
CREATE INDEX petitioner_id_number ON petitioner (id_index) WHERE id_index IS NOT NULL;
CREATE INDEX petitioner_resident ON petitioner (resident_id) WHERE resident_id IS NOT NULL;

CREATE TABLE party (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    petitioner_id uuid NOT NULL REFERENCES petitioner,
    role text NOT NULL CHECK (role IN ('petitioner', 'representative', 'agent')),
    position integer NOT NULL,
    withdrawn_at timestamptz,
    UNIQUE (matter_id, petitioner_id)
);
CREATE INDEX party_petitioner ON party (petitioner_id);

-- Who is complained of. Their accounts never reach the matter (条例 art. 30); an organisation stands for everybody in it and below.
CREATE TABLE accused (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    account_id uuid,
    organisation_id uuid,
    name bytea NOT NULL,
    name_index bytea,
    marked_at timestamptz NOT NULL,
    marked_by uuid
);
CREATE INDEX accused_matter ON accused (matter_id);
CREATE INDEX accused_account ON accused (account_id, matter_id) WHERE account_id IS NOT NULL;
CREATE INDEX accused_organisation ON accused (organisation_id, matter_id) WHERE organisation_id IS NOT NULL;

-- Who stays away from a matter for a conflict of interest (条例 art. 28).
CREATE TABLE recusal (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    account_id uuid NOT NULL,
    reason bytea NOT NULL,
    decided_at timestamptz NOT NULL,
    decided_by uuid,
    UNIQUE (matter_id, account_id)
);

-- Files of a matter. The platform's file store knows them by neutral names; the name the petitioner gave is sealed.
CREATE TABLE paper (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    file_id uuid NOT NULL,
    name bytea NOT NULL,
    side text NOT NULL CHECK (side IN ('petitioner', 'office')),
    kind text NOT NULL CHECK (kind IN ('attachment', 'scan', 'letter', 'report')),
    shown boolean NOT NULL,
    added_at timestamptz NOT NULL,
    added_by uuid
);
COMMENT ON COLUMN paper.shown IS 'whether the petitioner gets it with the code';
CREATE INDEX paper_matter ON paper (matter_id, added_at);

-- What the petitioner and the office write to each other.
CREATE TABLE message (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    side text NOT NULL CHECK (side IN ('petitioner', 'office')),
    text bytea NOT NULL,
    written_at timestamptz NOT NULL,
    written_by uuid
);
CREATE INDEX message_matter ON message (matter_id, written_at);

-- What happened, in the words of the statute clock (events.toml): from these rows every time limit is computed anew.
CREATE TABLE event (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    detail jsonb NOT NULL,
    shown boolean NOT NULL,
    actor_id uuid,
    recorded_at timestamptz NOT NULL
);
COMMENT ON COLUMN event.detail IS 'what the clock needs of it (organ, days, approver) and document ids; never personal data';
COMMENT ON COLUMN event.shown IS 'whether it is one of the facts the petitioner sees with the code';
CREATE INDEX event_matter ON event (matter_id, at);

-- Every statutory limit of every matter as the clock last saw it.
CREATE TABLE deadline (
    id uuid PRIMARY KEY,
    matter_id uuid NOT NULL REFERENCES matter,
    limit_id text NOT NULL,
    round integer NOT NULL,
    organ text NOT NULL,
    state text NOT NULL,
    starts date,
    due date,
    ended_on date,
    mark text NOT NULL CHECK (mark IN ('', 'green', 'yellow', 'red', 'late')),
    UNIQUE (matter_id, limit_id, round, organ)
);
CREATE INDEX deadline_running ON deadline (due) WHERE state IN ('running', 'extended', 'late');

-- What a resident began to write and has not sent yet; found by a token of which only the hash is kept.
CREATE TABLE draft (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE,
    resident_id uuid,
    content bytea NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX draft_resident ON draft (resident_id) WHERE resident_id IS NOT NULL;
CREATE INDEX draft_updated ON draft (updated_at);
