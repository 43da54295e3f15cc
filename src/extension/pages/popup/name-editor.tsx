// Edits the name in place: Enter saves, Escape cancels.
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { CommandError, useCommandError } from '../shared/problem-note.tsx';
import { text } from '../shared/text.tsx';
import { textFor } from '../../messages.ts';
import { call } from '../../browser/messaging.ts';

export interface EditorProps {
  uid: string;
  name: string;
  close: () => void;
}

/** UTF-16 code units. FxA: the longest name. */
const LONGEST_NAME = 256;

export function NameEditor({ uid, name, close }: EditorProps) {
  const field = useRef<HTMLInputElement>(null);
  const [saving, setSaving] = useState(false);
  const { failed, attempt } = useCommandError();
  const id = useId();
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  const save = async () => {
    const newName = field.current?.value.trim() ?? '';
    if (saving) return;
    if (newName === name) {
      close();
      return;
    }
    setSaving(true);
    const isRefused = await attempt(call('changeName', textFor(uid, newName)));
    if (!isRefused) {
      close();
      return;
    }
    setSaving(false);
    field.current?.focus();
  };
  // FxA rejects control characters and the like, so the name is invalid, not the request.
  const refused = failed === 'invalid_request';
  return (
    <form
      class="field"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        // While an input method is composing, these keys only end the composition.
        if (event.isComposing && event.key === 'Enter') event.preventDefault();
        if (event.isComposing || event.key !== 'Escape') return;
        // Otherwise the browser closes the popup.
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <label for={id}>{text('nameLabel')}</label>
      <input
        id={id}
        ref={field}
        dir="auto"
        autocomplete="name"
        maxLength={LONGEST_NAME}
        defaultValue={name}
        aria-invalid={refused}
        aria-describedby={refused ? `${id}-wrong` : undefined}
      />
      <div class="pair">
        <button type="submit" class="primary" aria-disabled={saving}>
          {text(saving ? 'saving' : 'save')}
        </button>
        <button type="button" onClick={close}>
          {text('cancel')}
        </button>
      </div>
      {refused && (
        <p class="wrong" role="alert" id={`${id}-wrong`}>
          {text('nameRefused')}
        </p>
      )}
      <CommandError code={failed} except="invalid_request" />
    </form>
  );
}
