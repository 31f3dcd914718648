/*
 * empty.c
 *	  Functions of the checks' signatures that do nothing: what a call costs.
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(empty);

Datum
empty(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(true);
}
