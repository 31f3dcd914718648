-- entries in several categories: count of the visible 50 %
-- users: half
-- hand: 1.1
-- floor: -
SELECT count(*) FROM {entry c} WHERE {visible c};
