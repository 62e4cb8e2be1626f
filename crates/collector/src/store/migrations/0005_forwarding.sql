-- How far each destination has come: every event up to `sequence` was taken by it, put among the dead
-- letters, or is none of its concern.
CREATE TABLE forward_cursors (
    destination   TEXT    NOT NULL PRIMARY KEY,
    sequence      INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Events that a destination did not take and will not take as they are. They go with their event,
-- whatever deletes that. `replay` is 1 while one waits to be sent again.
CREATE TABLE dead_letters (
    destination TEXT    NOT NULL,
    sequence    INTEGER NOT NULL REFERENCES events (sequence) ON DELETE CASCADE,
    code        TEXT    NOT NULL,
    message     TEXT    NOT NULL,
    tried_at_ms INTEGER NOT NULL,
    replay      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (destination, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX dead_letters_by_event ON dead_letters (sequence);
CREATE INDEX dead_letters_to_replay ON dead_letters (destination, sequence) WHERE replay = 1;
