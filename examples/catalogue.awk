# catalogue.awk - the output of "apt-cache dumpavail" as lines for COPY: area, section, name,
# version, address of the maintainer, size in kB, summary

BEGIN {
	OFS = "\t"
}

/^[A-Z][^ ]*: / {
	name = substr($0, 1, index($0, ":") - 1)
	field[name] = substr($0, length(name) + 3)
}

/^$/ {
	write()
}

END {
	write()
}

function write(area, section)
{
	if ("Package" in field && "Section" in field) {
		# "net" is in main, "contrib/net" in contrib
		area = "main"
		section = field["Section"]
		if (index(section, "/")) {
			area = substr(section, 1, index(section, "/") - 1)
			section = substr(section, length(area) + 2)
		}
		sub(/.*</, "", field["Maintainer"])
		sub(/>.*/, "", field["Maintainer"])
		print text(area), text(section), text(field["Package"]), text(field["Version"]),
			text(field["Maintainer"]), field["Installed-Size"] + 0, text(field["Description"])
	}
	split("", field)
}

function text(value)
{
	gsub(/\\/, "&&", value)
	gsub(/\t/, " ", value)
	return value
}
