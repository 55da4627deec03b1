COMMENT ON COLUMN matter.code_hash IS
    'keyed hash of the look-up code; the code itself is in no table but, sealed, in a message that waits for its gateway';
