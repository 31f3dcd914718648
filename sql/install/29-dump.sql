-- Dump ---------------------------------------------------------------------
--
-- Everything that users write is part of a dump.
DO $$
DECLARE
	relation regclass;
BEGIN
	FOR relation IN
		SELECT c.oid FROM pg_class c
		WHERE c.relnamespace = 'authz'::regnamespace::oid AND c.relkind IN ('r', 'S') AND c.relname <> 'failure'
	LOOP
		PERFORM pg_extension_config_dump(relation, '');
	END LOOP;
END
$$;
