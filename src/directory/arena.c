/*
 * arena.c
 *	  Memory of one sign-in: taken piece by piece, given back at once.
 */
#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "directory/arena.h"

#define BLOCK_BYTES ((size_t) 8192)

typedef struct AuthzArenaBlock
{
	struct AuthzArenaBlock *next;
	size_t used;
	size_t size;
	alignas(max_align_t) char bytes[];
} Block;

void
authz_arena_begin(AuthzArena *arena, size_t limit)
{
	arena->blocks = NULL;
	arena->left = limit;
}

void *
authz_arena_take(AuthzArena *arena, size_t size)
{
	Block *block = arena->blocks;
	void *taken;

	if (size > arena->left)
		return NULL;
	size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (block == NULL || block->size - block->used < size)
	{
		size_t bytes = size > BLOCK_BYTES ? size : BLOCK_BYTES;

		block = calloc(1, sizeof(Block) + bytes);
		if (block == NULL)
			return NULL;
		block->size = bytes;
		block->next = arena->blocks;
		arena->blocks = block;
	}
	taken = block->bytes + block->used;
	block->used += size;
	arena->left -= size < arena->left ? size : arena->left;
	return taken;
}

char *
authz_arena_copy(AuthzArena *arena, const void *bytes, size_t length)
{
	char *copy = length == SIZE_MAX ? NULL : authz_arena_take(arena, length + 1);

	if (copy != NULL && length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

void
authz_arena_end(AuthzArena *arena)
{
	while (arena->blocks != NULL)
	{
		Block *next = arena->blocks->next;

		free(arena->blocks);
		arena->blocks = next;
	}
	arena->left = 0;
}
