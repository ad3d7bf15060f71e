/** A process that sees a directory as its root. */
interface Contained {
  readonly root: string;
  /** Its working directory, in the root. */
  readonly directory: string;
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly words: readonly string[];
  /** User and group, as numbers: then the root is read-only, and the process can gain no privileges. Defaults to root. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/**
 * Mounts what a container engine mounts: the root, `/proc` of its own process namespace, and a few devices. `$1` is the
 * root, `$2` its flags, and the rest is the command.
 */
const ENTER = `
set -eu
root=$1; access=$2; shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
mkdir -p "$root/proc" "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/dev"
for device in null zero full random urandom; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
ln -s /proc/self/fd "$root/dev/fd"
mount -o "remount,bind,$access" "$root"
exec "$@"
`;

/** The command that runs a process in a root: with namespaces of its own for mounts and processes, and this network. */
export function inContainer({ root, directory, env, words, user }: Contained): { command: string; args: string[] } {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  // The last three are what it takes to enter the root as another user, who then has none of them.
  const bounding = '--bounding-set=-all,+sys_chroot,+setgid,+setuid';
  const drop = ['/usr/bin/setpriv', '--no-new-privs', bounding, '--inh-caps=-all', '--clear-groups'];
  const as = user ? ['--setgid', String(user.gid), '--setuid', String(user.uid)] : [];
  return {
    command: 'unshare',
    args: [
      ...['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', ENTER, 'enter', root, user ? 'ro' : 'rw'],
      ...['env', '-i', ...variables, ...(user ? drop : [])],
      ...['/usr/bin/unshare', '--root', root, '--wd', directory, ...as, '--', ...words],
    ],
  };
}
