-- check_permission: roles, exceptions, dependencies, and what names the role of a session
\set VERBOSITY sqlstate
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('permissions', 111);
SELECT account_id FROM authz_account_add('permissions, the neighbour', 112);
SET authz.account = 112;
SELECT authz_permission_add('only.there'), authz_role_add('theirs', '{*}', role_id => 11201);
SET authz.account = 111;
SELECT count(authz_permission_add(p)) FROM unnest('{doc,doc.read,doc.write,doc.write.all,docx.read,mail.send}'::text[]) p;
SELECT authz_permission_add('doc.publish', depends_on => '{doc.read,doc.write}'), authz_permission_add('doc.shout', depends_on => '{doc.publish,mail.send}');
SELECT authz_role_add('reader', '{doc.read}', role_id => 11101), authz_role_add('docs', '{doc.*}', role_id => 11102),
	authz_role_add('docs but', '{doc.*}', '{doc.write}', role_id => 11103), authz_role_add('docs but below', '{doc.*}', '{doc.write.*}', role_id => 11104),
	authz_role_add('all', '{*}', role_id => 11105), authz_role_add('all but docs', '{*}', '{doc.*}', role_id => 11106),
	authz_role_add('publisher', '{doc.publish}', role_id => 11107), authz_role_add('sender', '{mail.send}', role_id => 11108),
	authz_role_add('nothing', role_id => 11109), authz_role_add('ghost', '{only.there,unregistered}', role_id => 11110),
	authz_role_add('explicit', '{content.view_all,user.impersonate}', role_id => 11111),
	authz_role_add('explicit but', '{content.view_all,*}', '{content.*}', role_id => 11112);
SELECT authz_role_add('off', '{*}', role_id => 11113), authz_role_update(11113, status => 'blocked');
SELECT authz_role_add('strong', '{*}', minimum_assurance => 1, role_id => 11114), authz_role_add('two factors', '{*}', multifactor => true, role_id => 11115);
SELECT count(authz_apptoken_add(id => 'r' || n, token => 'sesame', session_privileges => 'setrole:' || r)) FROM
	(VALUES (1, 'reader'), (2, 'docs'), (3, 'docs but'), (4, 'docs but below'), (5, 'all'), (6, 'all but docs'), (7, 'publisher'), (8, 'sender'),
		(9, 'nothing'), (10, 'ghost'), (11, 'explicit'), (12, 'explicit but'), (13, 'off'), (14, 'strong'), (15, 'two factors'),
		(16, '11102'), (17, 'reader/docs'), (18, 'nonesuch'), (19, '11201'), (20, 'theirs'), (21, ''), (22, 'Docs'), (23, '011102'), (24, '-1'),
		(25, '99999999999999999999'), (26, 'null'), (27, '*')) v (n, r);
CREATE FUNCTION pg_temp.row_of(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (SELECT string_agg(CASE WHEN authz_has_permission(p) THEN 'x' ELSE '.' END, '  ' ORDER BY n)
		FROM unnest('{doc,doc.read,doc.write,doc.write.all,doc.publish,docx.read,mail.send,doc.shout,only.there,unregistered,content.view_all,user.impersonate,user.add}'::text[])
			WITH ORDINALITY t (p, n));
END
$$;
GRANT EXECUTE ON FUNCTION pg_temp.row_of TO PUBLIC;
SET ROLE regress_reader;

-- columns: doc, .read, .write, .write.all, .publish, docx.read, mail.send, doc.shout, only.there, unregistered, content.view_all, user.impersonate, user.add
SELECT n, pg_temp.row_of(kit.token(111, 'r' || n)) AS permissions FROM generate_series(1, 27) n ORDER BY n;

-- a user's own roles, and those of his groups, add up; setrole replaces them
RESET ROLE;
SELECT count(kit.person(111, u)) FROM unnest('{Ann,Bob}'::text[]) u;
SELECT kit.person(111, 'Boss', 'admin'), kit.person(111, 'Chief', 'admin', 'setrole:reader'), kit.person(111, 'Under', 'admin', 'restrictingrole:docs'),
	kit.person(111, 'Lost', 'admin', 'restrictingrole:nonesuch'), kit.person(111, 'Gone', 'admin', 'setrole:off');
SELECT authz_group_add('writers'), authz_group_user_add('writers', 'Ann');
SELECT authz_role_user_add(11101, 'Ann'), authz_role_user_add(11107, 'writers'), authz_role_user_add(11108, 'Bob', valid_from => now() + interval '1 h'),
	authz_role_user_add(11102, 'Bob', valid_until => now()), authz_role_user_add(11113, 'Bob');
SET ROLE regress_reader;
SELECT u AS who, pg_temp.row_of(kit.token(111, '111-' || u)) AS permissions FROM unnest('{ann,bob,boss,chief,gone,lost,under}'::text[]) u ORDER BY u;
SELECT kit.become(111, '111-ann');
SELECT ARRAY(SELECT unnest((authz_current_session()).role_ids) ORDER BY 1) AS role_ids, authz_has_role('reader'), authz_has_role('publisher'), authz_has_role('READER'), authz_has_role('docs'),
	authz_has_role(NULL), authz_has_role('reader', '00000000-0000-0000-0000-000000000000');
SELECT authz_require_permission('doc.read');	-- nothing
SELECT authz_require_permission('doc.write');	-- 42501
SELECT authz_require_permission('unregistered');	-- 42501
SELECT authz_require_permission(NULL);		-- 42501
SELECT authz_has_permission(''), authz_has_permission('*'), authz_has_permission('doc.*'), authz_has_permission('DOC.READ'), authz_has_permission(NULL);
SELECT authz_can_view(1, 'doc.read'), authz_can_view(1, ''), authz_owner_ids(111, 'doc.read'), authz_owner_ids(111, 'doc.write'), authz_owner_ids(111, '');

-- roles of everyone, and the account's default where there is none
RESET ROLE;
SET authz.session = '';
SELECT authz_account_update(111, settings => '{"default_user_role": "sender"}');
SET ROLE regress_reader;
SELECT u AS who, pg_temp.row_of(kit.token(111, '111-' || u)) AS permissions FROM unnest('{ann,bob}'::text[]) u ORDER BY u;	-- Bob sends
RESET ROLE;
SELECT authz_role_add('everyone', '{docx.read}', everyone => true, role_id => 11120);
SET ROLE regress_reader;
SELECT u AS who, pg_temp.row_of(kit.token(111, u)) AS permissions FROM unnest('{111-ann,111-bob,111-boss,r1}'::text[]) u ORDER BY u;	-- all but r1, and no defaults
SELECT session_token AS widget FROM authz_start_widget_session('_111') \gset
SELECT pg_temp.row_of(:'widget');

-- an edited role is obeyed by the next statement, also in a plan made before
SELECT kit.become(111, '111-ann');
PREPARE may AS SELECT authz_has_permission('doc.read'), authz_has_permission('doc.write');
EXECUTE may;	-- t, f
RESET ROLE;
SELECT kit.token(111, '111-ann') AS ann \gset
SET authz.session = '';
SELECT authz_role_update(11101, permissions => '{doc.write}');
SET authz.session = :'ann';
EXECUTE may;	-- f, t
SET authz.session = '';
SELECT authz_permission_delete('doc.write');	-- 2BP01: doc.publish depends on it
SELECT authz_role_user_delete(11101, 'Ann');
SET authz.session = :'ann';
EXECUTE may;	-- f, f
DEALLOCATE may;
RESET authz.session;
