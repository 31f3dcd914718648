# picture.awk - the results as SVG: how far each is on either side of its target
#
# A bar to the right of the line is what is better than its target, one to the
# left what is worse, both as a factor: of the protocols the worst. Rows without
# a target are not shown.
# Reads lines of tab-separated fields, as row() in report.sh writes them.

function escaped(text)
{
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	return text
}

# Powers of ten from the target; nothing goes beyond the ends of the scale.
function place(factor)
{
	power = factor <= 0 ? LOWEST : log(factor) / log(10)
	power = power < LOWEST ? LOWEST : power > HIGHEST ? HIGHEST : power
	return LEFT + (power - LOWEST) * UNIT
}

function text(x, y, anchor, class, words)
{
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>\n",
		x, y, anchor, class, escaped(words)
}

BEGIN {
	FS = "\t"
	LOWEST = -1
	HIGHEST = 2
	UNIT = 110
	LEFT = 640
	LINE = 14
	TOP = 40
	n = 0
}

$9 != "" && $9 != "-" {
	target = $9
	gsub(/[^0-9.]/, "", target)
	ratio = $8 + 0
	if ($8 == "noise")
		worth = 1
	else if ($9 ~ /more$/)	# milliseconds beyond the other's
		worth = ($6 + target) / $4
	else if ($9 ~ /^<=/)
		worth = ratio > 0 ? target / ratio : 10 ^ HIGHEST
	else
		worth = ratio / target
	title = $1 ($2 == "-" ? "" : ", " $2 " policy") "; " ($5 ~ /^H by/ ? "H" : $5)
	if (!(title in line)) {
		line[title] = ++n
		label[n] = title
	}
	i = line[title]
	if (i in factor && factor[i] <= worth)
		next
	factor[i] = worth
	protocol[i] = $3 == "-" ? "" : $3
	figure[i] = $8 ($9 ~ /more$/ ? " ms" : "") ", target " $9
	met[i] = $10 == "yes"
}

END {
	width = LEFT + (HIGHEST - LOWEST) * UNIT + 210
	height = TOP + n * LINE + 20
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
		width, height, width, height
	print "<style>"
	print "text { font: 10px sans-serif; fill: #333 } .head { font-weight: bold } .quiet { fill: #888 }"
	print ".yes { fill: #4a8f5a } .no { fill: #c2554d } .grid { stroke: #e4e4e4 } .target { stroke: #333 }"
	print "</style>"
	printf "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height
	text(LEFT - 62, 16, "end", "head", "what; beside whom")
	text(place(1), 16, "middle", "head", "target")
	text(place(1) + 24, 16, "start", "quiet", "better, times")
	text(place(1) - 24, 16, "end", "quiet", "worse, times")
	for (power = LOWEST; power <= HIGHEST; power++) {
		x = place(10 ^ power)
		printf "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\" class=\"%s\"/>\n",
			x, x, TOP - 6, height - 14, power ? "grid" : "target"
		text(x, TOP - 10, "middle", "quiet", power ? 10 ^ (power < 0 ? -power : power) : 1)
	}
	for (i = 1; i <= n; i++) {
		y = TOP + (i - 1) * LINE
		x = place(factor[i])
		from = x < place(1) ? x : place(1)
		to = x < place(1) ? place(1) : x
		text(LEFT - 62, y + 10, "end", "", label[i])
		text(LEFT - 6, y + 10, "end", "quiet", protocol[i])
		printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" class=\"%s\"/>\n",
			from, y + 2, to - from < 1 ? 1 : to - from, LINE - 4, met[i] ? "yes" : "no"
		text(LEFT + (HIGHEST - LOWEST) * UNIT + 8, y + 10, "start", "", figure[i])
	}
	print "</svg>"
}
