import { Icon } from '../../components/icon.tsx';
import { formatMinutes, type MinuteRange, parseMinutes } from '../wall-time.ts';

interface Props {
  readonly breaks: readonly MinuteRange[];
  /** The range that the breaks interrupt. */
  readonly range: MinuteRange;
  readonly onChange: (breaks: readonly MinuteRange[]) => void;
}

/** The breaks of an offer: times in which no slots are offered. */
export function BreakFields({ breaks, range, onChange }: Props) {
  const replace = (index: number, changes: Partial<MinuteRange>) =>
    onChange(breaks.map((each, at) => (at === index ? { ...each, ...changes } : each)));
  return (
    <fieldset className="breaks">
      <legend>Breaks</legend>
      {breaks.map(({ fromMin, untilMin }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a break has no identity but its position
        <div key={index} className="break">
          <input
            type="time"
            aria-label={`Break ${index + 1} starts`}
            value={formatMinutes(fromMin)}
            onChange={({ target }) => replace(index, { fromMin: parseMinutes(target.value) })}
          />
          <span aria-hidden="true">–</span>
          <input
            type="time"
            aria-label={`Break ${index + 1} ends`}
            value={formatMinutes(untilMin)}
            onChange={({ target }) => replace(index, { untilMin: parseMinutes(target.value) })}
          />
          <button
            type="button"
            className="plain round"
            aria-label={`Remove break ${index + 1}`}
            onClick={() => onChange(breaks.filter((_, at) => at !== index))}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
      <button type="button" onClick={() => onChange([...breaks, middleOf(range)])}>
        Add a break
      </button>
    </fieldset>
  );
}

/** Half an hour in the middle of a range, starting at a quarter-hour. */
function middleOf({ fromMin, untilMin }: MinuteRange): MinuteRange {
  const middle = Math.floor((fromMin + untilMin) / 2 / 15) * 15;
  return { fromMin: middle, untilMin: middle + 30 };
}
