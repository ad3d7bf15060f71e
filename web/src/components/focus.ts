import { type RefObject, useEffect } from 'react';

/** Whether the element that had the focus is gone: the next Tab would start at the top of the page. */
function isFocusLost(): boolean {
  return document.activeElement === null || document.activeElement === document.body;
}

/** Focuses an element when it appears in place of the one that had the focus. */
export function useFocusIfLost(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    if (isFocusLost()) element.current?.focus();
  }, [element]);
}

/** Focuses the view if nothing else has the focus once the browser has returned it. */
export function focusViewIfLost(): void {
  window.setTimeout(() => {
    if (isFocusLost()) document.querySelector('main')?.focus();
  });
}
