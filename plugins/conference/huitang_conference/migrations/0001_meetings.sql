-- Bodies and their members by term, and the rules they meet by.

CREATE TABLE profile (
    id text PRIMARY KEY,                      -- "npcsc-2022", or an operator's own
    body_kind text NOT NULL,                  -- congress | standing_committee | presidium | council_of_chairs
    title text NOT NULL,
    content jsonb NOT NULL,                   -- the profile as huitang_conference.rules reads it
    is_verified boolean NOT NULL DEFAULT false,
    valid_from date,
    valid_to date,
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by uuid
);

CREATE TABLE body (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('congress', 'standing_committee', 'presidium', 'council_of_chairs')),
    term text NOT NULL DEFAULT '',            -- "第十届"
    profile_id text NOT NULL,                 -- one of the built-in profiles or of the table above
    since date,
    until date,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX body_organisation ON body (organisation_id);

CREATE TABLE member (
    id uuid PRIMARY KEY,
    body_id uuid NOT NULL REFERENCES body ON DELETE CASCADE,
    account_id uuid,                          -- who signs in as this member, if anybody
    name text NOT NULL,
    title text NOT NULL DEFAULT '',           -- 主任, 副主任, 委员
    position integer NOT NULL DEFAULT 0,      -- the order of lists: by office, then by strokes
    card_sha256 bytea,                        -- the card at the door
    since date,
    until date
);
CREATE INDEX member_body ON member (body_id, position);
CREATE INDEX member_account ON member (account_id);

-- Meetings. Whoever attends is an attendee of that meeting: members vote, observers (列席) speak, staff do neither.

CREATE TABLE meeting (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    body_id uuid NOT NULL REFERENCES body,
    title text NOT NULL,
    number text NOT NULL DEFAULT '',          -- "第十二次会议"
    sitting text NOT NULL DEFAULT 'plenary',  -- plenary | joint | group | presidium: what the speech limits go by
    place text NOT NULL DEFAULT '',
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    state text NOT NULL DEFAULT 'draft'
        CHECK (state IN ('draft', 'convened', 'open', 'adjourned', 'closed', 'archived')),
    profile jsonb NOT NULL,                   -- the rules as they stood when the meeting was convened
    rehearsal_of uuid REFERENCES meeting ON DELETE CASCADE,
    members_total integer NOT NULL DEFAULT 0, -- all members of the body: the base of every majority
    item_id uuid,                             -- the agenda item in hand
    poll_id uuid,                             -- the poll that is shown: open, or the last one closed
    speaking_open boolean NOT NULL DEFAULT false,
    screen jsonb NOT NULL DEFAULT '{"mode": "auto"}',
    push jsonb,                               -- the page pushed to the seats
    notice_sent_at timestamptz,
    notice_reason text NOT NULL DEFAULT '',   -- why the notice went out later than the rules ask for
    opened_at timestamptz,
    closed_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by uuid
);
CREATE INDEX meeting_organisation ON meeting (organisation_id, starts_at DESC);
CREATE INDEX meeting_rehearsal ON meeting (rehearsal_of) WHERE rehearsal_of IS NOT NULL;

CREATE TABLE attendee (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    member_id uuid REFERENCES member,         -- NULL for observers and staff
    account_id uuid,
    name text NOT NULL,
    title text NOT NULL DEFAULT '',
    role text NOT NULL CHECK (role IN ('member', 'observer', 'staff')),
    is_chair boolean NOT NULL DEFAULT false,
    is_remote boolean NOT NULL DEFAULT false,
    position integer NOT NULL DEFAULT 0,
    badge_sha256 bytea,                       -- the QR or card that checks this attendee in at the door
    presence text NOT NULL DEFAULT 'expected'
        CHECK (presence IN ('expected', 'present', 'away', 'left', 'excused')),
    presence_at timestamptz,
    presence_how text NOT NULL DEFAULT '',    -- seat | card | qr | staff
    is_late boolean NOT NULL DEFAULT false,
    UNIQUE (meeting_id, member_id)
);
CREATE INDEX attendee_meeting ON attendee (meeting_id, position);
CREATE INDEX attendee_account ON attendee (account_id);
CREATE UNIQUE INDEX attendee_badge ON attendee (meeting_id, badge_sha256) WHERE badge_sha256 IS NOT NULL;

CREATE TABLE presence_event (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    attendee_id uuid NOT NULL REFERENCES attendee ON DELETE CASCADE,
    at timestamptz NOT NULL,
    presence text NOT NULL,
    how text NOT NULL,
    actor_id uuid,
    reason text NOT NULL DEFAULT ''
);
CREATE INDEX presence_event_meeting ON presence_event (meeting_id, at);

CREATE TABLE leave_request (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    attendee_id uuid NOT NULL REFERENCES attendee ON DELETE CASCADE,
    reason text NOT NULL,
    starts_at timestamptz,
    ends_at timestamptz,
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'granted', 'refused', 'withdrawn')),
    decided_by uuid,
    decided_at timestamptz,
    answer text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX leave_meeting ON leave_request (meeting_id);

-- The hall: seats of one meeting, each with its device and its attendee.

CREATE TABLE hall (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    plan jsonb NOT NULL,                      -- [{"label", "x", "y", "kind"}]: the seats a new meeting starts with
    version integer NOT NULL DEFAULT 1
);

CREATE TABLE seat (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    label text NOT NULL,                      -- "3排12座": also the place of its device
    x real NOT NULL DEFAULT 0,
    y real NOT NULL DEFAULT 0,
    kind text NOT NULL DEFAULT 'seat' CHECK (kind IN ('seat', 'chair', 'podium')),
    attendee_id uuid UNIQUE REFERENCES attendee ON DELETE SET NULL,
    has_fault boolean NOT NULL DEFAULT false, -- the operator says that its device does not work
    UNIQUE (meeting_id, label)
);

-- The agenda.

CREATE TABLE item (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    position integer NOT NULL,
    number text NOT NULL DEFAULT '',
    title text NOT NULL,
    kind text NOT NULL DEFAULT 'report'
        CHECK (kind IN ('report', 'motion', 'appointment', 'election', 'other')),
    text text NOT NULL DEFAULT '',
    presenter text NOT NULL DEFAULT '',
    minutes integer,
    state text NOT NULL DEFAULT 'pending'     -- proposed, refused: an ad-hoc motion and the chair's word on it
        CHECK (state IN ('proposed', 'refused', 'pending', 'current', 'done', 'deferred')),
    is_ad_hoc boolean NOT NULL DEFAULT false,
    proposers integer NOT NULL DEFAULT 0,     -- how many members moved it, where the rules ask for a number
    proposer_ids uuid[] NOT NULL DEFAULT '{}',
    decided_by uuid,                          -- who gave or refused the chair's consent to an ad-hoc motion
    decided_at timestamptz,
    reason text NOT NULL DEFAULT '',
    started_at timestamptz,
    ended_at timestamptz
);
CREATE INDEX item_meeting ON item (meeting_id, position);

CREATE TABLE document (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    item_id uuid REFERENCES item ON DELETE CASCADE,
    file_id uuid NOT NULL,
    title text NOT NULL,
    audience text NOT NULL DEFAULT 'members' CHECK (audience IN ('members', 'attendees', 'staff')),
    is_withdrawn boolean NOT NULL DEFAULT false,
    withdraw_after boolean NOT NULL DEFAULT false, -- taken back from the seats when the meeting closes
    position integer NOT NULL DEFAULT 0
);
CREATE INDEX document_meeting ON document (meeting_id, position);

-- Speaking.

CREATE TABLE speech (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    item_id uuid REFERENCES item ON DELETE CASCADE,
    attendee_id uuid NOT NULL REFERENCES attendee ON DELETE CASCADE,
    kind text NOT NULL DEFAULT 'speech' CHECK (kind IN ('speech', 'interposition')),
    ordinal integer NOT NULL DEFAULT 1,       -- this person's first, second … speech on this item
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'speaking', 'done', 'withdrawn', 'refused')),
    position double precision NOT NULL DEFAULT 0,
    allowed_seconds integer,                  -- NULL: the rules set no limit
    extended_seconds integer NOT NULL DEFAULT 0,
    asked_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    record text NOT NULL DEFAULT '',
    confirmed_at timestamptz,
    reason text NOT NULL DEFAULT ''
);
CREATE INDEX speech_meeting ON speech (meeting_id, state, position);

-- Desks: calls for service, and acts that need a second person.

CREATE TABLE service_call (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    attendee_id uuid REFERENCES attendee ON DELETE CASCADE,
    seat_label text NOT NULL DEFAULT '',
    what text NOT NULL,                       -- staff | water | device | paper
    at timestamptz NOT NULL,
    answered_at timestamptz,
    answered_by uuid
);
CREATE INDEX service_call_meeting ON service_call (meeting_id, at);

CREATE TABLE manual_act (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    act text NOT NULL,                        -- poll.hands | poll.void | presence.correct …
    detail jsonb NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    decided_by uuid,
    decided_at timestamptz,
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'confirmed', 'refused', 'expired'))
);
CREATE INDEX manual_act_meeting ON manual_act (meeting_id, asked_at);
