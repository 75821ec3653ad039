#!/bin/sh
# Prints the folder for the files of a test run: memory where there is plenty and programs may run from it, since
# thousands of small databases wait for a disk; else the usual one.
memory=/dev/shm
probe=$memory/tracker-probe-$$
free=$(df -Pk "$memory" 2>/dev/null | awk 'NR == 2 { print $4 }')
if [ "${free:-0}" -gt 4000000 ] && printf '#!/bin/sh\n' 2>/dev/null >"$probe" && chmod +x "$probe" && "$probe" 2>/dev/null
then
    echo "$memory"
else
    echo "${TMPDIR:-/tmp}"
fi
rm -f "$probe"
