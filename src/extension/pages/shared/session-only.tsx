// Whether a sign-in ends with the browser: the person's choice, unless an administrator, or the browser, leaves them none.
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
      // The view stays as it is; the box, which the click has changed already, goes back to it.
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
