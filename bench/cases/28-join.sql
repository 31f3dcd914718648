-- join of two protected tables
-- users: one 1 % visible, half 50 % visible
-- hand: 1.1
SELECT count(*), sum(c.size), max(d.title)
FROM {content c} JOIN {document d} ON d.content_id = c.id
WHERE {visible c} AND {visible d};
