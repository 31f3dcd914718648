-- ldap_configure: what may be set of a directory, by whom, and what nobody sees of it; no server is asked (_1.out: a build without directories)
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('directories', 611, 'the secret');
SELECT account_id FROM authz_account_add('directories, a neighbour', 612, 'the secret');
SET authz.account = 612;
SELECT application_id AS theirs FROM authz_application_add('theirs') \gset
SET authz.account = 611;
SELECT authz_user_add('Ann'), authz_user_add('Bob'), authz_user_add('Cat'), authz_group_add('crew'), authz_group_user_add('crew', 'Cat');
SELECT application_id AS app FROM authz_application_add('portal', owner_id => 'Ann', administrators_id => 'crew') \gset
SELECT authz_role_add('viewer', application_id => :'app', role_id => 61101), authz_role_add('configurer', '{ldap.configure}', role_id => 61110), authz_role_add('trusted', '{user.impersonate}', role_id => 61111), authz_role_user_add(61110, 'Bob');

-- searching as somebody, or binding directly; words in any case
CREATE FUNCTION pg_temp.set(app text, what text) RETURNS text LANGUAGE sql AS $$
	SELECT kit.try(format('SELECT authz_ldap_configure(%L, %s)', app, what))
$$;
CREATE FUNCTION pg_temp.search(app text, what text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.set(app, '''{ldaps://a.example.org}'', ''dc=example,dc=org'', search_user => ''cn=reader,dc=example,dc=org'', search_password => ''Xdirectory of the directory'', user_search_pattern => ''(uid=@@USERNAME@@)''' || what)
$$;
SELECT pg_temp.search(:'app', '') AS searching, pg_temp.search(:'app', ', bind_method => ''Search'', group_search => ''BY_USER''') AS words, pg_temp.search(:'app', ', bind_method => NULL, start_tls => NULL, nested_groups => NULL, timeout => NULL') AS nulls,
	pg_temp.set(:'app', '''{ldap://a.example.org:1389,ldaps://b}'', ''dc=example,dc=org'', ''direct'', user_dn_format => ''uid=@@USERNAME@@,ou=people,dc=example,dc=org'', start_tls => true, search_password => ''''') AS directly;

-- what cannot work is refused when it is set: 22023
SELECT what, pg_temp.search(:'app', what) AS outcome FROM unnest(ARRAY[', bind_method => ''gssapi''', ', group_search => ''both''', ', timeout => 0', ', timeout => -1', ', timeout => 121', ', timeout => 120', ', ca_certificate => ''none''', ', ca_certificate => repeat(''x'', 1000001)',
	', email_attribute => ''mail;lang-en''', ', email_attribute => ''*''', ', first_name_attribute => ''given name''', ', last_name_attribute => ''sn)(x=*''', ', member_of_attribute => ''(x)''', ', primary_group_attribute => ''a,b''', ', group_search => ''by_group''',
	', group_search => ''by_group'', group_search_pattern => ''(&(objectClass=group)(|@@GROUPS_REPLACEMENTS@@))''', ', group_search => ''by_group'', group_search_pattern => ''(|@@GROUPS_REPLACEMENTS@@)'', group_search_each_pattern => ''(cn=x)''',
	', group_search => ''by_group'', group_search_pattern => ''(|@@GROUPS_REPLACEMENTS@@)'', group_search_each_pattern => ''(cn=@@GROUPNAME@@)''', ', group_search => ''by_group'', group_search_query => ''(objectClass=group''', ', group_search => ''by_group'', group_search_query => ''(objectClass=group)''',
	', group_search => ''by_group'', group_search_query => ''(objectClass=posixGroup)'', group_membership_attribute => ''memberUid'', nested_groups => true']) WITH ORDINALITY t (what, n) ORDER BY n;
SELECT what, pg_temp.set(:'app', replace(what, 'READER', 'search_user => ''cn=reader'', search_password => ''x''')) AS outcome FROM unnest(ARRAY['NULL, ''dc=x'', READER, user_search_pattern => ''(uid=@@USERNAME@@)''', '''{}'', ''dc=x'', READER, user_search_pattern => ''(uid=@@USERNAME@@)''',
	'''{NULL}'', ''dc=x'', READER, user_search_pattern => ''(uid=@@USERNAME@@)''', '''{http://x}'', ''dc=x'', READER, user_search_pattern => ''(uid=@@USERNAME@@)''', '''{ldaps://x/dc=x}'', ''dc=x'', READER, user_search_pattern => ''(uid=@@USERNAME@@)''', '''{ldapi://x}'', ''dc=x'', READER, user_search_pattern => ''(uid=@@USERNAME@@)''',
	'''{ldaps://x}'', '''', READER, user_search_pattern => ''(uid=@@USERNAME@@)''', '''{ldaps://x}'', NULL, READER, user_search_pattern => ''(uid=@@USERNAME@@)''', '''{ldaps://x}'', ''x'', READER, user_search_pattern => ''(uid=@@USERNAME@@)''', 'array_fill(''ldaps://x''::text, ''{17}''), ''dc=x'', READER, user_search_pattern => ''(uid=@@USERNAME@@)''',
	'''{ldaps://x}'', ''dc=x'', READER', '''{ldaps://x}'', ''dc=x'', READER, user_search_pattern => ''(uid=ann)''', '''{ldaps://x}'', ''dc=x'', READER, user_search_pattern => ''(uid=@@USERNAME@@*)''', '''{ldaps://x}'', ''dc=x'', READER, user_search_pattern => ''(uid=@@USERNAME@@''',
	'''{ldaps://x}'', ''dc=x'', READER, user_search_pattern => ''(@@USERNAME@@=x)''', '''{ldaps://x}'', ''dc=x'', READER, user_search_pattern => repeat(''('', 4097)', '''{ldaps://x}'', ''dc=x'', ''direct'', search_password => ''''', '''{ldaps://x}'', ''dc=x'', ''direct'', search_password => '''', user_dn_format => ''uid=ann''',
	'''{ldaps://x}'', ''dc=x'', ''direct'', search_password => '''', user_dn_format => ''@@USERNAME@@''', '''{ldaps://x}'', ''dc=x'', ''direct'', search_password => '''', user_dn_format => ''uid=x,ou=@@USERNAME@@''', '''{ldaps://x}'', ''dc=x'', ''direct'', search_user => ''cn=reader'', search_password => '''', user_dn_format => ''uid=@@USERNAME@@''',
	'''{ldaps://x}'', ''dc=x'', ''direct'', search_password => ''x'', user_dn_format => ''uid=@@USERNAME@@''']) WITH ORDINALITY t (what, n) ORDER BY n;
-- what would work, and must not: 0A000
SELECT pg_temp.set(:'app', '''{ldaps://a,ldap://b}'', ''dc=x'', ''direct'', search_password => '''', user_dn_format => ''uid=@@USERNAME@@,dc=x''') AS clear, pg_temp.set(:'app', '''{ldaps://a}'', ''dc=x'', search_password => '''', user_search_pattern => ''(uid=@@USERNAME@@)''') AS as_nobody;
SELECT pg_temp.set('611' || repeat('0', 29), '''{ldaps://a}'', ''dc=x''') AS none, kit.try('SELECT authz_ldap_configure(NULL, ''{ldaps://a}'', ''dc=x'')') AS null, pg_temp.search(:'theirs', '') AS theirs;

-- it goes together with what is set of sign-in, whichever comes first
SELECT pg_temp.search(:'app', '') AS set, kit.try(format('SELECT authz_sign_in_configure(%L, ''ldap'', ''ldap'', match_primary_group => true)', :'app')) AS without_its_attribute;
SELECT pg_temp.search(:'app', ', group_search => ''by_user'', primary_group_attribute => ''primaryGroupID''') AS set, kit.try(format('SELECT authz_sign_in_configure(%L, ''ldap'', ''ldap'', match_primary_group => true)', :'app')) AS with_it, pg_temp.search(:'app', ', group_search => ''by_user''') AS without;
SELECT what, kit.try(format('SELECT authz_directory_role_add(%L, %s)', :'app', what)) AS outcome FROM unnest(ARRAY['''a=b,c'', ''viewer''', '''=x'', ''viewer''', 'NULL, ''viewer'', ''4294967296''', '''cn=staff,dc=example,dc=org'', ''viewer''', 'NULL, ''viewer'', ''513''']) WITH ORDINALITY t (what, n) ORDER BY n;
INSERT INTO authz.directory_role (application_id, account_id, directory_group, role_id) SELECT :'app', 611, 'group ' || n, 61101 FROM generate_series(1, 998) n;
SELECT authz_directory_role_add(:'app', 'one more', 'viewer');	-- 54000
DELETE FROM authz.directory_role WHERE directory_group LIKE 'group %';

-- who may: an owner or administrator, or with the permission, who may act for others besides, by his own hand
SELECT kit.own(611, 'Ann') AS ann, kit.own(611, 'Bob') AS bob, kit.own(611, 'Cat') AS cat, kit.own(611, 'Ann', 'setrole:trusted') AS trusted, kit.own(611, 'Bob', 'setrole:trusted') AS stranger \gset
SELECT id FROM authz_apptoken_add(id => '611-ann', token => 'sesame', session_user_id => 'Ann', session_privileges => 'setrole:trusted');
CREATE FUNCTION pg_temp.as(token text, app text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN kit.ask(format('authz_ldap_configure(%L, ''{ldaps://c}'', ''dc=x'', ''direct'', user_dn_format => ''uid=@@USERNAME@@,dc=x'', search_password => '''', group_search => ''by_user'', primary_group_attribute => ''primaryGroupID'')', app));
END
$$;
SET ROLE regress_reader;
SELECT pg_temp.as(:'trusted', :'app') AS trusted, pg_temp.as(:'ann', :'app') AS owner, pg_temp.as(:'cat', :'app') AS administrator, pg_temp.as(:'bob', :'app') AS permitted, pg_temp.as(:'stranger', :'app') AS stranger, pg_temp.as(:'trusted', :'theirs') AS theirs, pg_temp.as('', :'app') AS nobody,
	pg_temp.as(kit.token(611, '611-ann'), :'app') AS acting;

-- the password: nobody sees it, kept where it was given for, replaced, taken away
CREATE FUNCTION pg_temp.seen(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN (SELECT string_agg(concat_ws(' ', directory ->> 'search_user', directory ->> 'has_search_password', position('Xdirectory' IN to_jsonb(s)::text)), ', ') FROM authz_sign_in_settings s);
END
$$;
SELECT pg_temp.seen(:'ann') AS owner, pg_temp.seen(:'cat') AS administrator, pg_temp.seen(:'bob') AS permitted, pg_temp.seen('') AS nobody;
SELECT kit.try('SELECT * FROM authz.ldap_setting') AS "table", kit.try('SELECT * FROM authz.secret') AS secret, kit.try('SELECT authz.ldap_configure(611, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)') AS body,
	kit.try('SELECT authz.directory_secret(NULL, NULL, ''x'')') AS keep;
RESET ROLE;
CREATE FUNCTION pg_temp.kept() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(convert_from(e.value, 'UTF8'), ', ') FROM authz.secret e WHERE position('Xdirectory'::bytea IN e.value) > 0 $$;
SELECT pg_temp.kept() AS kept, directory FROM authz_sign_in_settings;
CREATE FUNCTION pg_temp.keep(app text, what text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.set(app, what || ', group_search => ''by_user'', primary_group_attribute => ''primaryGroupID'', user_search_pattern => ''(uid=@@USERNAME@@)'', search_user => ''cn=reader,dc=example,dc=org''')
$$;
SELECT pg_temp.keep(:'app', '''{ldaps://a.example.org}'', ''dc=example,dc=org'', timeout => 7') AS the_same, pg_temp.keep(:'app', '''{ldaps://evil.example.org}'', ''dc=example,dc=org''') AS another_server, pg_temp.keep(:'app', '''{ldaps://a.example.org,ldaps://evil.example.org}'', ''dc=example,dc=org''') AS one_more,
	pg_temp.keep(:'app', '''{ldaps://a.example.org}'', ''dc=example,dc=org'', ca_certificate => ''another authority''') AS another_authority, pg_temp.keep(:'app', '''{ldaps://a.example.org}'', ''dc=example,dc=org'', search_password => ''''') AS not_without,
	pg_temp.set(:'app', '''{ldaps://a.example.org}'', ''dc=example,dc=org'', ''direct'', user_dn_format => ''uid=@@USERNAME@@,dc=x'', group_search => ''by_user'', primary_group_attribute => ''primaryGroupID'', search_password => ''''') AS taken;
SELECT pg_temp.kept();
SELECT pg_temp.keep(:'app', '''{ldaps://b.example.org}'', ''dc=example,dc=org'', search_password => ''Xdirectory that is new''') AS given, pg_temp.kept();
SELECT pg_temp.keep(:'app', '''{ldaps://b.example.org}'', ''dc=example,dc=org'', timeout => 0, search_password => ''Xdirectory of a call that fails''') AS failing;
SELECT pg_temp.kept();
SELECT count(*) AS "in the audit" FROM authz.audit_event e WHERE account_id = 611 AND to_jsonb(e)::text LIKE '%Xdirectory%';	-- 0
SELECT detail -> 'new_password' AS new_password, detail -> 'uris' AS uris, count(*) FROM authz.audit_event WHERE account_id = 611 AND action = 'ldap.configure' GROUP BY 1, 2 ORDER BY 1, 2;

-- another directory is another adapter; another timeout is not
SELECT sign_in_id AS one FROM authz.sign_in_setting WHERE application_id = :'app' \gset
SELECT pg_temp.keep(:'app', '''{ldaps://b.example.org}'', ''dc=example,dc=org'', timeout => 9, email_attribute => ''mail''') AS the_same;
SELECT sign_in_id = :one AS same FROM authz.sign_in_setting WHERE application_id = :'app';
SELECT pg_temp.keep(:'app', '''{ldaps://b.example.org}'', ''dc=example,dc=org'', nested_groups => true') AS other_groups;
SELECT sign_in_id = :one AS same, sign_in_id AS two FROM authz.sign_in_setting WHERE application_id = :'app' \gset
SELECT :'same' AS same;
SELECT pg_temp.keep(:'app', '''{ldaps://b.example.org}'', ''ou=people,dc=example,dc=org'', nested_groups => true') AS another_base;
SELECT sign_in_id = :two AS same FROM authz.sign_in_setting WHERE application_id = :'app';

-- all goes with the application
SELECT authz_application_delete(:'app');
SELECT count(*) + (SELECT count(*) FROM authz.ldap_setting WHERE application_id = :'app') AS left, pg_temp.kept() FROM authz.directory_role WHERE application_id = :'app';
RESET authz.account;
