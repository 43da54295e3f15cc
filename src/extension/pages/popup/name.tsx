// The name, with a pencil button if it can be changed.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AccountView } from '../../../session/state/view.ts';
import { PlainName } from '../shared/account-card.tsx';
import { Icon } from '../shared/icon.tsx';
import { text } from '../shared/text.ts';
import { lazy } from '../shared/lazy.tsx';

const NameEditor = lazy(async () => (await import('./name-editor.tsx')).NameEditor);

export function Name({ account }: { account: AccountView }) {
  const [editing, setEditing] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const left = useRef(false);

  // Returns the focus to the pencil when the editor closes.
  useEffect(() => {
    if (!editing && left.current) pencil.current?.focus();
    left.current = editing;
  }, [editing]);

  const { uid, displayName = '' } = account;
  // Drops the edit when the account changes.
  if (editing) return <NameEditor key={uid} uid={uid} name={displayName} close={() => setEditing(false)} />;
  return (
    <div class="with-pencil">
      <PlainName account={account} />
      <button
        type="button"
        class="icon"
        ref={pencil}
        aria-label={text('editName')}
        title={text('editName')}
        onClick={() => setEditing(true)}
      >
        <Icon name="pencil" />
      </button>
    </div>
  );
}
