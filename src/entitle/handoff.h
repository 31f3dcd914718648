/*
 * handoff.h
 *	  A block of the leader's for its parallel workers.
 *
 * Its handle travels with the settings, which every worker starts with. Only
 * the backend itself sets it, so a worker may believe what it finds.
 */
#ifndef AUTHZ_ENTITLE_HANDOFF_H
#define AUTHZ_ENTITLE_HANDOFF_H

#include "postgres.h"

#include "entitle/pack.h"
#include "storage/dsm.h"

typedef struct AuthzHandoff
{
	dsm_segment *segment;
	int guc_level;
} AuthzHandoff;

extern void authz_handoff_init(void);

/*
 * Offers the block to the workers started until the end; an error ends the
 * offer by itself. False where no segment is free: then there are no workers.
 */
extern bool authz_handoff_begin(AuthzHandoff *handoff, const char *block, Size length);
extern void authz_handoff_end(AuthzHandoff *handoff);

/* In a worker: the leader's block, false where it offers none. */
extern bool authz_handoff_receive(AuthzUnpack *block);

#endif
