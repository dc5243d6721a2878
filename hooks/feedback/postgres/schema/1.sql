CREATE TABLE primum_card (
    uuid             text PRIMARY KEY,
    shown            timestamptz NOT NULL,
    service          text NOT NULL,
    hook             text NOT NULL,
    client           text NOT NULL,
    patient_hash     text NOT NULL,
    user_hash        text NOT NULL,
    indicator        text NOT NULL,
    rules            jsonb NOT NULL, -- [{pack, id, version}]
    suggestions      text[] NOT NULL,
    override_reasons jsonb NOT NULL  -- [{code, system, display}]
);
CREATE INDEX primum_card_shown ON primum_card (shown);

-- What a card is found by again.
CREATE TABLE primum_card_key (
    hash  bytea NOT NULL,
    shown timestamptz NOT NULL,
    card  text NOT NULL REFERENCES primum_card ON DELETE CASCADE,
    PRIMARY KEY (hash, shown, card)
);
CREATE INDEX primum_card_key_card ON primum_card_key (card);

-- The card need not be known.
CREATE TABLE primum_feedback (
    card          text NOT NULL,
    id            bytea NOT NULL,
    outcome       text NOT NULL CHECK (outcome IN ('accepted', 'overridden')),
    outcome_at    timestamptz NOT NULL,
    suggestions   text[] NOT NULL,
    reason_code   text,
    reason_system text,
    reason_display text NOT NULL,
    user_comment  text NOT NULL,
    service       text NOT NULL,
    client        text NOT NULL,
    received      timestamptz NOT NULL,
    PRIMARY KEY (card, id)
);
CREATE INDEX primum_feedback_received ON primum_feedback (received);
