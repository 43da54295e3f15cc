// The name, and a pencil where it can be changed from here.
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

  // Who leaves the editor is back where they entered it.
  useEffect(() => {
    if (!editing && left.current) pencil.current?.focus();
    left.current = editing;
  }, [editing]);

  const { uid, displayName = '' } = account;
  // What was typed for one account is not for the next.
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
