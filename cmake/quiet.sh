#!/bin/sh
# quiet.sh LOG COMMAND ARGS...: runs the command with its output in LOG; shows the log when the command fails.
log=$1
shift
"$@" >"$log" 2>&1 || { cat "$log"; exit 1; }
