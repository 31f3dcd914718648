# query.awk - a query of cases/ as somebody writes it
#
# {content c} becomes a table of schema bench, {visible c} the condition on its
# rows, {rows} how many there are. way says how the condition is written: not at
# all, where row security has it; or by hand for the user who, with his
# memberships in a table or, from the file list, in the query. An entry has its
# categories in a link table. With policy = default the owner sees his rows too.

function ids(line)
{
	getline line <list
	close(list)
	return "ANY ('{" line "}'::bigint[])"
}

function linked(alias, links)
{
	links = "bench.entry_category l JOIN bench.member m ON m.category_id = l.category_id AND m.user_id = '" who "'"
	if (way == "EXISTS")
		return "EXISTS (SELECT FROM " links " WHERE l.entry_id = " alias ".id)"
	if (way == "ANY")
		return alias ".id IN (SELECT entry_id FROM bench.entry_category WHERE category_id = " ids() ")"
	if (way == "UNION")
		return alias ".id IN (SELECT l.entry_id FROM " links " UNION ALL SELECT id FROM bench.entry WHERE owner = '" who "')"
	return alias ".id IN (SELECT l.entry_id FROM " links ")"
}

function in_category(alias)
{
	if (way == "join")
		return policy == "default" ? "m_" alias ".user_id IS NOT NULL" : "true"
	if (way == "ANY")
		return alias ".category_id = " ids()
	return alias ".category_id IN (SELECT category_id FROM bench.member WHERE user_id = '" who "')"
}

function visible(alias, condition)
{
	if (way == "none")
		return "true"
	condition = kind[alias] == "entry" ? linked(alias) : in_category(alias)
	return policy == "default" && way != "UNION" ? "(" condition " OR " alias ".owner = '" who "')" : condition
}

function source(table, alias)
{
	kind[alias] = table
	if (way != "join")
		return "bench." table " " alias
	return "(bench." table " " alias (policy == "default" ? " LEFT" : "") " JOIN bench.member m_" alias \
		" ON m_" alias ".category_id = " alias ".category_id AND m_" alias ".user_id = '" who "')"
}

/^--/ { next }

{
	while (match($0, /\{[a-z]+ [a-z]+\}/)) {
		split(substr($0, RSTART + 1, RLENGTH - 2), word, " ")
		head = substr($0, 1, RSTART - 1)
		tail = substr($0, RSTART + RLENGTH)
		$0 = head (word[1] == "visible" ? visible(word[2]) : source(word[1], word[2])) tail
	}
	gsub(/\{rows\}/, rows)
	print
}
