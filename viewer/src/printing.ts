/** Print shows what is folded on screen. */

/** Opens every card of `root` while it is printed, and folds those again that were folded; ends with `signal`. */
export function openForPrint(root: ParentNode, signal: AbortSignal): void {
  let folded: readonly HTMLDetailsElement[] = [];
  const set = (open: boolean): void => folded.forEach((card) => (card.open = open));
  const before = (): void => {
    folded = [...folded, ...root.querySelectorAll<HTMLDetailsElement>("details:not([open])")];
    set(true);
  };
  const after = (): void => {
    set(false);
    folded = [];
  };
  addEventListener("beforeprint", before, { signal });
  addEventListener("afterprint", after, { signal });
}
