-- demo.sql - an application that sees and does what its app token says, and
-- nothing else, in the catalogue of Debian's packages. Run by demo.sh.
--
-- What ends in :show is printed before it runs, what ends in a semicolon runs
-- unseen. Every result goes into the table verdict, which takes no wrong one.

\set ON_ERROR_STOP on
\set show '\\;\\p\\set QUIET off\\g\\set QUIET on'
\pset footer off
\pset null '(null)'
SET client_min_messages = warning;

\echo :bold'1  A superuser creates the extension and two ordinary roles':plain
\echo
CREATE EXTENSION authz CASCADE:show
CREATE ROLE archive LOGIN:show
CREATE ROLE app LOGIN:show
\echo
\echo '   The role archive owns the content and, by this grant, administers authz.'
\echo
GRANT EXECUTE ON FUNCTION authz_administer() TO archive:show
GRANT CREATE ON SCHEMA public TO archive:show

\connect - archive
\echo
\echo :bold'2  archive: an account, and the sections of the catalogue as its categories':plain
\echo
\echo '   The secret of the account is shown once: it goes into a table, and from there into a file.'
\echo
CREATE TEMP TABLE account AS
SELECT * FROM authz_account_add('Debian', 1234569):show
\copy account TO 'account.tsv'
CREATE TABLE catalogue (area text, section text, name text, version text, maintainer text, size int, summary text);
\copy catalogue FROM 'catalogue.tsv'

SELECT account_id, name FROM authz_accounts:show
SELECT count(authz_category_add(area)) AS areas
FROM (SELECT DISTINCT area FROM catalogue) AS c:show
SELECT count(authz_category_add(section, parent_id => authz_category_id(area))) AS sections
FROM (SELECT DISTINCT area, section FROM catalogue) AS c:show

CREATE TABLE package (
	package_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	category_id bigint NOT NULL,
	owner       text,
	name        text NOT NULL,
	version     text,
	size        int,
	summary     text
):show
INSERT INTO package (category_id, owner, name, version, size, summary)
SELECT s.category_id, c.maintainer, c.name, c.version, c.size, c.summary
FROM catalogue AS c
JOIN (SELECT DISTINCT area, section FROM catalogue) AS d USING (area, section)
CROSS JOIN LATERAL authz_category_id(d.area || '>' || d.section) AS s (category_id);
DROP TABLE catalogue;
CREATE INDEX ON package (category_id):show
CREATE INDEX ON package (owner):show
GRANT SELECT, INSERT, UPDATE, DELETE ON package TO app:show
GRANT USAGE ON SEQUENCE package_package_id_seq TO app;

-- What the results are held against, and a copy that nothing protects.
CREATE TABLE bare AS TABLE package;
ALTER TABLE bare ADD PRIMARY KEY (package_id);
CREATE INDEX ON bare (category_id);
CREATE INDEX ON bare (owner);
GRANT SELECT, INSERT ON bare TO app;
CREATE TABLE verdict (what text, result text, must_be text, CHECK (result IS NOT DISTINCT FROM must_be));
GRANT INSERT, SELECT ON verdict TO app;
VACUUM ANALYZE package, bare;
SELECT authz_category_id('main>python') AS python, authz_category_id('main>vcs') AS vcs,
	'team+postgresql@tracker.debian.org' AS team \gset
SELECT count(*) AS all,
	count(*) FILTER (WHERE category_id = :python) AS python,
	count(*) FILTER (WHERE category_id = :vcs) AS vcs,
	count(*) FILTER (WHERE owner = :'team' OR category_id IN (:python, :vcs)) AS team
FROM bare \gset n_

\echo
\echo '   One call puts the table under row security. Its owner is bound as well.'
\echo
SELECT authz_protect('package', 'category_id', 'owner', 'package'):show
SELECT policyname, cmd, left(coalesce(qual, with_check), 58) || '…' AS condition
FROM pg_policies WHERE tablename = 'package':show
SELECT count(*) AS seen FROM package:show
\gset
INSERT INTO verdict VALUES ('the owner without a session sees', :seen, 0);

\echo :bold'3  archive: a user with access to two categories':plain
\echo
SELECT authz_user_add('DummyUser@kaltura.com'):show
SELECT authz_category_user_add(authz_category_id('main>python'), 'dummyuser@kaltura.com', 'member'):show
SELECT authz_category_user_add(authz_category_id('main>vcs'), 'dummyuser@kaltura.com', 'manager'):show
SELECT user_id, full_name, permission_level, u.status
FROM authz_category_users AS u JOIN authz_categories USING (category_id)
ORDER BY full_name:show

\echo :bold'4  archive: a role that may do everything but delete, and an app token with it':plain
\echo
SELECT authz_role_add('editor', '{*}', exceptions => '{package.delete}') AS role_id:show
\echo '   \'*\' is every permission there is, \'package.*\' would be those of the table.'
\echo
SELECT role_id FROM authz_roles WHERE name = 'editor' \gset
\set privileges 'setrole:' :role_id
CREATE TEMP TABLE apptoken AS
SELECT * FROM authz_apptoken_add('AppToken for Demo', hash_type => 'SHA256', session_duration => 86400,
	session_privileges => :'privileges', session_type => 'user', session_user_id => 'dummyuser@kaltura.com'):show
\copy apptoken TO 'apptoken.tsv'
\echo
\echo '   Id and token are shown once, too: they go to the developers of the application.'
\echo '   What is listed shows no secret.'
\echo
SELECT description, hash_type, session_type, session_user_id, session_duration, session_privileges
FROM authz_apptokens:show

\connect - app
CREATE TEMP TABLE apptoken (id text, token text);
\copy apptoken FROM 'apptoken.tsv'
\echo :bold'5  app: the developers exchange the app token for a session':plain
\echo
\echo '   Tokens and hashes belong into bind parameters. This psql script has none, so'
\echo '   it keeps them in temporary tables: no statement spells them out either.'
\echo
CREATE TEMP TABLE widget AS
SELECT * FROM authz_start_widget_session('_1234569', 86400):show
SELECT s.session_type, s.account_id, s.user_id, s.privileges
FROM widget, authz_use_session(session_token, is_local => false) AS s:show

\echo '   The client computes the hash, over the session and the token.'
\echo
CREATE TEMP TABLE proof AS
SELECT id, encode(digest(session_token || token, 'sha256'), 'hex') AS token_hash
FROM apptoken, widget:show
CREATE TEMP TABLE mine AS
SELECT s.* FROM proof, authz_start_session(id, token_hash, '', 'user', 3600, '') AS s:show
SELECT session_type, user_id, actor, privileges, date_trunc('minute', expiry - now() + '1 s') AS lasts
FROM mine:show
SELECT user_id, privileges FROM mine \gset
INSERT INTO verdict SELECT 'the user of the session', :'user_id', 'DummyUser@kaltura.com';
INSERT INTO verdict SELECT 'the role of the session', role_id::text, split_part(split_part(:'privileges', 'setrole:', 2), ',', 1)
FROM mine, unnest(role_ids) AS role_id;

\echo :bold'6  app: one query, three answers':plain
\echo
\echo '   Nobody:'
\echo
RESET authz.session:show
SELECT count(*) AS seen, count(DISTINCT category_id) AS sections FROM package:show
\gset
INSERT INTO verdict VALUES ('nobody sees', :seen, 0);
\echo '   The application, as its user, a member of two sections:'
\echo
SELECT s.user_id, s.actor FROM mine, authz_use_session(session_token, is_local => false) AS s:show
SELECT count(*) AS seen, count(DISTINCT category_id) AS sections FROM package:show
\gset
INSERT INTO verdict VALUES ('the application sees', :seen, :n_python + :n_vcs);
SELECT name, version, summary FROM package WHERE name LIKE 'git-%' ORDER BY size DESC LIMIT 3:show
\echo '   An administrator, who has the secret of the account:'
\echo
CREATE TEMP TABLE account (account_id int, widget_id text, admin_secret text);
\copy account FROM 'account.tsv'
CREATE TEMP TABLE admin AS
SELECT s.* FROM account AS a, authz_start_secret_session(a.account_id, a.admin_secret, type => 'admin') AS s:show
SELECT s.session_type FROM admin, authz_use_session(session_token, is_local => false) AS s:show
SELECT count(*) AS seen, count(DISTINCT category_id) AS sections FROM package:show
\gset
INSERT INTO verdict VALUES ('an administrator sees', :seen, :n_all);

\echo :bold'7  app: what its user and its role do not allow':plain
\echo
SELECT s.user_id, s.actor FROM mine, authz_use_session(session_token, is_local => false) AS s:show
\echo '   A manager of main>vcs may delete there, but the role may not: nothing is found.'
\echo
DELETE FROM package:show
INSERT INTO verdict VALUES ('rows deleted', :ROW_COUNT, 0);
\echo
\echo '   A manager changes rows, a member does not.'
\echo
UPDATE package SET summary = 'the stupid content tracker' WHERE name = 'git':show
INSERT INTO verdict SELECT 'rows of a manager changed', :ROW_COUNT, count(*) FROM bare WHERE name = 'git';
UPDATE package SET summary = 'a snake' WHERE category_id = :python:show
INSERT INTO verdict VALUES ('rows of a member changed', :ROW_COUNT, 0);
\echo
\set ON_ERROR_STOP off
INSERT INTO package (category_id, name) VALUES (:python, 'my-module'):show
\set ON_ERROR_STOP on
INSERT INTO verdict VALUES ('a row added by a member', :'SQLSTATE', '42501');
\echo
INSERT INTO package (category_id, name) VALUES (:vcs, 'my-tool') RETURNING name, owner:show
INSERT INTO verdict VALUES ('rows added by a manager', :ROW_COUNT, 1);
INSERT INTO bare SELECT * FROM package WHERE name = 'my-tool';

\echo
\echo :bold'8  app: how its rows are found':plain
\echo
\echo '   What the policy means is told to the planner: the condition is on the index.'
\echo
EXPLAIN (COSTS OFF) SELECT count(*), sum(size) FROM package:show
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	RETURN QUERY EXECUTE 'EXPLAIN (COSTS OFF) ' || query;
END
$$;
INSERT INTO verdict
SELECT 'index conditions on the category', count(*), 1
FROM pg_temp.plan('SELECT count(*), sum(size) FROM package') AS line
WHERE line LIKE '%Index Cond: (category_id = ANY (authz_%';

-- Milliseconds of two queries, which are run in turn: the medians.
CREATE FUNCTION pg_temp.race(one text, other text, OUT one_ms numeric, OUT other_ms numeric) LANGUAGE plpgsql AS $$
DECLARE
	times double precision[][] := '{}';
	before timestamptz;
	between timestamptz;
BEGIN
	FOR run IN 1 .. 21 LOOP
		before := clock_timestamp();
		EXECUTE one;
		between := clock_timestamp();
		EXECUTE other;
		times := times || ARRAY[[extract(epoch FROM between - before),
			extract(epoch FROM clock_timestamp() - between)]];
	END LOOP;
	SELECT round(1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY times[i][1])::numeric, 2),
		round(1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY times[i][2])::numeric, 2)
	INTO one_ms, other_ms
	FROM generate_series(1, array_length(times, 1)) AS i;
END
$$;
\set race 'pg_temp.race(\'SELECT count(*), sum(size) FROM package\', \'SELECT count(*), sum(size) FROM bare WHERE \' || '
CREATE TEMP TABLE measured (who text, rows bigint, authz_ms numeric, by_hand_ms numeric);
INSERT INTO measured
SELECT 'the application', (SELECT count(*) FROM package), r.*
FROM :race format('category_id IN (%s, %s) OR owner = %L', :python, :vcs, 'DummyUser@kaltura.com')) AS r;
SELECT FROM admin, authz_use_session(session_token, is_local => false) \g /dev/null
INSERT INTO measured
SELECT 'an administrator', (SELECT count(*) FROM package), r.* FROM :race 'true') AS r;
RESET authz.session;
INSERT INTO measured
SELECT 'nobody', (SELECT count(*) FROM package), r.* FROM :race 'category_id = ANY (''{}'')') AS r;
SELECT FROM mine, authz_use_session(session_token, is_local => false) \g /dev/null

\echo :bold'9  app and archive: rights change while a transaction is open':plain
\echo
BEGIN:show
SELECT count(*) AS seen FROM package:show
\gset
INSERT INTO verdict VALUES ('before the changes', :seen, :n_python + :n_vcs + 1);
\echo '   A second connection makes the user a member of the group that maintains PostgreSQL,'
\echo '   whose address is the owner of its packages, in all sections.'
\echo
\! psql -Xe -P footer=off -U archive -c "SELECT authz_group_add('team+postgresql@tracker.debian.org');"
\! psql -Xe -P footer=off -U archive -c "SELECT authz_group_user_add('team+postgresql@tracker.debian.org', 'dummyuser@kaltura.com');"
SELECT count(*) AS seen FROM package:show
\gset
INSERT INTO verdict VALUES ('after joining a group', :seen, :n_team + 1);
\echo '   It takes the user out of main>python.'
\echo
\! psql -Xe -P footer=off -U archive -c "SELECT authz_category_user_delete(authz_category_id('main>python'), 'dummyuser@kaltura.com');"
SELECT count(*) AS seen FROM package:show
\gset
INSERT INTO verdict
SELECT 'after the withdrawal', :seen, count(*) FROM bare WHERE category_id = :vcs OR owner = :'team';
\echo '   It edits the role: from now on the application may only look.'
\echo
\! psql -Xe -P footer=off -U archive -c "SELECT authz_role_update(role_id, permissions => '{package.view}') FROM authz_roles WHERE name = 'editor';"
UPDATE package SET summary = 'the content tracker' WHERE name = 'git':show
INSERT INTO verdict VALUES ('rows changed after the role was', :ROW_COUNT, 0);
COMMIT:show

\echo
\echo :bold'10  app and archive: the app token is deleted':plain
\echo
\! psql -Xe -P footer=off -U archive -c "SELECT authz_apptoken_delete(id) FROM authz_apptokens;"
SELECT count(*) AS seen FROM package:show
\gset
INSERT INTO verdict VALUES ('after the deletion', :seen, 0);
\set ON_ERROR_STOP off
SELECT s.user_id FROM mine, authz_use_session(session_token, is_local => false) AS s:show
\set ON_ERROR_STOP on
INSERT INTO verdict VALUES ('the session of a deleted app token', :'SQLSTATE', '28000');

\echo
\echo :bold'Who saw how much, and how long the same rows take without row security':plain
\echo
\echo '   SELECT count(*), sum(size) FROM package; milliseconds, medians of 21 runs in turn.'
\echo '   By hand: the copy of the table that nothing protects, with the right WHERE.'
\echo
SELECT * FROM measured ORDER BY rows;
SELECT count(*) || ' results, all of them what they must be' AS "verdict" FROM verdict;
