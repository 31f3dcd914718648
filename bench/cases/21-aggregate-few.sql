-- aggregate over the visible 1 %
-- users: one
-- hand: 1.05
-- recommended: 100
SELECT sum(c.size), max(c.created_at) FROM {content c} WHERE {visible c};
