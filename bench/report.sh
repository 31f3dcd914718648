# shellcheck shell=sh disable=SC2154	# part of run
# report.sh - the results: a table, the same as CSV, and pictures

begin_report()
{
	results=$work/results
	: >"$results"
	machine >"$work/machine"
}

# row WHAT POLICY PROTOCOL OURS PEER THEIRS KIND TARGET
#
# Kinds: time    milliseconds, ours to theirs, at most the target
#        rate    per second, ours to theirs, at least
#        faster  milliseconds, theirs to ours, at least
#        more    milliseconds, ours less theirs, at most
#        bytes   each, ours to theirs, at most
#        number  ours to theirs, at least
#        stated  no more than the two
# Differences of less than nothing are noise, and no target is met by noise.
# A target of - is none: the row is shown and not judged.
row()
{
	awk -v what="$1" -v policy="$2" -v protocol="$3" -v ours="$4" -v peer="$5" -v theirs="$6" \
		-v kind="$7" -v target="$8" 'BEGIN {
		at_most = kind == "time" || kind == "more" || kind == "bytes"
		if (kind == "more")
			ratio = ours - theirs
		else if (kind == "stated")
			ratio = ""
		else if (theirs <= 0 || (ours <= 0 && kind != "number" && kind != "bytes"))
			ratio = "noise"
		else
			ratio = kind == "faster" ? theirs / ours : ours / theirs
		if (target != "-")
			met = ratio == "noise" || (at_most ? ratio > target + 0 : ratio < target + 0) ? "no" : "yes"
		if (ratio != "" && ratio != "noise")
			ratio = sprintf("%.3g", ratio)
		unit = kind == "rate" ? "/s" : kind == "bytes" ? "B" : kind == "number" || kind == "stated" ? "" : "ms"
		if (target != "-")
			target = (at_most ? "<= " : ">= ") target (kind == "more" ? " ms more" : "")
		printf "%s\t%s\t%s\t%.4g\t%s\t%.4g\t%s\t%s\t%s\t%s\n",
			what, policy, protocol, ours, peer, theirs, unit, ratio, target, met }' >>"$results"
}

# curve AXIS LINE N MILLISECONDS: a point of a curve in the picture of growth
curve()
{
	printf '%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" >>"$work/curves"
}

# What was measured on.
machine()
{
	processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
	memory=$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1048576 }' /proc/meminfo)
	load=$(cut -d ' ' -f 1 /proc/loadavg)
	echo "PostgreSQL $(sql -c 'SHOW server_version'), $(nproc) x $processor, $memory, load $load"
	echo "$rows rows, $categories categories, $users users"
}

table()
{
	awk -F '\t' '
	function cut(number) { return number + 0 >= 100 ? sprintf("%.0f", number) : number }
	BEGIN {
		line = "%-58s %-8s %-9s %10s  %-28s %10s %-3s %8s  %-12s %s\n"
		printf line, "what", "policy", "protocol", "ours", "peer", "theirs", "", "ratio", "target", "met"
	}
	{ printf line, $1, $2, $3, cut($4), $5, cut($6), $7, cut($8), $9, $10 }
	$10 == "yes" { met++ }
	$10 == "no" { missed++ }
	END { printf "%d targets met, %d missed\n", met, missed }' "$results"
}

comma_separated()
{
	awk -F '\t' -v OFS=, '
	BEGIN { print "what,policy,protocol,ours,peer,theirs,unit,ratio,target,met" }
	{
		for (i = 1; i <= NF; i++)
			if ($i ~ /,/)
				$i = "\"" $i "\""
		$1 = $1
		print
	}' "$results"
}

# What differs in nothing but the protocol, one below the other.
in_groups()
{
	awk -F '\t' '
	{
		group = $1 FS $2 FS $5
		if (!(group in lines))
			order[++n] = group
		lines[group] = lines[group] $0 "\n"
	}
	END {
		for (i = 1; i <= n; i++)
			printf "%s", lines[order[i]]
	}' "$results" >"$results.grouped"
	mv "$results.grouped" "$results"
}

# The figures for README.md: of the protocols the lowest and the highest ratio.
markdown()
{
	awk -F '\t' '
	function range(which)
	{
		if (!(which in low))
			return ""
		return low[which] == high[which] ? low[which] : low[which] " - " high[which]
	}
	BEGIN {
		print "| what | beside | default | bare | target |"
		print "|---|---|---|---|---|"
	}
	$9 != "-" {
		what = $1 " | " ($5 ~ /^H by/ ? "H" : $5)
		if (!(what in target))
			order[++n] = what
		target[what] = $9
		which = what FS ($2 == "bare" ? "bare" : "default")
		if (!(which in low) || $8 + 0 < low[which] + 0)
			low[which] = $8
		if (!(which in high) || $8 + 0 > high[which] + 0)
			high[which] = $8
	}
	END {
		for (i = 1; i <= n; i++)
			printf "| %s | %s | %s | %s |\n", order[i], range(order[i] FS "default"),
				range(order[i] FS "bare"), target[order[i]]
	}' "$results"
}

# What there is so far, so that a run that breaks off has not been in vain.
keep_report()
{
	in_groups
	mkdir -p "$here/results"
	comma_separated >"$here/results/$size.csv"
	markdown >"$here/results/$size.md"
	awk -f "$here/picture.awk" "$results" >"$here/results/$size.svg"
	if [ -e "$work/curves" ]; then
		awk -F '\t' 'BEGIN { print "what grows,line,n,milliseconds" } { print $1 ",\"" $2 "\"," $3 "," $4 }' \
			"$work/curves" >"$here/results/$size-growth.csv"
		awk -f "$here/growth.awk" "$work/curves" >"$here/results/$size-growth.svg"
	fi
	{
		cat "$work/machine"
		echo
		table
	} >"$here/results/$size.txt"
}

end_report()
{
	cat "$here/results/$size.txt"
	say "the results are in $here/results"
}
