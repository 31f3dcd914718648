-- Checks -------------------------------------------------------------------
--
-- What policies call for every row. Policies, triggers and index conditions of
-- other owners' tables name them, so anybody may execute them: they tell only
-- what the session in force may do, and raise for want of nothing. They answer
-- false for NULL and so are not strict.

CREATE FUNCTION authz_can_support(internal) RETURNS internal
	LANGUAGE C STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_support(internal) IS 'tells the planner what the checks mean';

-- An empty permission asks for none, a NULL account for any.

CREATE FUNCTION authz_can_view(category_id bigint, permission text DEFAULT '', account_id int DEFAULT NULL) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_view(bigint, text, int) IS
	'whether the session in force may view what is in the category and has the permission';
CREATE FUNCTION authz_can_view_any(category_ids bigint[], permission text DEFAULT '', account_id int DEFAULT NULL) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_view_any(bigint[], text, int) IS
	'whether authz_can_view() holds for any of the categories';
CREATE FUNCTION authz_can_view_int4(category_id int, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_view_int4(int, text, int) IS
	'authz_can_view() of an int column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_view_int2(category_id smallint, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_view_int2(smallint, text, int) IS
	'authz_can_view() of a smallint column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_view_any_int4(category_ids int[], permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_view_any_int4(int[], text, int) IS
	'authz_can_view_any() of such a column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_view_any_int2(category_ids smallint[], permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_view_any_int2(smallint[], text, int) IS
	'authz_can_view_any() of such a column: the planner puts it where a cast would hide the index';

CREATE FUNCTION authz_can_contribute(category_id bigint, permission text DEFAULT '', account_id int DEFAULT NULL) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_contribute(bigint, text, int) IS
	'whether the session in force may put content into the category and has the permission';
CREATE FUNCTION authz_can_contribute_any(category_ids bigint[], permission text DEFAULT '', account_id int DEFAULT NULL) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_contribute_any(bigint[], text, int) IS
	'whether authz_can_contribute() holds for any of the categories';
CREATE FUNCTION authz_can_contribute_int4(category_id int, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_contribute_int4(int, text, int) IS
	'authz_can_contribute() of an int column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_contribute_int2(category_id smallint, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_contribute_int2(smallint, text, int) IS
	'authz_can_contribute() of a smallint column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_contribute_any_int4(category_ids int[], permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_contribute_any_int4(int[], text, int) IS
	'authz_can_contribute_any() of such a column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_contribute_any_int2(category_ids smallint[], permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_contribute_any_int2(smallint[], text, int) IS
	'authz_can_contribute_any() of such a column: the planner puts it where a cast would hide the index';

CREATE FUNCTION authz_can_moderate(category_id bigint, permission text DEFAULT '', account_id int DEFAULT NULL) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_moderate(bigint, text, int) IS
	'whether the session in force may moderate what is in the category and has the permission';
CREATE FUNCTION authz_can_moderate_any(category_ids bigint[], permission text DEFAULT '', account_id int DEFAULT NULL) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_moderate_any(bigint[], text, int) IS
	'whether authz_can_moderate() holds for any of the categories';
CREATE FUNCTION authz_can_moderate_int4(category_id int, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_moderate_int4(int, text, int) IS
	'authz_can_moderate() of an int column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_moderate_int2(category_id smallint, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_moderate_int2(smallint, text, int) IS
	'authz_can_moderate() of a smallint column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_moderate_any_int4(category_ids int[], permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_moderate_any_int4(int[], text, int) IS
	'authz_can_moderate_any() of such a column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_moderate_any_int2(category_ids smallint[], permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_moderate_any_int2(smallint[], text, int) IS
	'authz_can_moderate_any() of such a column: the planner puts it where a cast would hide the index';

CREATE FUNCTION authz_can_manage(category_id bigint, permission text DEFAULT '', account_id int DEFAULT NULL) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_manage(bigint, text, int) IS
	'whether the session in force may manage the category and has the permission';
CREATE FUNCTION authz_can_manage_any(category_ids bigint[], permission text DEFAULT '', account_id int DEFAULT NULL) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_manage_any(bigint[], text, int) IS
	'whether authz_can_manage() holds for any of the categories';
CREATE FUNCTION authz_can_manage_int4(category_id int, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_manage_int4(int, text, int) IS
	'authz_can_manage() of an int column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_manage_int2(category_id smallint, permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_manage_int2(smallint, text, int) IS
	'authz_can_manage() of a smallint column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_manage_any_int4(category_ids int[], permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_manage_any_int4(int[], text, int) IS
	'authz_can_manage_any() of such a column: the planner puts it where a cast would hide the index';
CREATE FUNCTION authz_can_manage_any_int2(category_ids smallint[], permission text, account_id int) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE SUPPORT authz_can_support AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_can_manage_any_int2(smallint[], text, int) IS
	'authz_can_manage_any() of such a column: the planner puts it where a cast would hide the index';

CREATE FUNCTION authz_visible_categories(level text DEFAULT 'member') RETURNS bigint[]
	LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_visible_categories(text) IS
	'categories where the session in force may view (member), contribute, moderate or manage';

CREATE FUNCTION authz_category_ids(level int, permission text, account_id int) RETURNS bigint[]
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_ids(int, text, int) IS
	'the same for index conditions: level 1 (member) to 4 (manager), none without the permission or in another account';

CREATE FUNCTION authz_category_ids_int4(level int, permission text, account_id int) RETURNS int[]
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_ids_int4(int, text, int) IS 'authz_category_ids() for columns of int[]';
CREATE FUNCTION authz_category_ids_int2(level int, permission text, account_id int) RETURNS smallint[]
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_category_ids_int2(int, text, int) IS 'authz_category_ids() for columns of smallint[]';

CREATE FUNCTION authz_has_permission(permission text) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_has_permission(text) IS
	'whether the session in force has the permission';

CREATE FUNCTION authz_require_permission(permission text) RETURNS void
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_require_permission(text) IS
	'raises 42501 unless the session in force has the permission';

CREATE FUNCTION authz_has_role(role text, application_id uuid DEFAULT NULL) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_has_role(text, uuid) IS
	'whether a role of this name, of the account or of the application, counts for the session in force';

CREATE FUNCTION authz_has_privilege(key text, value text DEFAULT NULL) RETURNS bool
	LANGUAGE C STABLE PARALLEL SAFE AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_has_privilege(text, text) IS
	'whether the session in force carries the privilege';
