#!/bin/sh
# Builds the npm package and installs it into the directory $1, with the dependencies of package-lock.json.
set -eu
package=$1

npm ci --no-audit --no-fund
npm pack --silent --pack-destination /tmp
mkdir -p "$package"
tar --extract --gzip --file /tmp/holdfast-*.tgz --directory "$package" --strip-components 1 --no-same-owner
cp package-lock.json "$package"
cd "$package"
npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# Without this, the list of what is installed lacks what development dependencies need too.
npm pkg delete devDependencies
npm sbom --sbom-format=cyclonedx --sbom-type=application > sbom.cdx.json
# Nothing at run time reads source maps and types.
find "$package" -type f '(' -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' ')' -delete
