-- Tables of the first schema. What is BYTEA is sealed, hashed or signed.

CREATE TABLE clock (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    record BYTEA NOT NULL,
    next_look_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT clock_pk PRIMARY KEY (programme_id, id)
);

CREATE INDEX clock_look_ix ON clock (next_look_at);

CREATE TABLE comparison (
    programme_id UUID NOT NULL,
    version INTEGER NOT NULL,
    record BYTEA NOT NULL,
    CONSTRAINT comparison_pk PRIMARY KEY (programme_id)
);

CREATE TABLE conversation (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    record BYTEA NOT NULL,
    CONSTRAINT conversation_pk PRIMARY KEY (programme_id, id)
);

CREATE TABLE counter (
    programme_id UUID NOT NULL,
    mac BYTEA NOT NULL,
    kind TEXT NOT NULL,
    day DATE NOT NULL,
    amount BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    CONSTRAINT counter_pk PRIMARY KEY (programme_id, mac)
);

CREATE TABLE directory (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    organisation_id UUID,
    body BYTEA NOT NULL,
    signer_id UUID,
    signature BYTEA NOT NULL,
    CONSTRAINT directory_pk PRIMARY KEY (programme_id, id, version)
);

CREATE TABLE fluency (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    record BYTEA NOT NULL,
    CONSTRAINT fluency_pk PRIMARY KEY (programme_id, id)
);

CREATE TABLE issue (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    team_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    link BYTEA NOT NULL,
    packet BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT issue_pk PRIMARY KEY (programme_id, id)
);

CREATE TABLE key_pair (
    programme_id UUID NOT NULL,
    holder_kind TEXT NOT NULL,
    holder_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    public BYTEA NOT NULL,
    box BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT key_pair_pk PRIMARY KEY (programme_id, holder_kind, holder_id, epoch)
);

CREATE TABLE key_wrap (
    programme_id UUID NOT NULL,
    holder_kind TEXT NOT NULL,
    holder_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    reader_id UUID NOT NULL,
    reader_epoch INTEGER NOT NULL,
    wrap BYTEA NOT NULL,
    CONSTRAINT key_wrap_pk PRIMARY KEY (programme_id, holder_kind, holder_id, epoch, reader_id)
);

CREATE TABLE keyed_list (
    programme_id UUID NOT NULL,
    position BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    last BYTEA NOT NULL,
    mac BYTEA NOT NULL,
    CONSTRAINT keyed_list_pk PRIMARY KEY (programme_id)
);

CREATE TABLE lane (
    programme_id UUID NOT NULL,
    mac BYTEA NOT NULL,
    tries INTEGER NOT NULL,
    tried_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT lane_pk PRIMARY KEY (programme_id, mac)
);

CREATE TABLE line (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    slug TEXT NOT NULL,
    channel TEXT NOT NULL,
    sender TEXT NOT NULL,
    country TEXT NOT NULL,
    language TEXT NOT NULL,
    emergency_number TEXT NOT NULL,
    reading_hours TEXT NOT NULL,
    price TEXT NOT NULL,
    budget TEXT NOT NULL,
    display_name TEXT NOT NULL,
    photo TEXT NOT NULL,
    website TEXT NOT NULL,
    looked_on TEXT NOT NULL,
    standby_for TEXT NOT NULL,
    version INTEGER NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT line_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT line_slug_uq UNIQUE (slug)
);

CREATE TABLE line_state (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    version INTEGER NOT NULL,
    record BYTEA NOT NULL,
    CONSTRAINT line_state_pk PRIMARY KEY (programme_id, id)
);

CREATE TABLE log_checkpoint (
    programme_id UUID NOT NULL,
    size BIGINT NOT NULL,
    note TEXT NOT NULL,
    CONSTRAINT log_checkpoint_pk PRIMARY KEY (programme_id, size)
);

CREATE TABLE log_head (
    programme_id UUID NOT NULL,
    version INTEGER NOT NULL,
    record BYTEA NOT NULL,
    CONSTRAINT log_head_pk PRIMARY KEY (programme_id)
);

CREATE TABLE log_leaf (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    leaf_hash BYTEA NOT NULL,
    body BYTEA NOT NULL,
    position BIGINT,
    CONSTRAINT log_leaf_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT log_leaf_programme_id_position_uq UNIQUE (programme_id, position)
);

CREATE INDEX log_leaf_new_ix ON log_leaf (programme_id) WHERE position IS NULL;

CREATE TABLE log_tag (
    programme_id UUID NOT NULL,
    tag BYTEA NOT NULL,
    mark BYTEA NOT NULL,
    CONSTRAINT log_tag_pk PRIMARY KEY (programme_id, tag)
);

CREATE TABLE organisation (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT organisation_pk PRIMARY KEY (programme_id, id)
);

CREATE TABLE programme (
    programme_id UUID NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT programme_pk PRIMARY KEY (programme_id)
);

CREATE TABLE restored (
    programme_id UUID NOT NULL,
    number INTEGER NOT NULL,
    id UUID NOT NULL,
    backup_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    entries BIGINT NOT NULL,
    waits BOOLEAN NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT restored_pk PRIMARY KEY (programme_id, number)
);

CREATE TABLE seen (
    programme_id UUID NOT NULL,
    mac BYTEA NOT NULL,
    day DATE NOT NULL,
    CONSTRAINT seen_pk PRIMARY KEY (programme_id, mac)
);

CREATE TABLE site (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    version INTEGER NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT site_pk PRIMARY KEY (programme_id, id)
);

CREATE TABLE watched (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    day DATE NOT NULL,
    raised BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    record BYTEA NOT NULL,
    CONSTRAINT watched_pk PRIMARY KEY (programme_id, id)
);

CREATE TABLE action (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    issue_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    words BYTEA NOT NULL,
    CONSTRAINT action_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT issue_id_issue_fk FOREIGN KEY(programme_id, issue_id) REFERENCES issue (programme_id, id)
);

CREATE TABLE approval (
    programme_id UUID NOT NULL,
    issue_id UUID NOT NULL,
    officer_id UUID NOT NULL,
    packet_version INTEGER NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT approval_pk PRIMARY KEY (programme_id, issue_id, officer_id, packet_version),
    CONSTRAINT issue_id_issue_fk FOREIGN KEY(programme_id, issue_id) REFERENCES issue (programme_id, id)
);

CREATE TABLE cases (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    team_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    queue BYTEA NOT NULL,
    facts BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    next_look_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT cases_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT conversation_id_conversation_fk FOREIGN KEY(programme_id, conversation_id) REFERENCES conversation (programme_id, id)
);

CREATE INDEX cases_conversation_ix ON cases (programme_id, conversation_id);

CREATE TABLE contact (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    version INTEGER NOT NULL,
    index_version INTEGER NOT NULL,
    index BYTEA NOT NULL,
    address BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT contact_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT contact_programme_id_index_version_index_uq UNIQUE (programme_id, index_version, index),
    CONSTRAINT conversation_id_conversation_fk FOREIGN KEY(programme_id, conversation_id) REFERENCES conversation (programme_id, id)
);

CREATE TABLE disclosure (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    link BYTEA NOT NULL,
    packet BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT disclosure_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT organisation_id_organisation_fk FOREIGN KEY(programme_id, organisation_id) REFERENCES organisation (programme_id, id)
);

CREATE TABLE hanging (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    site_id UUID NOT NULL,
    place TEXT NOT NULL,
    language TEXT NOT NULL,
    hung DATE NOT NULL,
    gone DATE,
    version INTEGER NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT hanging_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT site_id_site_fk FOREIGN KEY(programme_id, site_id) REFERENCES site (programme_id, id)
);

CREATE TABLE practice (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    line_id UUID NOT NULL,
    mark BYTEA NOT NULL,
    begun TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    ended TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT practice_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT line_id_line_fk FOREIGN KEY(programme_id, line_id) REFERENCES line (programme_id, id)
);

CREATE TABLE invitation (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    keys BYTEA,
    CONSTRAINT invitation_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT invitation_login_uq UNIQUE (login),
    CONSTRAINT organisation_id_organisation_fk FOREIGN KEY(programme_id, organisation_id) REFERENCES organisation (programme_id, id)
);

CREATE TABLE issue_note (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    issue_id UUID NOT NULL,
    team_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    words BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT issue_note_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT issue_note_programme_id_issue_id_ordinal_uq UNIQUE (programme_id, issue_id, ordinal),
    CONSTRAINT issue_id_issue_fk FOREIGN KEY(programme_id, issue_id) REFERENCES issue (programme_id, id)
);

CREATE TABLE officer (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    bundle BYTEA NOT NULL,
    CONSTRAINT officer_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT officer_login_uq UNIQUE (login),
    CONSTRAINT organisation_id_organisation_fk FOREIGN KEY(programme_id, organisation_id) REFERENCES organisation (programme_id, id)
);

CREATE TABLE outbox (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    state TEXT NOT NULL,
    payload BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    place BIGINT GENERATED BY DEFAULT AS IDENTITY,
    release_id UUID,
    release_signer_id UUID,
    release_signature BYTEA,
    run_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    lease_token UUID,
    provider_ref BYTEA,
    code TEXT,
    dedupe_key TEXT NOT NULL,
    first_digest BYTEA,
    reseal_signer_id UUID,
    reseal_signature BYTEA,
    CONSTRAINT outbox_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT outbox_programme_id_dedupe_key_uq UNIQUE (programme_id, dedupe_key),
    CONSTRAINT conversation_id_conversation_fk FOREIGN KEY(programme_id, conversation_id) REFERENCES conversation (programme_id, id)
);

CREATE INDEX outbox_conversation_ix ON outbox (programme_id, conversation_id);

CREATE INDEX outbox_lease_ix ON outbox (lease_until) WHERE state = 'claimed';

CREATE INDEX outbox_owed_ix ON outbox (run_at) WHERE state IN ('owed', 'unknown');

CREATE TABLE return_code (
    programme_id UUID NOT NULL,
    mark BYTEA NOT NULL,
    conversation_id UUID NOT NULL,
    until DATE NOT NULL,
    proof BYTEA NOT NULL,
    CONSTRAINT return_code_pk PRIMARY KEY (programme_id, mark),
    CONSTRAINT conversation_id_conversation_fk FOREIGN KEY(programme_id, conversation_id) REFERENCES conversation (programme_id, id)
);

CREATE TABLE supply_link (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    site_id UUID NOT NULL,
    organisation_id UUID NOT NULL,
    since DATE NOT NULL,
    until DATE,
    source TEXT NOT NULL,
    version INTEGER NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT supply_link_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT site_id_site_fk FOREIGN KEY(programme_id, site_id) REFERENCES site (programme_id, id),
    CONSTRAINT organisation_id_organisation_fk FOREIGN KEY(programme_id, organisation_id) REFERENCES organisation (programme_id, id)
);

CREATE TABLE action_entry (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    action_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    words BYTEA NOT NULL,
    CONSTRAINT action_entry_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT action_entry_programme_id_action_id_ordinal_uq UNIQUE (programme_id, action_id, ordinal),
    CONSTRAINT action_id_action_fk FOREIGN KEY(programme_id, action_id) REFERENCES action (programme_id, id)
);

CREATE TABLE assessment (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    version INTEGER NOT NULL,
    judge TEXT NOT NULL,
    words BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT assessment_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT assessment_programme_id_case_id_version_uq UNIQUE (programme_id, case_id, version),
    CONSTRAINT case_id_cases_fk FOREIGN KEY(programme_id, case_id) REFERENCES cases (programme_id, id)
)
 WITH (toast_tuple_target = 8160);

CREATE TABLE case_reader (
    programme_id UUID NOT NULL,
    case_id UUID NOT NULL,
    officer_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    since DATE NOT NULL,
    CONSTRAINT case_reader_pk PRIMARY KEY (programme_id, case_id, officer_id),
    CONSTRAINT case_id_cases_fk FOREIGN KEY(programme_id, case_id) REFERENCES cases (programme_id, id),
    CONSTRAINT officer_id_officer_fk FOREIGN KEY(programme_id, officer_id) REFERENCES officer (programme_id, id)
);

CREATE TABLE draft (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    officer_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    form TEXT NOT NULL,
    words BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT draft_pk PRIMARY KEY (programme_id, officer_id, case_id, form),
    CONSTRAINT case_id_cases_fk FOREIGN KEY(programme_id, case_id) REFERENCES cases (programme_id, id)
);

CREATE TABLE lent (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    message_id UUID NOT NULL,
    officer_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    returned BOOLEAN NOT NULL,
    words BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    back BYTEA NOT NULL,
    back_signature BYTEA NOT NULL,
    CONSTRAINT lent_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT case_id_cases_fk FOREIGN KEY(programme_id, case_id) REFERENCES cases (programme_id, id)
);

CREATE TABLE message (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    ordinal INTEGER NOT NULL,
    direction TEXT NOT NULL,
    size INTEGER NOT NULL,
    words BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT message_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT message_programme_id_case_id_ordinal_uq UNIQUE (programme_id, case_id, ordinal),
    CONSTRAINT case_id_cases_fk FOREIGN KEY(programme_id, case_id) REFERENCES cases (programme_id, id)
)
 WITH (toast_tuple_target = 8160);

CREATE TABLE second_factor (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    officer_id UUID NOT NULL,
    kind TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    fixed BYTEA NOT NULL,
    version INTEGER NOT NULL,
    used BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT second_factor_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT officer_id_officer_fk FOREIGN KEY(programme_id, officer_id) REFERENCES officer (programme_id, id)
);

CREATE TABLE session (
    programme_id UUID NOT NULL,
    id BYTEA NOT NULL,
    officer_id UUID NOT NULL,
    stage TEXT NOT NULL,
    box BYTEA NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    proof BYTEA NOT NULL,
    challenge BYTEA,
    CONSTRAINT session_pk PRIMARY KEY (programme_id, id),
    CONSTRAINT officer_id_officer_fk FOREIGN KEY(programme_id, officer_id) REFERENCES officer (programme_id, id)
);

CREATE TABLE slot (
    programme_id UUID NOT NULL,
    officer_id UUID NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    salt BYTEA NOT NULL,
    cost TEXT NOT NULL,
    auth_hash BYTEA NOT NULL,
    wrapped_umk BYTEA NOT NULL,
    tried BOOLEAN NOT NULL,
    CONSTRAINT slot_pk PRIMARY KEY (programme_id, officer_id, kind),
    CONSTRAINT officer_id_officer_fk FOREIGN KEY(programme_id, officer_id) REFERENCES officer (programme_id, id)
);

-- What people write down for workers. The first is in no write-ahead log and in no backup.
CREATE UNLOGGED TABLE handover (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    officer_id UUID NOT NULL,
    day DATE NOT NULL,
    envelope BYTEA,
    signature BYTEA NOT NULL,
    outcome BYTEA,
    CONSTRAINT handover_pk PRIMARY KEY (programme_id, id)
);

CREATE TABLE entry_draft (
    programme_id UUID NOT NULL,
    officer_id UUID NOT NULL,
    form TEXT NOT NULL,
    id UUID NOT NULL,
    words BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT entry_draft_pk PRIMARY KEY (programme_id, officer_id, form)
);

CREATE TABLE leftover (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    payload BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    place BIGINT GENERATED BY DEFAULT AS IDENTITY,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    run_at TIMESTAMP WITH TIME ZONE NOT NULL,
    attempts INTEGER NOT NULL,
    code TEXT,
    lease_until TIMESTAMP WITH TIME ZONE,
    lease_token UUID,
    CONSTRAINT leftover_pk PRIMARY KEY (programme_id, id)
);

CREATE INDEX leftover_run_ix ON leftover (run_at);

CREATE TABLE medium (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    holder_kind TEXT NOT NULL,
    holder_id UUID NOT NULL,
    epoch INTEGER NOT NULL,
    chunks INTEGER NOT NULL,
    key BYTEA NOT NULL,
    head BYTEA NOT NULL,
    signer_id UUID NOT NULL,
    signature BYTEA NOT NULL,
    CONSTRAINT medium_pk PRIMARY KEY (programme_id, id)
);

CREATE INDEX medium_holder_ix ON medium (programme_id, holder_id);

CREATE TABLE medium_chunk (
    programme_id UUID NOT NULL,
    medium_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    box BYTEA NOT NULL,
    CONSTRAINT medium_chunk_pk PRIMARY KEY (programme_id, medium_id, ordinal)
);

CREATE TABLE brought (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    place BIGINT GENERATED BY DEFAULT AS IDENTITY,
    envelope BYTEA NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    code TEXT,
    CONSTRAINT brought_pk PRIMARY KEY (programme_id, id)
);

CREATE INDEX brought_place_ix ON brought (programme_id, place);

CREATE TABLE line_run (
    programme_id UUID NOT NULL,
    id UUID NOT NULL,
    free_at TIMESTAMP WITH TIME ZONE NOT NULL,
    listed_until TIMESTAMP WITH TIME ZONE,
    heard_on DATE,
    reached_on DATE,
    CONSTRAINT line_run_pk PRIMARY KEY (programme_id, id)
);
