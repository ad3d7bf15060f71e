/** One line that names the variable and what is wrong with it; the start stops there. */
export class ConfigError extends Error {}
