// The health check of the container: exit code 0 while the server answers, ready or not. An instance that is not ready
// waits for its database, and a restart would not help it.
const { PORT = '3000' } = process.env;
const { ok } = await fetch(`http://127.0.0.1:${PORT}/healthz`, { signal: AbortSignal.timeout(2_000) });
process.exitCode = ok ? 0 : 1;
