-- count of the visible 50 %
-- users: half
-- hand: 0.6
-- floor: 1.15
SELECT count(*) FROM {content c} WHERE {visible c};
