/** The configuration is wrong. The message is one line that names the variable and the problem. */
export class ConfigError extends Error {}
