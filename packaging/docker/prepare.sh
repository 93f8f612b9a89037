#!/bin/sh
# Makes what a network needs before its first start, and nothing that is there already: sealed main keys, certificates
# of the centre, two stations and an operator, all in one folder. For trying things out: a real network keeps the
# authority's key and the key of the vault on other machines.
set -eu
greylock="${GREYLOCK:-/usr/bin/greylock}"
cd "${1:-/etc/greylock}"
umask 077

have() {
    [ -e "$1" ]
}

if ! have vault.sealed; then
    "$greylock" keys new --out keys.toml
    "$greylock" keys seal --keys keys.toml --seal-key vault.key --out vault.sealed
    rm keys.toml
fi
have pki || "$greylock" pki init --dir pki --name greylock-network
have centre.pem || "$greylock" pki server --dir pki --dns centre --dns localhost --ip 127.0.0.1 --out centre
for station in north south; do
    have "$station.pem" || "$greylock" pki station --dir pki --name "$station" --out "$station"
    have "$station-server.pem" ||
        "$greylock" pki server --dir pki --dns "$station" --dns localhost --ip 127.0.0.1 --out "$station-server"
done
have operator.pem || "$greylock" pki operator --dir pki --name operator --out operator
