-- 20 newest visible
-- users: one 1 %, half 50 %, old only the oldest rows
-- hand: 1.1
SELECT c.id, c.title FROM {content c} WHERE {visible c} ORDER BY c.created_at DESC LIMIT 20;
