import { ActionButton } from '../../components/action-button.tsx';

interface Props {
  readonly hasNewer: boolean;
  readonly onNewer: () => void;
  /** The cursor of the next page. */
  readonly older: string | null;
  readonly onOlder: (cursor: string) => void;
}

/** Opens the page of newer or older deliveries. The buttons keep their place and the focus at both ends. */
export function PageButtons({ hasNewer, onNewer, older, onOlder }: Props) {
  if (!hasNewer && older === null) return null;
  return (
    <nav className="actions delivery-pages" aria-label="Pages of deliveries">
      <ActionButton type="button" isPending={!hasNewer} onClick={onNewer}>
        Newer
      </ActionButton>
      <ActionButton
        type="button"
        isPending={older === null}
        onClick={() => {
          if (older !== null) onOlder(older);
        }}
      >
        Older
      </ActionButton>
    </nav>
  );
}
