// A picture of a toolbar with this extension's button; the text next to it says the same.

export function Toolbar() {
  return (
    <svg class="toolbar" viewBox="0 0 420 84" aria-hidden="true">
      <rect class="frame" x="1" y="1" width="418" height="82" rx="12" />
      <path class="frame" d="M16 24h60a8 8 0 0 1 8 8v10H8V32a8 8 0 0 1 8-8Z" />
      <path class="line" d="M24 62h14M24 62l6-6M24 62l6 6M54 62h14M68 62l-6-6M68 62l-6 6" />
      <rect class="field" x="88" y="50" width="206" height="24" rx="8" />
      <circle class="halo" cx="326" cy="62" r="18" />
      <rect class="button" x="314" y="50" width="24" height="24" rx="6" />
      <circle class="person" cx="326" cy="58.5" r="4" />
      <path class="person" d="M318 70c.4-5 3.6-7 8-7s7.6 2 8 7Z" />
      <path class="line" d="M358 55h6a3.5 3.5 0 1 1 7 0h6v6a3.5 3.5 0 1 1 0 7v5h-19Z" />
      <path class="line" d="M392 56h14M392 62h14M392 68h14" />
    </svg>
  );
}
