-- Roles with their permissions, who holds them where, and rules about single rows.

CREATE TABLE role (
    id text PRIMARY KEY CHECK (id ~ '^[a-z][a-z0-9_]*\.[a-z0-9_-]+$'),
    title text NOT NULL CHECK (btrim(title) <> ''),
    plugin text NOT NULL,
    reach text NOT NULL DEFAULT 'below' CHECK (reach IN ('own', 'unit', 'below', 'all')),
    is_custom boolean NOT NULL DEFAULT false,
    is_changed boolean NOT NULL DEFAULT false,
    declared text[] NOT NULL DEFAULT '{}'
);

-- `permission` is one permission, or a pattern: '<plugin>.*' all of a plugin, '*' all, '@console' those of the console.
CREATE TABLE role_permission (
    role text NOT NULL REFERENCES role ON DELETE CASCADE,
    permission text NOT NULL,
    effect text NOT NULL CHECK (effect IN ('allow', 'deny')),
    PRIMARY KEY (role, permission)
);

CREATE TABLE role_parent (
    role text NOT NULL REFERENCES role ON DELETE CASCADE,
    parent text NOT NULL REFERENCES role ON DELETE CASCADE,
    PRIMARY KEY (role, parent),
    CHECK (role <> parent)
);

CREATE TABLE role_grant (
    id uuid PRIMARY KEY,
    account_id uuid,
    group_id uuid,
    role text NOT NULL REFERENCES role,
    organisation_id uuid NOT NULL,
    reach text NOT NULL CHECK (reach IN ('own', 'unit', 'below', 'all')),
    granted_at timestamptz NOT NULL DEFAULT now(),
    granted_by uuid,
    CHECK (num_nonnulls(account_id, group_id) = 1)
);
CREATE UNIQUE INDEX role_grant_once ON role_grant (account_id, group_id, role, organisation_id, reach)
    NULLS NOT DISTINCT;
CREATE INDEX role_grant_account ON role_grant (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX role_grant_group ON role_grant (group_id) WHERE group_id IS NOT NULL;
CREATE INDEX role_grant_role ON role_grant (role);

CREATE TABLE row_rule (
    account_id uuid NOT NULL,
    permission text NOT NULL,
    object_id uuid NOT NULL,
    effect text NOT NULL CHECK (effect IN ('allow', 'deny')),
    PRIMARY KEY (account_id, permission, object_id)
);

-- Counted up with every change of a role; what a node has compiled is good for one version.
CREATE TABLE policy_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version bigint NOT NULL
);
INSERT INTO policy_version (version) VALUES (1);
