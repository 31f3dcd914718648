# growth.awk - the curves of growth as SVG: one panel for each thing that grows
#
# Both scales are powers of ten: what is level does not grow, what rises from one
# line to the next between one line and the next grows in proportion. Reads lines
# of tab-separated fields, as curve() in report.sh writes them.

function escaped(text)
{
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	return text
}

function text(x, y, anchor, class, words)
{
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>\n",
		x, y, anchor, class, escaped(words)
}

function segment(x1, y1, x2, y2, class)
{
	printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1, x2, y2, class
}

function log10(n)
{
	return log(n) / log(10)
}

# The power of ten at or below, at or above.
function floor(n)
{
	n = log10(n) + 1e-9
	return n < 0 && n != int(n) ? int(n) - 1 : int(n)
}

function ceiling(n)
{
	return -floor(1 / n)
}

function power(n, unit)
{
	if (unit == "")
		return n < 3 ? 10 ^ n : n < 6 ? 10 ^ (n - 3) " thousand" : 10 ^ (n - 6) " million"
	return n < 0 ? 1000 * 10 ^ n " µs" : n < 3 ? 10 ^ n " ms" : 10 ^ (n - 3) " s"
}

BEGIN {
	FS = "\t"
	PANEL = 520		# width of the curves of a panel
	NAMES = 260		# and of their names, to the right
	LEFT = 70
	HEIGHT = 300
	BETWEEN = 110	# for titles and names of axes
	split("#33629e #b8503f #4a8f5a #8a5a9e #b08a2e #4f9aa5 #777", colour, " ")
	npanels = 0
}

$4 > 0 {
	if (!($1 in panel)) {
		panel[$1] = ++npanels
		axis[npanels] = $1
		least[npanels] = most[npanels] = $3
		low[npanels] = high[npanels] = $4
	}
	p = panel[$1]
	if (!((p, $2) in line)) {
		line[p, $2] = ++lines[p]
		name[p, lines[p]] = $2
	}
	k = line[p, $2]
	x[p, k, ++points[p, k]] = $3
	y[p, k, points[p, k]] = $4
	if ($3 < least[p]) least[p] = $3
	if ($3 > most[p]) most[p] = $3
	if ($4 < low[p]) low[p] = $4
	if ($4 > high[p]) high[p] = $4
}

function across(p, n)
{
	return LEFT + PANEL * (log10(n) - log10(least[p])) / (log10(most[p]) - log10(least[p]))
}

function upwards(n)
{
	return above + HEIGHT * (top - log10(n)) / (top - bottom)
}

# Names at the ends of their curves, kept apart.
function place_names(p,   j, k, i, moved)
{
	for (k = 1; k <= lines[p]; k++)
		at[k] = upwards(y[p, k, points[p, k]])
	for (i = 0; i < 200; i++) {
		moved = 0
		for (k = 1; k <= lines[p]; k++)
			for (j = 1; j <= lines[p]; j++)
				if (j != k && at[j] >= at[k] && at[j] - at[k] < 15 && (at[j] > at[k] || j > k)) {
					at[j] += 1
					at[k] -= 1
					moved = 1
				}
		if (!moved)
			break
	}
}

END {
	width = LEFT + PANEL + NAMES
	height = npanels * (HEIGHT + BETWEEN)
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
		width, height, width, height
	print "<style>"
	print "text { font: 12px sans-serif; fill: #333 } .head { font-weight: bold } .quiet { fill: #777 }"
	print ".grid { stroke: #e4e4e4 } .axis { stroke: #999 } .curve { fill: none; stroke-width: 1.6 }"
	print "</style>"
	printf "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", width, height
	for (p = 1; p <= npanels; p++) {
		above = (p - 1) * (HEIGHT + BETWEEN) + 50
		bottom = floor(low[p])
		top = ceiling(high[p])
		text(LEFT, above - 22, "start", "head", "time by number of " axis[p])
		for (n = bottom; n <= top; n++) {
			segment(LEFT, upwards(10 ^ n), LEFT + PANEL, upwards(10 ^ n), n == bottom ? "axis" : "grid")
			text(LEFT - 6, upwards(10 ^ n) + 4, "end", "quiet", power(n, "time"))
		}
		for (n = ceiling(least[p]); n <= floor(most[p]); n++) {
			segment(across(p, 10 ^ n), above, across(p, 10 ^ n), above + HEIGHT, "grid")
			text(across(p, 10 ^ n), above + HEIGHT + 17, "middle", "quiet", power(n, ""))
		}
		text(LEFT + PANEL / 2, above + HEIGHT + 36, "middle", "", axis[p])
		place_names(p)
		for (k = 1; k <= lines[p]; k++) {
			end = upwards(y[p, k, points[p, k]])
			printf "<polyline class=\"curve\" stroke=\"%s\" points=\"", colour[k]
			for (i = 1; i <= points[p, k]; i++)
				printf "%.1f,%.1f ", across(p, x[p, k, i]), upwards(y[p, k, i])
			print "\"/>"
			for (i = 1; i <= points[p, k]; i++)
				printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\" fill=\"%s\"/>\n",
					across(p, x[p, k, i]), upwards(y[p, k, i]), colour[k]
			segment(LEFT + PANEL + 3, end, LEFT + PANEL + 14, at[k], "axis")
			printf "<text x=\"%.1f\" y=\"%.1f\" style=\"fill: %s\">%s</text>\n",
				LEFT + PANEL + 18, at[k] + 4, colour[k], escaped(name[p, k])
		}
	}
	print "</svg>"
}
