#!/bin/sh
# What some tests need beside Python: a browser, tshark, Kannel and ffmpeg. Debian's packages when we are root, else what is on PATH.
# tests/conftest.py finds them, and says in a sentence what is missing.
set -u
missing=""
command -v tshark >/dev/null 2>&1 || missing="$missing tshark"
command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"
command -v bearerbox >/dev/null 2>&1 || [ -x /usr/sbin/bearerbox ] || missing="$missing kannel"
command -v ffmpeg >/dev/null 2>&1 && command -v ffprobe >/dev/null 2>&1 || missing="$missing ffmpeg"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    # Debian starts a gateway of its own after installing one; the tests start theirs.
    policy=/usr/sbin/policy-rc.d
    [ -e $policy ] && policy="" || { printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy; }
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null
    code=$?
    [ -n "$policy" ] && rm -f $policy
    exit $code
fi
echo "Not here:$missing. The tests that need them will say so."
