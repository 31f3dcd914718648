-- search by full text
-- users: one 1 % visible, half 50 % visible
-- hand: -
-- floor: 1.05
-- barrier: 1.05
SELECT count(*), max(c.title) FROM {document c} WHERE c.words @@ to_tsquery('simple', 'f89913') AND {visible c};
