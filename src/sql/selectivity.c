/*
 * selectivity.c
 *	  The part of a column's rows that a session is let through to.
 */
#include "postgres.h"

#include <math.h>

#include "access/genam.h"
#include "access/gin.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_type.h"
#include "nodes/pathnodes.h"
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

/* How many elements an array of the column has on average; without end where nothing is known. */
static double
average_elements(VariableStatData *column)
{
	AttStatsSlot slot;
	double average = HUGE_VAL;

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
 * How many different elements the column's arrays have: no statistics tell, but a
 * GIN index of the column alone has counted them when it was made or vacuumed.
 * 0 where there is none, or it has not.
 */
static double
different_elements(VariableStatData *column)
{
	ListCell *cell;

	if (column->rel == NULL || !IsA(column->var, Var))
		return 0;
	foreach(cell, column->rel->indexlist)
	{
		IndexOptInfo *index = lfirst_node(IndexOptInfo, cell);
		GinStatsData counted;
		Relation relation;

		if (index->relam != GIN_AM_OID || index->hypothetical || index->indpred != NIL ||
			index->ncolumns != 1 || index->indexkeys[0] != ((Var *) column->var)->varattno ||
			get_rel_relkind(index->indexoid) != RELKIND_INDEX)
			continue;
		relation = index_open(index->indexoid, NoLock);
		ginGetStats(relation, &counted);
		index_close(relation, NoLock);
		return counted.nEntries;
	}
	return 0;
}

/*
 * The part of a column's arrays of which the gate admits an element, as if they
 * were chosen independently. What the common elements leave of an array is shared
 * alike by the others, if it is known how many these are; and none is more than
 * half as frequent as the rarest of the common ones.
 */
static double
admitted_arrays(const AuthzGate *gate, VariableStatData *column, Oid integer, double different)
{
	double left = (double) authz_gate_estimate(gate);
	double others = different;
	double frequency = DEFAULT_ARRAY_FREQUENCY;
	double rest;
	double none = 1;
	AttStatsSlot slot;

	if (gate->nsides == 0)
		return 0;
	if (!HeapTupleIsValid(column->statsTuple))
		return 1 - pow(1 - DEFAULT_ARRAY_FREQUENCY, left);

	rest = average_elements(column);
	if (get_attstatsslot(&slot, column->statsTuple, STATISTIC_KIND_MCELEM, InvalidOid,
						 ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
	{
		for (int i = 0; i < slot.nvalues && i < slot.nnumbers; i++)
		{
			rest -= slot.numbers[i];
			others--;
			if (!authz_gate_admits(gate, id_of(slot.values[i], integer)))
				continue;
			none *= 1 - slot.numbers[i];
			left--;
		}
		frequency = slot.nnumbers > slot.nvalues ? slot.numbers[slot.nvalues] / 2 : 0;
		free_attstatsslot(&slot);
	}
	rest = Max(0, rest);
	if (others > 0)
		frequency = Min(frequency, rest / others);
	none *= exp(-Min(rest, Max(0, left) * frequency));
	return (1 - none) * (1 - ((Form_pg_statistic) GETSTRUCT(column->statsTuple))->stanullfrac);
}

static double
selectivity(PlannerInfo *root, Node *column, int varRelid, const AuthzGate *gate, Oid element,
			bool counts)
{
	VariableStatData stats;
	double part;

	examine_variable(root, column, varRelid, &stats);
	if (OidIsValid(element))
		part = admitted_arrays(gate, &stats, element, counts ? different_elements(&stats) : 0);
	else
		part = admitted_part(gate, &stats);
	ReleaseVariableStats(stats);
	CLAMP_PROBABILITY(part);
	return part;
}

double
authz_selectivity(PlannerInfo *root, Node *column, int varRelid, const AuthzGate *gate, Oid element)
{
	return selectivity(root, column, varRelid, gate, element, true);
}

double
authz_selectivity_by_statistics(PlannerInfo *root, Node *column, int varRelid,
								const AuthzGate *gate, Oid element)
{
	return selectivity(root, column, varRelid, gate, element, false);
}
