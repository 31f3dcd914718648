/*
 * handoff.c
 *	  A block of the leader's for its parallel workers.
 */
#include "postgres.h"

#include <limits.h>

#include "access/parallel.h"
#include "entitle/handoff.h"
#include "miscadmin.h"
#include "storage/dsm.h"
#include "utils/guc.h"

static int handle = 0;

void
authz_handoff_init(void)
{
	DefineCustomIntVariable("authz.handoff", "What a parallel query hands to its workers.",
							"Set by authz itself.", &handle, 0, INT_MIN, INT_MAX, PGC_SUSET,
							GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE, NULL, NULL,
							NULL);
}

bool
authz_handoff_begin(AuthzHandoff *handoff, const char *block, Size length)
{
	char value[16];
	int64 *words;

	handoff->segment = dsm_create(sizeof(int64) + length, DSM_CREATE_NULL_IF_MAXSEGMENTS);
	if (handoff->segment == NULL)
		return false;
	words = dsm_segment_address(handoff->segment);
	words[0] = (int64) length;
	memcpy(words + 1, block, length);

	snprintf(value, sizeof(value), "%d", (int) dsm_segment_handle(handoff->segment));
	handoff->guc_level = NewGUCNestLevel();
	(void) set_config_option("authz.handoff", value, PGC_SUSET, PGC_S_SESSION, GUC_ACTION_SAVE,
							 true, 0, false);
	return true;
}

void
authz_handoff_end(AuthzHandoff *handoff)
{
	AtEOXact_GUC(false, handoff->guc_level);
	dsm_detach(handoff->segment);
}

bool
authz_handoff_receive(AuthzUnpack *block)
{
	static dsm_segment *segment = NULL;
	int64 *words;

	if (!IsParallelWorker() || handle == 0)
		return false;
	if (segment == NULL)
	{
		/* A worker works for one leader, in one query, as long as it lives. */
		segment = dsm_attach((dsm_handle) handle);
		if (segment == NULL)
			return false;
		dsm_pin_mapping(segment);
	}
	words = dsm_segment_address(segment);
	block->at = (char *) (words + 1);
	block->end = block->at + words[0];
	return true;
}
