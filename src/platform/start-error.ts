/**
 * The program cannot start until someone changes something. The message is one line: it names the obstacle, and the
 * change that removes it.
 */
export class StartError extends Error {}
