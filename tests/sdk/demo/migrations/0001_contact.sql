CREATE TABLE contact (
    id uuid PRIMARY KEY,
    phone bytea,
    phone_index bytea,
    mobile bytea,
    mobile_index bytea,
    name bytea,
    name_index bytea
);
