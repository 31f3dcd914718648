-- DELETE of 10,000 visible rows
-- users: one
-- hand: 1.1
-- writes
DELETE FROM {content c} WHERE {visible c} AND c.id > {rows} - 1000000;
