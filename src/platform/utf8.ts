const DECODER = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes UTF-8, without a byte order mark. Returns `undefined` for bytes that are not UTF-8: the lenient decoders of
 * Node and browsers replace them by U+FFFD, so that another text is stored than the one that was sent.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return DECODER.decode(bytes);
  } catch {
    return undefined;
  }
}
