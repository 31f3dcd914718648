#!/bin/sh
# demo.sh - what authz does, step by step, on the catalogue of Debian's packages
#
# Works in the empty database that PGHOST, PGPORT, PGUSER and PGDATABASE name,
# as a superuser, on a server that lets roles connect without passwords:
# "./dev demo" makes one. Ends with 0 when every result was what it must be.

set -eu
examples=$(cd "$(dirname "$0")" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$work"

apt-cache dumpavail | awk -f "$examples/catalogue.awk" >catalogue.tsv
packages=$(wc -l <catalogue.tsv)
if [ "$packages" -lt 1000 ]; then
	echo "demo: apt-cache knows $packages packages, run apt-get update first" >&2
	exit 2
fi

bold=
plain=
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
	bold=$(printf '\033[1m')
	plain=$(printf '\033[0m')
fi
export PSQLRC=/dev/null PAGER=cat
psql -q -v bold="$bold" -v plain="$plain" <"$examples/demo.sql"
