-- Rights -------------------------------------------------------------------
--
-- Doors, checks and views are for everybody, since they decide by themselves;
-- what stands behind them is for its owner alone.

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA authz FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION authz_administer(), authz_gateway() FROM PUBLIC;
