-- DELETE of 10,000 visible rows
-- users: one
-- hand: 1.1
-- writes
DELETE FROM bench.content c WHERE {visible} AND c.id > {rows} - 1000000;
