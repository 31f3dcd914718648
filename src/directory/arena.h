/*
 * arena.h
 *	  Memory of one sign-in: taken piece by piece, given back at once.
 *
 * A directory decides how much it answers, so an arena gives no more than its
 * limit; then, as when the machine has none, it gives NULL.
 */
#ifndef AUTHZ_DIRECTORY_ARENA_H
#define AUTHZ_DIRECTORY_ARENA_H

#include <stddef.h>

#define AUTHZ_ARENA_LIMIT ((size_t) 32 * 1024 * 1024)

typedef struct AuthzArena
{
	struct AuthzArenaBlock *blocks; /* the newest first */
	size_t left;					/* bytes that may still be given */
} AuthzArena;

extern void authz_arena_begin(AuthzArena *arena, size_t limit);

/* Zeroed, and aligned for anything. */
extern void *authz_arena_take(AuthzArena *arena, size_t size);

/* The bytes with a NUL behind them. */
extern char *authz_arena_copy(AuthzArena *arena, const void *bytes, size_t length);

extern void authz_arena_end(AuthzArena *arena);

#endif
