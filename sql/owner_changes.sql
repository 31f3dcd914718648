-- owner_changes: an application gets another owner when he agrees
\set VERBOSITY sqlstate
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SELECT account_id FROM authz_account_add('owner changes', 421, 'the secret');
SELECT account_id FROM authz_account_add('owner changes, a neighbour', 422, 'the secret');
SET authz.account = 422;
SELECT authz_user_add('Nina');
SET authz.account = 421;
SELECT kit.person(421, p) FROM unnest('{Olga,Nina,Adam,Eve}'::text[]) p;
SELECT authz_user_add('Robot', 'service'), authz_user_add('Service', 'service'), authz_user_add('Second', primary_user_id => 'Nina'), authz_group_add('crew'), authz_group_user_add('crew', 'Adam');
SELECT application_id AS app FROM authz_application_add('app', owner_id => 'Olga', administrators_id => 'crew', manager_id => 'Robot') \gset
SELECT kit.own(421, 'Olga') AS olga, kit.own(421, 'Nina') AS nina, kit.own(421, 'Adam') AS adam, kit.own(421, 'Eve') AS eve, kit.own(421, 'Robot') AS robot, kit.own(422, 'Nina') AS foreign \gset
SET ROLE regress_reader;
CREATE FUNCTION pg_temp.as(token text, call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM set_config('authz.session', token, true);
	RETURN kit.ask('authz_' || call);
END
$$;
CREATE FUNCTION pg_temp.owner() RETURNS text LANGUAGE sql AS 'SELECT a.owner_id FROM authz_applications a WHERE a.application_identifier = ''app''';

-- asking: who may be asked
SELECT new_owner, pg_temp.as(:'olga', format('application_change_owner(%L, %L) > 0', :'app', new_owner)) AS outcome
	FROM unnest('{Nina,Service,Olga,Robot,Second,crew,service-account-app,nobody,""}'::text[]) new_owner;		-- t, t, 22023 …
SET authz.session = :'olga';
SELECT authz_application_change_owner(:'app', 'NINA') AS change \gset
SELECT authz_application_change_owner(:'app', 'Eve');		-- 23505: one at a time
SELECT application_identifier, owner_id, new_owner_id, requested_by, status, expires_at > now() AS open FROM authz_owner_changes;
SELECT pg_temp.owner();								-- Olga's, until Nina agrees

-- deciding: the new owner, himself, and nobody else
SELECT pg_temp.as(:'olga', format('owner_change_approve(%s)', :'change')) AS requester, pg_temp.as(:'adam', format('owner_change_approve(%s)', :'change')) AS administrator, pg_temp.as(:'robot', format('owner_change_approve(%s)', :'change')) AS manager,
	pg_temp.as(:'eve', format('owner_change_approve(%s)', :'change')) AS other, pg_temp.as(:'foreign', format('owner_change_approve(%s)', :'change')) AS foreign, pg_temp.as('', format('owner_change_approve(%s)', :'change')) AS nobody,
	pg_temp.as(kit.token(421, '421-nina'), format('owner_change_approve(%s)', :'change')) AS "an app token", pg_temp.as(:'nina', 'owner_change_approve(-1)') AS none, pg_temp.as(:'nina', 'owner_change_approve(NULL)') AS null,
	pg_temp.as(:'eve', format('owner_change_reject(%s)', :'change')) AS reject, pg_temp.as(:'eve', format('owner_change_cancel(%s)', :'change')) AS cancel;
SELECT pg_temp.as(:'nina', format('owner_change_cancel(%s)', :'change')) AS "to cancel is for who asks";	-- 42501
SET authz.session = :'nina';
SELECT new_owner_id, status FROM authz_owner_changes;
SELECT count(*) FROM authz_applications;			-- none yet
SELECT authz_owner_change_approve(:change);
SELECT pg_temp.owner();								-- Nina
SELECT authz_owner_change_approve(:change);		-- 55000: done
SELECT authz_owner_change_reject(:change);		-- 55000
SET authz.session = :'olga';
SELECT kit.try(format('SELECT authz_application_update(%L, description => ''x'')', :'app')) AS "no owner any more";	-- 42501

-- declined, and taken back
SET authz.session = :'nina';
SELECT authz_application_change_owner(:'app', 'Olga') AS change \gset
SET authz.session = :'olga';
SELECT authz_owner_change_reject(:change);
SELECT pg_temp.as(:'olga', format('owner_change_approve(%s)', :'change'));	-- 55000
SET authz.session = :'robot';
SELECT authz_application_change_owner(:'app', 'Olga') AS change \gset
SET authz.session = :'adam';
SELECT authz_owner_change_cancel(:change);
SELECT pg_temp.as(:'olga', format('owner_change_approve(%s)', :'change'));	-- 55000
SELECT status FROM authz_owner_changes ORDER BY id;

-- who asks for himself has agreed
SET authz.session = :'adam';
SELECT authz_application_change_owner(:'app', 'Adam') > 0 AS asked;
SELECT pg_temp.owner();								-- Adam

-- looked at again when he agrees: who he is by then
SELECT authz_application_change_owner(:'app', 'Nina') AS change \gset
RESET ROLE;
SET authz.session = '';
SELECT authz_user_update('Nina', status => 'blocked');
SELECT kit.try(format('SELECT authz_owner_change_approve(%s)', :'change')) AS blocked;		-- 22023
SELECT authz_user_update('Nina', status => 'active');
UPDATE authz.application SET manager_id = (SELECT principal_id FROM authz.principal WHERE account_id = 421 AND user_id = 'Nina') WHERE application_id = :'app';
SELECT kit.try(format('SELECT authz_owner_change_approve(%s)', :'change')) AS "manager meanwhile";	-- 22023
UPDATE authz.application SET manager_id = NULL WHERE application_id = :'app';
UPDATE authz.owner_change SET expires_at = now() WHERE owner_change_id = :change;
SELECT kit.try(format('SELECT authz_owner_change_approve(%s)', :'change')) AS late, (SELECT status FROM authz_owner_changes WHERE id = :change) AS status;	-- 55000, cancelled
SELECT authz_application_change_owner(:'app', 'Nina') AS change \gset
SELECT authz_user_delete('Nina');
SELECT kit.try(format('SELECT authz_owner_change_approve(%s)', :'change')) AS deleted;		-- 55000
-- the database plane agrees for whom it answers
SELECT authz_application_change_owner(:'app', 'Eve') AS change \gset
SELECT authz_owner_change_approve(:change);
SELECT pg_temp.owner(), kit.try('SELECT authz_owner_change_approve(-1)');	-- Eve, P0002
-- an owner that is deleted made what he made
SELECT authz_user_delete('Eve'), owner_id FROM authz_applications WHERE application_id = :'app';
RESET authz.account;
