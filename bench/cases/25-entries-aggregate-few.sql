-- entries in several categories: aggregate over the visible 1 %
-- users: one
-- hand: 1.1
-- recommended: 20
SELECT sum(c.size), max(c.created_at) FROM {entry c} WHERE {visible c};
