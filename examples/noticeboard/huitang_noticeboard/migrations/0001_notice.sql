CREATE TABLE notice (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL,
    author_id uuid,
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    body text NOT NULL,
    published_at timestamptz NOT NULL,
    expires_on date,
    is_up boolean NOT NULL DEFAULT true
);
CREATE INDEX notice_up ON notice (organisation_id, published_at DESC) WHERE is_up;
