#!/bin/sh
# Completes the root of the image in the directory $1, where the package is in holdfast/: adds Node and the libraries that
# Node is linked to. Nothing else, so that the image has no shell and no package manager.
set -eu
root=$1

node=$(readlink -f node_modules/node/bin/node)
mkdir -p "$root/usr/bin" "$root/etc" "$root/var/lib/dpkg/status.d"
mkdir -m 1777 "$root/tmp"
# As in Debian, /lib and /lib64 are links into /usr.
for name in lib lib64; do
  mkdir "$root/usr/$name"
  ln -s "usr/$name" "$root/$name"
done
cp "$node" "$root/usr/bin/node"
cp deploy/image/check-health.js "$root/holdfast"
# Certificates of a database that no public authority has signed. DATABASE_URL names them with sslrootcert=/etc/ssl/ca.pem.
if [ -f deploy/image/ca.pem ]; then
  mkdir "$root/etc/ssl"
  cp deploy/image/ca.pem "$root/etc/ssl"
fi
echo 'holdfast:x:10001:10001::/holdfast:/usr/sbin/nologin' > "$root/etc/passwd"
echo 'holdfast:x:10001:' > "$root/etc/group"

ldd "$node" | grep --only-matching '/[^ ]*' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp --dereference "$library" "$root$library"
  # Where scanners look for the Debian packages of an image that has no dpkg.
  owner=$(dpkg --search "$(readlink -f "$library")" | cut -d: -f1)
  dpkg --status "$owner" > "$root/var/lib/dpkg/status.d/$owner"
  mkdir -p "$root/usr/share/doc/$owner"
  cp --dereference "/usr/share/doc/$owner/copyright" "$root/usr/share/doc/$owner/copyright"
done
"$node" deploy/image/complete-sbom.js "$root"
