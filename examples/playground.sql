-- playground.sql - the small world of "./dev psql"
--
-- An account with three categories, three users, a group, roles, an app token,
-- a protected table, and a session for each user in the table my_session: a
-- real application would keep those to itself.

SET client_min_messages = warning;
CREATE ROLE reader LOGIN;
CREATE ROLE publisher LOGIN;
GRANT CREATE ON SCHEMA public TO publisher;
GRANT EXECUTE ON FUNCTION authz_administer() TO publisher;

SET ROLE publisher;
SELECT authz_account_add('Playground', account_id => 1) \g /dev/null

SELECT authz_category_add('news') AS news \gset
SELECT authz_category_add('sport', parent_id => :news) AS sport \gset
SELECT authz_category_add('local', parent_id => :news, inheritance => 'inherit') AS local \gset
SELECT authz_category_add('weather', privacy => 'all') AS weather \gset

SELECT authz_user_add(u) FROM unnest('{ann,bob,eve}'::text[]) AS u \g /dev/null
SELECT authz_group_add('editors') \g /dev/null
SELECT authz_group_user_add('editors', 'bob') \g /dev/null
SELECT authz_category_user_add(:news, 'ann', 'contributor') \g /dev/null
SELECT authz_category_user_add(:news, 'editors', 'manager') \g /dev/null
SELECT authz_category_user_add(:sport, 'editors', 'moderator') \g /dev/null

SELECT authz_role_add('author', '{article.*}', exceptions => '{article.delete}') AS author \gset
SELECT authz_role_add('editor', '{article.*}') AS editor \gset
SELECT authz_role_add('visitor', '{article.view}', everyone => true) \g /dev/null
SELECT authz_role_user_add(:author, 'ann') \g /dev/null
SELECT authz_role_user_add(:editor, 'editors') \g /dev/null

CREATE TABLE article (
	article_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	category_id bigint,
	owner       text,
	title       text NOT NULL
);
CREATE INDEX ON article (category_id);
CREATE INDEX ON article (owner);
INSERT INTO article (category_id, owner, title) VALUES
	(:news, 'ann', 'Elections in spring'), (:news, 'bob', 'Bridge closed'), (:news, NULL, 'Bridge open again'),
	(:sport, 'bob', 'Home team wins'), (:sport, 'eve', 'Away team wins'), (:local, 'ann', 'New library'),
	(:weather, NULL, 'Sun'), (:weather, NULL, 'Rain'), (NULL, 'eve', 'A draft of Eve''s');
SELECT authz_protect('article', 'category_id', 'owner', 'article') \g /dev/null
GRANT SELECT, INSERT, UPDATE, DELETE ON article TO reader;

-- The app token of examples/python/sessions.py.
SELECT id AS apptoken, token FROM authz_apptoken_add('playground', id => 'playground',
	token => 'the-token-of-the-playground', session_user_id => 'ann') \gset

-- A session of each user, by an app token that leaves the user to the caller.
SELECT id, token FROM authz_apptoken_add('any user') \gset any_
SELECT session_token AS widget FROM authz_start_widget_session('_1') \gset
SELECT set_config('authz.session', :'widget', false) \g /dev/null
CREATE TABLE my_session AS
SELECT u AS user_id, s.session_token
FROM unnest('{ann,bob,eve}'::text[]) AS u,
	authz_start_session(:'any_id', encode(digest(:'widget' || :'any_token', 'sha256'), 'hex'), u) AS s;
INSERT INTO my_session VALUES (NULL, :'widget');
GRANT SELECT ON my_session TO reader;

\echo
\echo 'ann contributes to news, the group editors (bob) manages it, news>local inherits'
\echo 'its members, weather is open to all. You are a superuser, whom nothing binds:'
\echo
\echo '    \\c - reader                       become an ordinary role'
\echo '    SELECT * FROM article;            which sees nothing'
\echo '    SELECT s.* FROM my_session AS m, authz_use_session(session_token, false) AS s'
\echo '    WHERE m.user_id = ''ann'';          until it is somebody'
\echo '    SELECT authz_end_session();       and nobody again'
\echo
\echo '    \\! examples/python/sessions.py    the same by a program (package python3-psycopg)'
\echo
\echo '    \\c - publisher                    the role that owns the table and administers authz'
\echo '    \\dv authz_*                       what it can look at'
\echo '    \\df authz_*                       what it can call'
\echo '    SELECT authz_protect_sql(''article'', ''category_id'', ''owner'', ''article'');'
\echo
