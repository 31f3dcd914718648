-- accounts: accounts, their settings, secrets and signing keys
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;

-- the database plane makes them and may choose ids, which the sequence moves past
SELECT account_id, widget_id, length(admin_secret) FROM authz_account_add('accounts', 301);
SELECT account_id, widget_id, admin_secret FROM authz_account_add('accounts, a neighbour', 302, 'chosen by somebody');
SELECT account_id > 302 AS next, widget_id = '_' || account_id AS widget FROM authz_account_add('accounts, the next one');
SELECT authz_account_add('accounts', 301);			-- 23505
SELECT authz_account_add('accounts', 0);			-- 22023
SELECT authz_account_add(NULL);						-- 22023
SELECT authz_account_add('');						-- 22023
SELECT authz_account_add('long', 309, repeat('x', 73));	-- 22023: bcrypt sees 72 bytes
SELECT account_id, name, status, settings, issuer ~ '^urn:uuid:[0-9a-f-]{36}$' AS issuer FROM authz_accounts
	WHERE account_id IN (301, 302, 309) ORDER BY 1;

-- updating
SELECT authz_account_update(301, 'renamed', '{"max_session_duration": 600, "legacy_hashes": true}');
SELECT authz_account_update(301, settings => '{"legacy_hashes": null, "max_user_groups": 0}');	-- merged; null removes
SELECT name, settings FROM authz_accounts WHERE account_id = 301;
SELECT s AS settings, kit.try(format('SELECT authz_account_update(301, settings => %L)', s)) AS outcome FROM unnest(ARRAY[
	'[]', '{"nonesuch": 1}', '{"max_session_duration": 0}', '{"max_session_duration": "60"}', '{"max_session_duration": -1}',
	'{"max_session_duration": 1.5}', '{"max_session_duration": 1e99}', '{"legacy_hashes": "yes"}', '{"max_category_members": []}',
	'{"default_user_role": "nobody"}', '{"default_user_role": 1}', '{"default_user_role": {}}', '{"accept_ks": "true"}',
	'{"token_format": "KS"}', '{"token_format": 1}', '{"token_format": null}', '{"strict_privacy_context": true}', '{}']) s;	-- 22023; P0002 for roles; 0A000 for what is not kept
SELECT authz_account_update(301, status => 'sleeping');	-- 22023
SELECT authz_account_update(399, 'nobody');			-- P0002
SELECT authz_account_update(NULL, 'nobody');		-- 22023
SELECT authz_account_update(301);
SELECT name, status, settings FROM authz_accounts WHERE account_id = 301;

-- secrets and keys
SELECT length(authz_account_rotate_secret(301)), length(authz_account_rotate_secret(301, NULL));
SELECT authz_account_rotate_secret(301, -1);		-- 22023
SELECT authz_account_rotate_secret(399);			-- P0002
SELECT number, expires_at IS NULL AS current FROM authz.account_secret WHERE account_id = 301 ORDER BY 1;
SET authz.account = 301;
SELECT authz_signing_key_rotate() ~ '^[0-9a-f]{16}$' AS kid, authz_signing_key_rotate('hs256', 0) ~ '^[0-9a-f]{16}$' AS kid;
SELECT authz_signing_key_rotate('none');			-- 22023
SELECT authz_signing_key_rotate(overlap => -1);		-- 22023
SELECT count(*), count(*) FILTER (WHERE retires_at IS NULL) AS current FROM authz.signing_key WHERE account_id = 301;
SELECT authz_signing_key_rotate('') IS NOT NULL AS rotated;
SELECT count(*) FROM authz.signing_key WHERE account_id = 301;	-- 2: what had retired is gone, its secret with it
SELECT count(*) FROM authz.secret s WHERE NOT EXISTS (SELECT FROM authz.signing_key k WHERE k.secret_id = s.secret_id)
	AND NOT EXISTS (SELECT FROM authz.apptoken t WHERE t.secret_id = s.secret_id);	-- 0

-- a secret is kept only while it signs Kaltura sessions, and may be taken over from elsewhere
SELECT authz_account_rotate_secret(301, 60, 'taken over');
SELECT count(*) FROM authz.account_secret WHERE account_id = 301 AND secret_id IS NOT NULL;	-- 0
SET client_min_messages = notice;
SELECT authz_account_update(301, settings => '{"accept_ks": true}');	-- a notice: none signs
SELECT authz_account_rotate_secret(301, 60, 'taken over');
SELECT authz_account_rotate_secret(301, 60) IS NOT NULL AS made;
SELECT convert_from(s.value, 'UTF8') AS kept FROM authz.account_secret a JOIN authz.secret s USING (secret_id) WHERE a.account_id = 301 ORDER BY a.number LIMIT 1;
SELECT authz_account_update(301, settings => '{"token_format": "ks"}');
SELECT authz_account_update(301, settings => '{"accept_ks": false}');
SELECT count(*) FROM authz.account_secret WHERE account_id = 301 AND secret_id IS NOT NULL;	-- 2: still needed
SELECT authz_account_rotate_secret(301, 0) IS NOT NULL AS made;
SELECT authz_account_rotate_secret(301, 0) IS NOT NULL AS made;
SELECT count(*) FROM authz.account_secret WHERE account_id = 301 AND secret_id IS NOT NULL;	-- 2: what held no more is gone
SELECT authz_account_update(301, settings => '{"accept_ks": null, "token_format": "jwt"}');
SELECT count(*) FROM authz.account_secret WHERE account_id = 301 AND secret_id IS NOT NULL;	-- 0
SELECT count(*) FROM authz.secret s WHERE NOT EXISTS (SELECT FROM authz.signing_key k WHERE k.secret_id = s.secret_id)
	AND NOT EXISTS (SELECT FROM authz.apptoken t WHERE t.secret_id = s.secret_id);	-- 0
SET client_min_messages = warning;
SELECT authz_account_rotate_secret(301, 60, repeat('x', 73));	-- 22023

-- a session reaches its own account, by a permission that no pattern gives, and weakens nothing
SELECT kit.person(301, 'root', 'admin'), kit.person(301, 'star'), kit.person(301, 'manager');
SELECT authz_role_add('star', '{*}') AS star, authz_role_add('manager', '{account.manage}') AS manager \gset
SELECT authz_role_user_add(:star, 'star'), authz_role_user_add(:manager, 'manager');
SET ROLE regress_reader;
SELECT kit.become(301, '301-star');
SELECT authz_account_update(301, 'mine');			-- 42501
SELECT authz_account_rotate_secret(301);			-- 42501
SELECT authz_signing_key_rotate() IS NOT NULL AS rotated;	-- signing_key.rotate is of the pattern
SELECT account_id, name, settings FROM authz_accounts;
SELECT kit.become(301, '301-manager');
SELECT authz_account_update(301, 'mine', '{"max_user_groups": 9, "legacy_hashes": false, "max_session_duration": 60}');
SELECT account_id, name, settings FROM authz_accounts;
SELECT authz_account_update(302, 'mine too');		-- 42501
SELECT authz_account_update(399, 'mine too');		-- 42501
SELECT authz_account_rotate_secret(302);			-- 42501
SELECT authz_account_update(301, status => 'blocked');	-- 42501
SELECT authz_account_update(301, settings => '{"legacy_hashes": true}');	-- 42501
SELECT authz_account_update(301, settings => '{"max_session_duration": 61}');	-- 42501
SELECT authz_account_update(301, settings => '{"max_session_duration": null}');	-- 42501
SELECT authz_account_update(301, settings => '{"default_user_role": "star"}');	-- 42501
SELECT authz_account_update(301, settings => '{"default_widget_role": "star"}');	-- 42501
SELECT authz_account_update(301, settings => '{"accept_ks": true}');	-- 42501
SELECT authz_account_update(301, settings => '{"token_format": "ks"}');	-- 42501
SELECT authz_signing_key_rotate();					-- 42501
SELECT authz_account_rotate_secret(301);			-- 42501: who has the secret has everything
SELECT kit.become(301, '301-root');
SELECT length(authz_account_rotate_secret(301));
SELECT authz_account_rotate_secret(301, 60, 'chosen');	-- 42501: in no session
SELECT authz_account_add('more', 304);				-- 42501: likewise
SELECT authz_account_update(301, settings => '{"legacy_hashes": true}');	-- 42501
SELECT authz_account_update(301, settings => '{"max_user_groups": null}');

-- without a session a client is nobody
SET authz.session = '';
SELECT count(*) FROM authz_accounts;
SELECT authz_account_add('more', 304);				-- 28000
SELECT authz_account_update(301, 'mine');			-- 28000
SELECT authz_account_rotate_secret(301);			-- 28000
SELECT authz_administer();							-- 42501
SELECT authz.account_update(0, NULL, 301, 'mine', NULL, NULL);	-- 42501
SELECT authz.random_hex(4);							-- 42501
SELECT * FROM authz.account_secret;					-- 42501

-- blocked, an account lets nobody in
RESET ROLE;
SELECT kit.become(301, '301-root');
SELECT authz_current_user_id();
SET authz.session = '';
SELECT authz_account_update(301, status => 'BLOCKED');
SELECT kit.try('SELECT kit.become(301, ''301-root'')');	-- 28P01
SELECT authz_account_update(301, status => 'active');

-- being granted the right to administer is enough, and only while no session is set
GRANT EXECUTE ON FUNCTION authz_administer() TO regress_author;
SET ROLE regress_author;
SELECT authz_account_update(301, 'by the author');
SELECT name FROM authz_accounts WHERE account_id = 301;
SELECT kit.become(301, '301-star');
SELECT authz_account_update(301, 'by the author');	-- 42501
SET authz.session = 'nonsense';
SELECT authz_account_update(301, 'by the author');	-- 28000
SELECT authz_account_add('more', 304);				-- 28000
SELECT count(*) FROM authz_accounts;				-- 0
RESET ROLE;
SET authz.session = '';
REVOKE EXECUTE ON FUNCTION authz_administer() FROM regress_author;
SELECT action, object, subject, detail FROM authz.audit_event WHERE account_id = 301 AND action LIKE 'account.%' ORDER BY event_id;
RESET authz.account;
