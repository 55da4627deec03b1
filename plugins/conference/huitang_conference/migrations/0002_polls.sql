-- Polls. What a poll keeps while it is open says who has pressed, never what, where it is secret.

CREATE TABLE poll (
    id uuid PRIMARY KEY,
    meeting_id uuid NOT NULL REFERENCES meeting ON DELETE CASCADE,
    item_id uuid REFERENCES item ON DELETE CASCADE,
    position integer NOT NULL DEFAULT 0,
    kind text NOT NULL CHECK (kind IN ('motion', 'amendment', 'appointment', 'election')),
    amends_id uuid REFERENCES poll ON DELETE SET NULL, -- an amendment names the motion that has to wait for it
    title text NOT NULL,
    text text NOT NULL DEFAULT '',
    names jsonb NOT NULL DEFAULT '[]',        -- appointments merged into one vote, or the candidates of an election
    seats integer NOT NULL DEFAULT 1,         -- elections: how many are to be elected
    options jsonb NOT NULL DEFAULT '{}',      -- elections: write-ins, equal or surplus, post; votes: the majority's name
    secrecy text NOT NULL DEFAULT 'open' CHECK (secrecy IN ('open', 'secret')),
    counts text NOT NULL DEFAULT 'first' CHECK (counts IN ('first', 'last')), -- which press of a voter counts
    manner text NOT NULL DEFAULT 'key' CHECK (manner IN ('key', 'hands')),
    seconds integer,                          -- timed; NULL: the chair closes it
    show text NOT NULL DEFAULT 'withheld' CHECK (show IN ('live', 'withheld')),
    attempt integer NOT NULL DEFAULT 1,
    repeats_id uuid REFERENCES poll ON DELETE SET NULL, -- the attempt before, kept in the record
    repeat_reason text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'prepared'
        CHECK (state IN ('prepared', 'open', 'closed', 'void', 'withdrawn')),
    members_total integer NOT NULL DEFAULT 0,
    present_at_open integer,
    present_at_close integer,
    opened_at timestamptz,
    closes_at timestamptz,
    closed_at timestamptz,
    announced_at timestamptz,                 -- a withheld result becomes visible when the chair announces it
    public_key bytea,                         -- secret: presses are sealed with it; its other half lives outside the database
    hands jsonb NOT NULL DEFAULT '{}',        -- confirmed shows of hands: of remote voters, or of all
    void_reason text NOT NULL DEFAULT '',
    log_sequence bigint NOT NULL DEFAULT 0,
    log_hash bytea,
    result jsonb,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX poll_meeting ON poll (meeting_id, position);
CREATE INDEX poll_open ON poll (closes_at) WHERE state = 'open';

-- The three tables below are written by thousands of rows at one moment, always under the lock of their poll. A foreign key
-- would be half of what such a write costs, so a trigger takes their rows away with the poll.

-- Who may press: the members who were checked in when the poll opened, and those who came in while it was open.
CREATE TABLE voter (
    poll_id uuid NOT NULL,
    attendee_id uuid NOT NULL,
    by_hand boolean NOT NULL DEFAULT false,   -- remote: votes by show of hands
    has_fault boolean NOT NULL DEFAULT false, -- the device failed: neither an abstention nor "not pressed"
    PRIMARY KEY (poll_id, attendee_id)
);

CREATE TABLE press (
    poll_id uuid NOT NULL,
    attendee_id uuid NOT NULL,
    number integer NOT NULL,                  -- counts the presses of one terminal in one poll
    press_id text NOT NULL,                   -- the terminal's own: the same press sent again is the same
    receipt text NOT NULL,
    choice text,                              -- open polls
    sealed bytea,                             -- secret polls, while they are open: the key of the seal in an HPKE envelope,
                                              -- then nonce and AES-256-GCM
    PRIMARY KEY (poll_id, attendee_id)
);

-- The ballots of a secret poll after it has closed: mixed, without order, time or person.
CREATE TABLE ballot (
    poll_id uuid NOT NULL,
    id uuid NOT NULL,                         -- random, not counted up
    choice text NOT NULL,
    PRIMARY KEY (poll_id, id)
);

CREATE FUNCTION poll_goes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM conference.voter WHERE poll_id = OLD.id;
    DELETE FROM conference.press WHERE poll_id = OLD.id;
    DELETE FROM conference.ballot WHERE poll_id = OLD.id;
    RETURN OLD;
END $$;
CREATE TRIGGER poll_goes AFTER DELETE ON poll FOR EACH ROW EXECUTE FUNCTION poll_goes();

-- The log of a poll: each record carries the hash of the one before, and the platform's signature.
CREATE TABLE log_record (
    poll_id uuid NOT NULL REFERENCES poll ON DELETE CASCADE,
    sequence bigint NOT NULL,
    record text NOT NULL,                     -- the exact bytes that are hashed and signed
    hash bytea NOT NULL,
    signature bytea NOT NULL,
    PRIMARY KEY (poll_id, sequence)
);

-- Append-only: a record goes only together with its poll (a rehearsal is thrown away whole).
CREATE FUNCTION log_record_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM conference.poll WHERE id = OLD.poll_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the log of a poll is append-only';
END $$;
CREATE TRIGGER log_record_stays BEFORE UPDATE OR DELETE ON log_record FOR EACH ROW EXECUTE FUNCTION log_record_stays();
