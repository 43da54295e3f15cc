// The setting for ending the sign-in with the browser, or why it cannot be changed.
import { useState } from 'preact/hooks';
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import type { View } from '../../../session/state/view.ts';
import { call } from '../../browser/messaging.ts';
import { ProblemNote } from './problem-note.tsx';
import { text } from './text.ts';

export function SessionOnly({ view: { sessionOnly } }: { view: View }) {
  const [failed, setFailed] = useState<FxaErrorCode>();
  if (sessionOnly === 'by_policy') return <p class="note">{text('sessionOnlyByPolicy')}</p>;
  if (sessionOnly === 'by_browser') return <p class="note">{text('sessionOnlyByBrowser')}</p>;
  const chosen = sessionOnly === 'chosen';
  const change = ({ currentTarget: box }: { currentTarget: HTMLInputElement }) => {
    setFailed(undefined);
    call(chosen ? 'outliveBrowser' : 'endWithBrowser').catch((error: unknown) => {
      setFailed((error as Error).message as FxaErrorCode);
      // Reverts the checkbox, which the click has already changed.
      box.checked = chosen;
    });
  };
  return (
    <>
      <label class="choice">
        <input type="checkbox" checked={chosen} onChange={change} />
        {text('sessionOnly')}
      </label>
      {failed && <ProblemNote problem={{ code: failed, at: Date.now() }} />}
    </>
  );
}
