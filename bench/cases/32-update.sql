-- UPDATE of 10,000 visible rows
-- users: one
-- hand: 1.1
-- writes
UPDATE {content c} SET size = size + 1 WHERE {visible c} AND c.id > {rows} - 1000000;
