import { DockerfileParser } from 'dockerfile-ast';

/** An instruction: `RUN`, and what follows it. */
export interface Instruction {
  readonly keyword: string;
  readonly text: string;
}

/** One stage: everything from a `FROM` to the next. */
export interface Stage {
  /** The image it begins with, such as `debian:trixie-slim` or `scratch`. */
  readonly base: string;
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

export function parseDockerfile(text: string): Stage[] {
  const stages: { base: string; name: string | null; instructions: Instruction[] }[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const keyword = instruction.getKeyword();
    const content = instruction.getArgumentsContent() ?? '';
    if (keyword === 'FROM') {
      const [base = '', , name = null] = content.split(/\s+/);
      stages.push({ base, name, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`${keyword} comes before the first FROM`);
      stage.instructions.push({ keyword, text: content });
    }
  }
  return stages;
}

/** The words of an instruction in exec form: `["sh", "build.sh"]`. The shell form needs a shell, so it is refused. */
export function execForm({ keyword, text }: Instruction): string[] {
  const words: unknown = JSON.parse(text);
  if (!Array.isArray(words)) throw new Error(`${keyword} ${text} is not a JSON list`);
  return words.map(String);
}

/** How the last stage wants its container to run. */
export interface ContainerConfig {
  readonly uid: number;
  readonly gid: number;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

export function readContainerConfig({ instructions }: Stage): ContainerConfig {
  const last = (keyword: string): Instruction => {
    const found = instructions.findLast((each) => each.keyword === keyword);
    if (found === undefined) throw new Error(`the last stage has no ${keyword}`);
    return found;
  };
  const [uid = Number.NaN, gid = Number.NaN] = last('USER').text.split(':').map(Number);
  if (!(uid > 0 && gid > 0)) throw new Error(`USER ${last('USER').text} is not two numbers above 0`);
  const health = last('HEALTHCHECK');
  return {
    uid,
    gid,
    directory: last('WORKDIR').text,
    env: Object.fromEntries(
      last('ENV')
        .text.split(/\s+/)
        .map((pair) => pair.split('=', 2)),
    ),
    entrypoint: execForm(last('ENTRYPOINT')),
    command: execForm(last('CMD')),
    healthCheck: execForm({ keyword: 'HEALTHCHECK', text: health.text.replace(/^.*?CMD /s, '') }),
  };
}
