/** The longest name or id of a request that is shown: a field, a time, the id of a key. Secrets are longer. */
const MAX_LENGTH = 30;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_PATH_LENGTH = 300;

/**
 * A name or id as the sender of a request wrote it, for answers and the log, without anything that may be a secret: a
 * key in the wrong place, or a calendar's token.
 */
export function shownText(text: string): string {
  return text.length > MAX_LENGTH && !UUID.test(text) ? '[long]' : text;
}

/** The path of a URL in the same way, segment by segment. */
export function shownPath(url: string): string {
  const [path = ''] = url.split(/[?#]/, 1);
  return path.split('/').map(shownText).join('/').slice(0, MAX_PATH_LENGTH);
}
