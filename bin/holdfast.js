#!/usr/bin/env node
// The command of the npm package. It loads dist/, the sources as JavaScript. This file itself loads on every version of
// Node, so that an old one prints a sentence and not a syntax error.
import { existsSync } from 'node:fs';

const OLDEST = { major: 22, minor: 13 };

const [major, minor] = process.versions.node.split('.').map(Number);
const main = new URL('../dist/main.js', import.meta.url);

if (major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor)) {
  fail(
    `Node.js ${OLDEST.major}.${OLDEST.minor} or newer is required; this is ${process.versions.node}. Install it from https://nodejs.org.`,
  );
} else if (existsSync(main)) {
  await import(main.href);
} else {
  fail('This checkout has no dist/. Run "npm run holdfast" instead, which needs no build.');
}

function fail(sentence) {
  process.stderr.write(`holdfast: ${sentence}\n`);
  process.exitCode = 2;
}
