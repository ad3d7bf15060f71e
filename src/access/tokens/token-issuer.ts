/** An issuer of JSON Web Tokens, as the configuration describes it. */
export interface TokenIssuer {
  /** The `iss` of its tokens. */
  readonly issuer: string;
  /** The `aud` that its tokens must have or contain. */
  readonly audience: string;
  /** Its public keys: the URL they are fetched from, or the keys themselves. */
  readonly jwks: string | KeySet;
  /** The signature algorithms that are accepted. All are asymmetric. */
  readonly algorithms: readonly string[];
  /** The claims that hold role and subject. */
  readonly roleClaim: string;
  readonly subjectClaim: string;
}

/** A JSON Web Key Set (RFC 7517). */
export interface KeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[];
}
