-- entries in several categories: count of the visible 1 %
-- users: one
-- hand: 1.1
-- recommended: 20
SELECT count(*) FROM {entry c} WHERE {visible c};
