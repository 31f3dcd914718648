/*
 * selectivity.c
 *	  The part of a column's rows that a session is let through to.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "optimizer/optimizer.h"
#include "sql/selectivity.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"

/* Of arrays nothing is known of: a part of the rows that has any one element. */
#define DEFAULT_ARRAY_FREQUENCY 0.005

/* A value of statistics as an id. */
static int64
id_of(Datum value, Oid type)
{
	return type == INT8OID	 ? DatumGetInt64(value)
		   : type == INT4OID ? DatumGetInt32(value)
							 : DatumGetInt16(value);
}

/* The part of a column's rows whose value the gate admits. */
static double
admitted_part(const AuthzGate *gate, VariableStatData *column)
{
	double ids = (double) authz_gate_estimate(gate);
	double common = 0;
	double common_admitted = 0;
	int ncommon = 0;
	int ncommon_admitted = 0;
	double null_part = 0;
	double distinct;
	double rest;
	bool isdefault;
	AttStatsSlot slot;

	if (gate->nsides == 0)
		return 0;
	distinct = get_variable_numdistinct(column, &isdefault);
	if (HeapTupleIsValid(column->statsTuple))
	{
		null_part = ((Form_pg_statistic) GETSTRUCT(column->statsTuple))->stanullfrac;
		if ((column->atttype == INT8OID || column->atttype == INT4OID ||
			 column->atttype == INT2OID) &&
			get_attstatsslot(&slot, column->statsTuple, STATISTIC_KIND_MCV, InvalidOid,
							 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
		{
			for (int i = 0; i < slot.nvalues; i++)
			{
				common += slot.numbers[i];
				ncommon++;
				if (authz_gate_admits(gate, id_of(slot.values[i], column->atttype)))
				{
					common_admitted += slot.numbers[i];
					ncommon_admitted++;
				}
			}
			free_attstatsslot(&slot);
		}
	}

	/* The other values are taken to be equally frequent. */
	rest = Max(0, 1 - common - null_part);
	if (distinct > ncommon)
		rest *= Min(1, Max(0, ids - ncommon_admitted) / (distinct - ncommon));
	else
		rest = 0;
	return common_admitted + rest;
}

/* How many elements an array of the column has on average; 0 where nothing is known. */
static double
average_elements(VariableStatData *column)
{
	AttStatsSlot slot;
	double average = 0;

	if (get_attstatsslot(&slot, column->statsTuple, STATISTIC_KIND_DECHIST, InvalidOid,
						 ATTSTATSSLOT_NUMBERS))
	{
		if (slot.nnumbers > 0)
			average = slot.numbers[slot.nnumbers - 1];
		free_attstatsslot(&slot);
	}
	return average;
}

/*
 * The part of a column's arrays of which the gate admits an element, as if they
 * were chosen independently. An element that is not among the common ones is half
 * as frequent as the rarest of them, and all of these are no more than what the
 * common ones leave of an array.
 */
static double
admitted_arrays(const AuthzGate *gate, VariableStatData *column, Oid integer)
{
	double left = (double) authz_gate_estimate(gate);
	double rest = 0;
	double rare = 0;
	double none = 1;
	AttStatsSlot slot;

	if (gate->nsides == 0)
		return 0;
	if (!HeapTupleIsValid(column->statsTuple) ||
		!get_attstatsslot(&slot, column->statsTuple, STATISTIC_KIND_MCELEM, InvalidOid,
						  ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
		return 1 - pow(1 - DEFAULT_ARRAY_FREQUENCY, left);

	rest = average_elements(column);
	for (int i = 0; i < slot.nvalues && i < slot.nnumbers; i++)
	{
		rest -= slot.numbers[i];
		if (!authz_gate_admits(gate, id_of(slot.values[i], integer)))
			continue;
		none *= 1 - slot.numbers[i];
		left--;
	}
	if (slot.nnumbers > slot.nvalues)
		rare = slot.numbers[slot.nvalues] / 2;
	free_attstatsslot(&slot);
	none *= exp(-Min(Max(0, rest), Max(0, left) * rare));
	return (1 - none) * (1 - ((Form_pg_statistic) GETSTRUCT(column->statsTuple))->stanullfrac);
}

double
authz_selectivity(PlannerInfo *root, Node *column, int varRelid, const AuthzGate *gate, Oid element)
{
	VariableStatData stats;
	double selectivity;

	examine_variable(root, column, varRelid, &stats);
	selectivity =
		OidIsValid(element) ? admitted_arrays(gate, &stats, element) : admitted_part(gate, &stats);
	ReleaseVariableStats(stats);
	CLAMP_PROBABILITY(selectivity);
	return selectivity;
}
