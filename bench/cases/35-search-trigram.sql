-- search by trigrams
-- users: one 1 % visible, half 50 % visible
-- hand: -
-- floor: 1.05
-- barrier: 1.05
SELECT count(*), max(c.title) FROM {document c} WHERE c.body LIKE '%f89913%' AND {visible c};
