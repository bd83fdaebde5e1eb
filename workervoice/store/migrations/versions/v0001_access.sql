-- Who may do what. Tables belong to the migrating owner; row-level security is forced on all.
-- Login roles: workervoice_gateway, workervoice_courier, workervoice_console.
-- The console switches (SET LOCAL ROLE) to workervoice_staff, workervoice_buyer,
-- workervoice_monitor, workervoice_registrar or workervoice_translator; the roles themselves are
-- made before the migrations run.

CREATE FUNCTION workervoice_scope(what text) RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('workervoice.' || what, true), '')::uuid $$;

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = current_schema() AND tablename <> 'alembic_version'
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY same_programme ON %I TO CURRENT_USER, workervoice_gateway, '
            'workervoice_courier, workervoice_staff, workervoice_monitor, workervoice_registrar '
            'USING (programme_id = (SELECT workervoice_scope(''programme'')))', name);
        EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', name);
    END LOOP;
END $$;

-- Each process asks whether the database is of its own version.
GRANT SELECT ON alembic_version TO workervoice_gateway, workervoice_courier, workervoice_console;

-- Before the programme is known: which line was called, which programmes there are, who logs in.
CREATE POLICY any_line ON line TO workervoice_gateway USING (true);
CREATE POLICY any_programme ON programme
    TO workervoice_gateway, workervoice_courier, workervoice_console, CURRENT_USER USING (true);
CREATE POLICY at_the_door ON officer TO workervoice_console USING (true);
CREATE POLICY at_the_door ON slot TO workervoice_console USING (true);
CREATE POLICY at_the_door ON session TO workervoice_console USING (true);
CREATE POLICY at_the_door ON second_factor TO workervoice_console USING (true);
CREATE POLICY at_the_door ON organisation TO workervoice_console USING (true);
CREATE POLICY at_the_door ON invitation TO workervoice_console USING (true);
CREATE POLICY at_the_door ON lane TO workervoice_console USING (true);

-- A buyer's officer sees the own organisation's rows, and the plan that a disclosure opened.
CREATE POLICY own ON organisation TO workervoice_buyer
    USING (programme_id = workervoice_scope('programme')
        AND (id = workervoice_scope('organisation') OR kind = 'operator'));
CREATE POLICY own ON disclosure TO workervoice_buyer
    USING (programme_id = workervoice_scope('programme')
        AND organisation_id = workervoice_scope('organisation'));
CREATE POLICY own ON action TO workervoice_buyer
    USING (programme_id = workervoice_scope('programme') AND issue_id = workervoice_scope('plan'));
CREATE POLICY own ON action_entry TO workervoice_buyer
    USING (programme_id = workervoice_scope('programme')
        AND EXISTS (SELECT 1 FROM action a WHERE a.programme_id = action_entry.programme_id
            AND a.id = action_entry.action_id));
CREATE POLICY own ON issue TO workervoice_buyer
    USING (programme_id = workervoice_scope('programme') AND id = workervoice_scope('plan'));
CREATE POLICY own ON key_pair TO workervoice_buyer
    USING (programme_id = workervoice_scope('programme')
        AND ((holder_kind = 'organisation' AND holder_id = workervoice_scope('organisation'))
            OR (holder_kind = 'plan' AND holder_id = workervoice_scope('plan'))));
CREATE POLICY own ON key_wrap TO workervoice_buyer
    USING (programme_id = workervoice_scope('programme')
        AND holder_kind = 'organisation' AND reader_id = workervoice_scope('officer'));
-- The directory holds ids, roles and public keys, no names; several buyers may share one plan, and
-- each checks what the others signed.
CREATE POLICY public_keys ON directory TO workervoice_buyer, workervoice_translator
    USING (programme_id = workervoice_scope('programme'));
CREATE POLICY append ON log_leaf TO workervoice_buyer, workervoice_console, workervoice_translator
    USING (programme_id = workervoice_scope('programme'));
CREATE POLICY append ON log_tag TO workervoice_buyer, workervoice_console, workervoice_translator
    USING (programme_id = workervoice_scope('programme'));
CREATE POLICY set_clock ON clock TO workervoice_buyer
    USING (programme_id = workervoice_scope('programme'));

-- The log: everybody may add a leaf, the courier gives it its position, once, and nobody changes
-- anything else of it. Tags tell nothing without the service key.
CREATE POLICY unordered ON log_leaf AS RESTRICTIVE FOR INSERT TO workervoice_gateway,
    workervoice_courier, workervoice_console, workervoice_staff, workervoice_buyer,
    workervoice_monitor, workervoice_registrar, workervoice_translator
    WITH CHECK (position IS NULL);
CREATE POLICY ordered_once ON log_leaf AS RESTRICTIVE FOR UPDATE TO workervoice_courier
    USING (position IS NULL) WITH CHECK (position IS NOT NULL);
GRANT INSERT ON log_leaf, log_tag TO workervoice_gateway, workervoice_courier,
    workervoice_console, workervoice_staff, workervoice_buyer, workervoice_monitor,
    workervoice_registrar, workervoice_translator;
GRANT SELECT ON log_tag TO workervoice_gateway, workervoice_courier, workervoice_console,
    workervoice_staff,
    workervoice_buyer, workervoice_monitor, workervoice_registrar, workervoice_translator;
GRANT SELECT, UPDATE (position) ON log_leaf TO workervoice_courier;
GRANT SELECT, INSERT ON log_checkpoint TO workervoice_courier;
GRANT SELECT, INSERT, UPDATE (version, record) ON log_head TO workervoice_courier;
GRANT SELECT ON log_checkpoint TO workervoice_monitor;

-- How machine and people compare, without small cells: the courier counts, others look.
GRANT SELECT, INSERT, UPDATE (version, record) ON comparison TO workervoice_courier;
GRANT SELECT ON comparison TO workervoice_staff, workervoice_monitor;

-- How much came and what was sent, as numbers; and whether a line's automatic answers pause. The
-- gateway counts what comes, the courier what went out, and drops what is old.
GRANT SELECT, INSERT, UPDATE (amount, cost) ON counter TO workervoice_gateway, workervoice_courier;
GRANT DELETE ON counter TO workervoice_courier;
GRANT SELECT ON counter TO workervoice_staff;
GRANT SELECT, INSERT, UPDATE (version, record) ON line_state
    TO workervoice_gateway, workervoice_courier, workervoice_staff;

-- After a restore the courier waits for a supervisor, and everybody may know of it. How far the
-- list beside the backups has come is the courier's.
GRANT SELECT ON restored TO workervoice_courier, workervoice_monitor;
GRANT SELECT, INSERT ON restored TO workervoice_staff;
GRANT SELECT, INSERT, UPDATE (position, lines, last, mac) ON keyed_list TO workervoice_courier;

-- The gateway writes and cannot read back: no words, no address, no outbox payload.
GRANT SELECT ON programme, line, site, practice, directory, key_pair, conversation
    TO workervoice_gateway;
GRANT SELECT (programme_id, id, conversation_id, version, index_version, index) ON contact
    TO workervoice_gateway;
-- New pepper, new courier key: the same address, indexed and sealed anew. It reads no old one.
GRANT UPDATE (version, index_version, index, address, signer_id, signature) ON contact
    TO workervoice_gateway;
GRANT SELECT (programme_id, id, case_id, ordinal) ON message TO workervoice_gateway;
GRANT SELECT (programme_id, id, case_id, version) ON assessment TO workervoice_gateway;
GRANT SELECT ON cases TO workervoice_gateway;
GRANT SELECT (programme_id, id, place, conversation_id, state, signer_id, signature, run_at,
    expires_at, dedupe_key, attempts) ON outbox TO workervoice_gateway;
GRANT SELECT (programme_id, mac, day), INSERT, DELETE ON seen TO workervoice_gateway;
-- Return codes: a keyed mark, and whose it is; whoever forgets a worker forgets theirs.
GRANT SELECT, INSERT, DELETE ON return_code TO workervoice_gateway;
GRANT SELECT (programme_id, conversation_id), DELETE ON return_code
    TO workervoice_courier, workervoice_staff;
GRANT INSERT ON conversation, contact, cases, key_pair, key_wrap, case_reader, message, assessment,
    outbox, clock TO workervoice_gateway;
-- A worker who says that it is not fixed takes the issue back, too: states, and links to find it.
GRANT SELECT (programme_id, id, state, link), UPDATE (state) ON issue TO workervoice_gateway;
GRANT SELECT (programme_id, id, state, link), UPDATE (state) ON disclosure TO workervoice_gateway;
GRANT SELECT (programme_id, id, issue_id, state), UPDATE (state) ON action TO workervoice_gateway;
GRANT UPDATE (state, version, record) ON conversation TO workervoice_gateway;
GRANT UPDATE (state, version, queue, facts, signer_id, signature, next_look_at) ON cases
    TO workervoice_gateway;
GRANT UPDATE (state, payload, release_id, release_signer_id, release_signature, run_at, code,
    provider_ref) ON outbox TO workervoice_gateway;

-- The courier sends: it opens addresses and what is owed, never a stored report.
GRANT SELECT ON programme, line, directory, contact, conversation, outbox, clock
    TO workervoice_courier;
GRANT SELECT ON cases TO workervoice_courier;
GRANT SELECT (programme_id, id, state, link) ON issue TO workervoice_courier;
GRANT SELECT (programme_id, id, organisation_id, state, link) ON disclosure TO workervoice_courier;
GRANT SELECT (programme_id, id, state) ON action TO workervoice_courier;
GRANT UPDATE (state, payload, run_at, attempts, lease_until, lease_token, provider_ref, code,
    first_digest, reseal_signer_id, reseal_signature) ON outbox TO workervoice_courier;
-- The state too: a STOP that the worker told the provider pauses here.
GRANT UPDATE (state, version, record) ON conversation TO workervoice_courier;
GRANT UPDATE (record, next_look_at), DELETE ON clock TO workervoice_courier;
GRANT UPDATE (state) ON disclosure TO workervoice_courier;
GRANT DELETE ON outbox TO workervoice_courier;

-- Retention: words and addresses of what is over, and of nothing else; facts and keys stay.
GRANT SELECT (programme_id, case_id, ordinal) ON message TO workervoice_courier;
GRANT SELECT (programme_id, case_id, version) ON assessment TO workervoice_courier;
GRANT SELECT (programme_id, case_id) ON draft TO workervoice_courier;
GRANT DELETE ON message, assessment, draft, contact TO workervoice_courier;
GRANT INSERT ON clock TO workervoice_courier;
CREATE POLICY only_of_what_is_over ON message AS RESTRICTIVE FOR DELETE TO workervoice_courier
    USING (EXISTS (SELECT 1 FROM cases c WHERE c.programme_id = message.programme_id
        AND c.id = message.case_id AND c.state IN ('closed', 'out_of_scope')));
CREATE POLICY only_of_what_is_over ON assessment AS RESTRICTIVE FOR DELETE TO workervoice_courier
    USING (EXISTS (SELECT 1 FROM cases c WHERE c.programme_id = assessment.programme_id
        AND c.id = assessment.case_id AND c.state IN ('closed', 'out_of_scope')));
CREATE POLICY only_of_what_is_over ON draft AS RESTRICTIVE FOR DELETE TO workervoice_courier
    USING (EXISTS (SELECT 1 FROM cases c WHERE c.programme_id = draft.programme_id
        AND c.id = draft.case_id AND c.state IN ('closed', 'out_of_scope')));
CREATE POLICY only_of_what_is_over ON contact AS RESTRICTIVE FOR DELETE TO workervoice_courier
    USING (NOT EXISTS (SELECT 1 FROM cases c WHERE c.programme_id = contact.programme_id
            AND c.conversation_id = contact.conversation_id
            AND c.state NOT IN ('closed', 'out_of_scope', 'erased')));

-- The console before it knows who asks.
GRANT SELECT ON programme, organisation, officer, slot TO workervoice_console;
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO workervoice_console;
GRANT SELECT, INSERT, UPDATE (tries, tried_at), DELETE ON lane TO workervoice_console;
-- Whoever was invited makes their own account; nobody vouches for it yet.
GRANT SELECT, UPDATE (keys) ON invitation TO workervoice_console;
GRANT INSERT ON officer, slot TO workervoice_console;
-- What people do about their own account.
GRANT UPDATE (tried), DELETE ON slot TO workervoice_console;
GRANT SELECT, INSERT, UPDATE (used, version), DELETE ON second_factor TO workervoice_console;

-- Handlers and supervisors: cases, never an index or an address.
GRANT SELECT ON programme, line, site, organisation, supply_link, directory, officer, key_pair,
    key_wrap, conversation, cases, message, assessment, clock, issue, issue_note, approval,
    disclosure, action, action_entry, case_reader TO workervoice_staff;
GRANT SELECT (programme_id, id, conversation_id, state, code, expires_at) ON outbox
    TO workervoice_staff;
GRANT UPDATE (state) ON outbox TO workervoice_staff;
GRANT INSERT ON key_pair, key_wrap, message, assessment, outbox, clock, issue, issue_note,
    approval, disclosure, action, action_entry TO workervoice_staff;
GRANT UPDATE (version, record, state) ON conversation TO workervoice_staff;
GRANT UPDATE (state, version, queue, facts, signer_id, signature, next_look_at) ON cases
    TO workervoice_staff;
GRANT UPDATE (state, version, link, packet, signer_id, signature) ON issue TO workervoice_staff;
GRANT UPDATE (state, version, link) ON disclosure TO workervoice_staff;
GRANT UPDATE (state) ON action TO workervoice_staff;
GRANT UPDATE (record, next_look_at) ON clock TO workervoice_staff;
-- Which languages each of them reads.
GRANT SELECT, INSERT, UPDATE (version, record) ON fluency TO workervoice_staff;
-- How many cases each of them opens.
GRANT SELECT, INSERT, UPDATE (raised, version, record), DELETE ON watched TO workervoice_staff;

-- Erasing, as a worker asked: a case's words, keys and clocks, its conversation's addresses, and
-- the keys of what was drafted from it and never left.
GRANT SELECT (programme_id, id, conversation_id) ON contact TO workervoice_staff;
GRANT DELETE ON message, assessment, key_pair, key_wrap, contact, outbox, clock
    TO workervoice_staff;
CREATE POLICY only_of_what_is_over ON key_pair AS RESTRICTIVE FOR DELETE TO workervoice_staff
    USING (holder_kind = 'case' OR (holder_kind = 'plan' AND EXISTS (
        SELECT 1 FROM issue i WHERE i.programme_id = key_pair.programme_id
            AND i.id = key_pair.holder_id AND i.state = 'cancelled')));
CREATE POLICY only_of_what_is_over ON key_wrap AS RESTRICTIVE FOR DELETE TO workervoice_staff
    USING (holder_kind = 'case' OR (holder_kind = 'plan' AND EXISTS (
        SELECT 1 FROM issue i WHERE i.programme_id = key_wrap.programme_id
            AND i.id = key_wrap.holder_id AND i.state = 'cancelled')));

-- A restricted case is there for the people who are named, and for no one else, until it is erased:
-- whoever erases the last case of a worker has to know that it is the last.
DO $$
DECLARE
    name text;
    column_name text;
    but text;
BEGIN
    FOR name, column_name, but IN
        VALUES ('cases', 'id', 'state = ''erased'' OR '), ('message', 'case_id', ''),
            ('assessment', 'case_id', ''), ('lent', 'case_id', '')
    LOOP
        EXECUTE format('CREATE POLICY named_readers ON %1$I AS RESTRICTIVE TO workervoice_staff '
            'USING (%3$sNOT EXISTS (SELECT 1 FROM case_reader r WHERE r.programme_id = %1$I.programme_id '
            'AND r.case_id = %1$I.%2$I) OR EXISTS (SELECT 1 FROM case_reader r '
            'WHERE r.programme_id = %1$I.programme_id AND r.case_id = %1$I.%2$I '
            'AND r.officer_id = (SELECT workervoice_scope(''officer''))))', name, column_name, but);
    END LOOP;
END $$;

-- Registrars: people, keys and who may read, never a word. One of a single organisation has that
-- organisation in its scope, and sees nothing of the hotline's.
GRANT SELECT ON programme, line, site, organisation, supply_link, hanging, practice, directory,
    officer, invitation, key_pair, key_wrap, cases, case_reader TO workervoice_registrar;
GRANT SELECT (programme_id, id, case_id, ordinal), INSERT ON message TO workervoice_registrar;
GRANT SELECT (programme_id, case_id, version) ON assessment TO workervoice_registrar;
GRANT SELECT (programme_id, officer_id), DELETE ON slot, session TO workervoice_registrar;
GRANT INSERT ON line, site, organisation, supply_link, hanging, practice, directory, invitation,
    key_pair, key_wrap, case_reader TO workervoice_registrar;
GRANT UPDATE (epoch, version, queue, facts, signer_id, signature, next_look_at) ON cases
    TO workervoice_registrar;
GRANT UPDATE (site_id, organisation_id, since, until, source, version, signer_id, signature)
    ON supply_link TO workervoice_registrar;
GRANT UPDATE (slug, channel, sender, country, language, emergency_number, reading_hours, price,
    budget, display_name, photo, website, looked_on, standby_for, version, signer_id, signature)
    ON line TO workervoice_registrar;
GRANT UPDATE (code, name, country, version, signer_id, signature) ON site TO workervoice_registrar;
GRANT UPDATE (site_id, place, language, hung, gone, version, signer_id, signature) ON hanging
    TO workervoice_registrar;
GRANT UPDATE (line_id, mark, begun, until, ended, version, signer_id, signature) ON practice
    TO workervoice_registrar;
GRANT DELETE ON invitation, key_wrap, case_reader TO workervoice_registrar;
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['line', 'site', 'supply_link', 'hanging', 'practice', 'cases',
        'case_reader', 'message', 'assessment']
    LOOP
        EXECUTE format('CREATE POLICY of_the_hotline ON %I AS RESTRICTIVE TO workervoice_registrar '
            'USING (workervoice_scope(''organisation'') IS NULL)', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['officer', 'invitation']
    LOOP
        EXECUTE format('CREATE POLICY own_people ON %I AS RESTRICTIVE TO workervoice_registrar '
            'USING (coalesce(workervoice_scope(''organisation''), organisation_id) '
            '= organisation_id)', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['slot', 'session']
    LOOP
        EXECUTE format('CREATE POLICY own_people ON %1$I AS RESTRICTIVE TO workervoice_registrar '
            'USING (EXISTS (SELECT 1 FROM officer o WHERE o.programme_id = %1$I.programme_id '
            'AND o.id = %1$I.officer_id))', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['key_pair', 'key_wrap']
    LOOP
        EXECUTE format('CREATE POLICY own_keys ON %I AS RESTRICTIVE TO workervoice_registrar '
            'USING (workervoice_scope(''organisation'') IS NULL OR (holder_kind = ''organisation'' '
            'AND holder_id = workervoice_scope(''organisation'')))', name);
    END LOOP;
END $$;
-- A draft is its writer's; erasing a case takes everybody's.
GRANT SELECT, INSERT, DELETE ON draft TO workervoice_staff;
CREATE POLICY only_own ON draft AS RESTRICTIVE FOR SELECT TO workervoice_staff
    USING (officer_id = workervoice_scope('officer'));
CREATE POLICY only_own_new ON draft AS RESTRICTIVE FOR INSERT TO workervoice_staff
    WITH CHECK (officer_id = workervoice_scope('officer'));
-- What they write down for a worker, handed over to the gateway; they see what became of their own.
GRANT SELECT (programme_id, id, officer_id, day, outcome), INSERT ON handover
    TO workervoice_staff;
GRANT SELECT, INSERT, DELETE ON entry_draft TO workervoice_staff;
CREATE POLICY only_own ON handover AS RESTRICTIVE TO workervoice_staff
    USING (officer_id = workervoice_scope('officer'));
CREATE POLICY only_own ON entry_draft AS RESTRICTIVE TO workervoice_staff
    USING (officer_id = workervoice_scope('officer'));
GRANT SELECT, UPDATE (envelope, outcome), DELETE ON handover TO workervoice_gateway;

-- Buyers: the own disclosures and their plan.
GRANT SELECT ON organisation, directory, key_pair, key_wrap, disclosure, action, action_entry
    TO workervoice_buyer;
GRANT SELECT (programme_id, id, epoch, state, version) ON issue TO workervoice_buyer;
GRANT INSERT ON action, action_entry, clock TO workervoice_buyer;
GRANT UPDATE (state, version, link) ON disclosure TO workervoice_buyer;
GRANT UPDATE (state) ON action TO workervoice_buyer;
GRANT UPDATE (state, version) ON issue TO workervoice_buyer;

-- Monitors: how cases move, never what they say.
GRANT SELECT ON organisation, directory, line, practice TO workervoice_monitor;
GRANT SELECT (programme_id, id, state, version, queue) ON cases TO workervoice_monitor;
GRANT SELECT (programme_id, id, state, link) ON issue TO workervoice_monitor;
GRANT SELECT (programme_id, id, organisation_id, state, link) ON disclosure TO workervoice_monitor;
GRANT SELECT ON clock, watched TO workervoice_monitor;

-- Translators from outside: what is lent to them, by its row, and nothing of the case behind it.
-- They give it back once; the courier takes away what was not given back in time.
CREATE POLICY lent_to_me ON lent TO workervoice_translator
    USING (programme_id = workervoice_scope('programme')
        AND officer_id = workervoice_scope('officer'));
GRANT SELECT ON directory, lent TO workervoice_translator;
GRANT UPDATE (returned, words, back, back_signature) ON lent TO workervoice_translator;
GRANT SELECT, INSERT, DELETE ON lent TO workervoice_staff;
GRANT SELECT (programme_id, id, case_id, until, returned), DELETE ON lent TO workervoice_courier;
-- Whoever restricts a case takes back what of it is with translators.
GRANT SELECT (programme_id, id, case_id, returned), DELETE ON lent TO workervoice_registrar;

-- What is left with providers: the gateway notes it and sees nothing of it again, the courier sees
-- to it. Media are stored by the courier, which opens none; people read and remove them.
GRANT SELECT (programme_id, id), INSERT ON leftover TO workervoice_gateway;
GRANT SELECT, INSERT, UPDATE (payload, signer_id, signature, run_at, attempts, code, lease_until,
    lease_token), DELETE ON leftover TO workervoice_courier;
GRANT SELECT (programme_id, since, code) ON leftover TO workervoice_staff;
GRANT SELECT ON key_pair TO workervoice_courier;
GRANT SELECT (programme_id, id, holder_kind, holder_id), INSERT, DELETE ON medium
    TO workervoice_courier;
GRANT SELECT (programme_id, medium_id, ordinal), INSERT, DELETE ON medium_chunk
    TO workervoice_courier;
GRANT SELECT, INSERT, DELETE ON medium, medium_chunk TO workervoice_staff;
CREATE POLICY only_of_what_is_over ON medium AS RESTRICTIVE FOR DELETE TO workervoice_courier
    USING (EXISTS (SELECT 1 FROM cases c WHERE c.programme_id = medium.programme_id
        AND c.id = medium.holder_id AND c.state IN ('closed', 'out_of_scope')));
CREATE POLICY only_of_what_is_over ON medium_chunk AS RESTRICTIVE FOR DELETE TO workervoice_courier
    USING (EXISTS (SELECT 1 FROM medium m, cases c WHERE m.programme_id = medium_chunk.programme_id
        AND m.id = medium_chunk.medium_id AND c.programme_id = m.programme_id
        AND c.id = m.holder_id AND c.state IN ('closed', 'out_of_scope')));
CREATE POLICY of_a_medium ON medium_chunk AS RESTRICTIVE TO workervoice_staff
    USING (EXISTS (SELECT 1 FROM medium m WHERE m.programme_id = medium_chunk.programme_id
        AND m.id = medium_chunk.medium_id));
CREATE POLICY named_readers ON medium AS RESTRICTIVE TO workervoice_staff
    USING (NOT EXISTS (SELECT 1 FROM case_reader r WHERE r.programme_id = medium.programme_id
        AND r.case_id = medium.holder_id) OR EXISTS (SELECT 1 FROM case_reader r
        WHERE r.programme_id = medium.programme_id AND r.case_id = medium.holder_id
        AND r.officer_id = (SELECT workervoice_scope('officer'))));
CREATE POLICY own ON medium TO workervoice_buyer
    USING (programme_id = workervoice_scope('programme') AND holder_kind = 'plan'
        AND holder_id = workervoice_scope('plan'));
CREATE POLICY own ON medium_chunk TO workervoice_buyer
    USING (programme_id = workervoice_scope('programme') AND EXISTS (SELECT 1 FROM medium m
        WHERE m.programme_id = medium_chunk.programme_id AND m.id = medium_chunk.medium_id));
GRANT SELECT, INSERT ON medium, medium_chunk TO workervoice_buyer;

-- What comes by another way than a webhook: the courier brings it, sealed to the gateway, which
-- takes it. And how the courier goes on with each line.
GRANT SELECT (programme_id, id, since, code), INSERT ON brought TO workervoice_courier;
GRANT SELECT, UPDATE (code), DELETE ON brought TO workervoice_gateway;
GRANT SELECT (programme_id, since, code) ON brought TO workervoice_staff;
GRANT SELECT, INSERT, UPDATE (free_at, listed_until, reached_on) ON line_run TO workervoice_courier;
GRANT SELECT ON line_run TO workervoice_staff;
-- The gateway notes the days on which a message came on a line, and one of ours arrived.
GRANT SELECT (programme_id, id, heard_on, reached_on), INSERT, UPDATE (heard_on, reached_on)
    ON line_run TO workervoice_gateway;
