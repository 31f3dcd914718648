-- count of the visible 1 %
-- users: one
-- hand: 1.05
-- recommended: 100
SELECT count(*) FROM {content c} WHERE {visible c};
