#!/bin/sh
# Installs what builds the package: npm, and libraries that the Node of package.json needs.
set -eu

export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends npm ca-certificates libatomic1
rm -rf /var/lib/apt/lists/*
# Debian's npm is too old to list what it installed.
npm install --global --prefix /usr/local --no-audit --no-fund npm@11.19.1
