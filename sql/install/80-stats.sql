-- Statistics ---------------------------------------------------------------
--
-- They are this connection's own and tell nothing about anybody's rights, so
-- anybody may look. What is loaded again and again although nothing changes,
-- or kept up to authz.cache_memory, shows here.

CREATE FUNCTION authz_counters(OUT sessions_verified bigint, OUT subjects_loaded bigint, OUT shared_loaded bigint,
		OUT categories_loaded bigint, OUT rights_loaded bigint, OUT permissions_loaded bigint,
		OUT entries_kept int, OUT bytes_kept bigint)
	LANGUAGE C VOLATILE STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME';
COMMENT ON FUNCTION authz_counters() IS 'what this connection has loaded and keeps: the row of authz_stats';

CREATE VIEW authz_stats AS
	SELECT * FROM authz_counters();
COMMENT ON VIEW authz_stats IS 'what this connection has loaded about rights so far, and keeps';
COMMENT ON COLUMN authz_stats.sessions_verified IS 'session tokens verified from scratch';
COMMENT ON COLUMN authz_stats.subjects_loaded IS 'groups and levels of a user';
COMMENT ON COLUMN authz_stats.shared_loaded IS 'what the privacy of an account''s categories opens';
COMMENT ON COLUMN authz_stats.categories_loaded IS 'all categories of an account';
COMMENT ON COLUMN authz_stats.rights_loaded IS 'roles of a kind of session';
COMMENT ON COLUMN authz_stats.permissions_loaded IS 'the permissions that an account knows';
COMMENT ON COLUMN authz_stats.entries_kept IS 'how many of these are kept for the next statement';
COMMENT ON COLUMN authz_stats.bytes_kept IS 'memory that they take, at most authz.cache_memory';
GRANT SELECT ON authz_stats TO PUBLIC;
