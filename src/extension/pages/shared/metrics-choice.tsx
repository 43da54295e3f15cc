// Whether metrics are taken: the person's switch, and in words whatever else keeps them from being taken.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import type { View } from '../../../session/state/view.ts';
import { call } from '../../browser/messaging.ts';
import { askForMetricsConsent } from '../../browser/pages/permissions.ts';
import { ProblemNote } from './problem-note.tsx';
import { Switch } from './switch.tsx';
import { text } from './text.ts';

/** Where these close the gate, no switch here would open it. */
const BEYOND_US = ['nowhere', 'policy'] as const;

export function MetricsChoice({ view: { account, metrics } }: { view: View }) {
  const [failed, setFailed] = useState<FxaErrorCode>();
  const { on, closedBy } = metrics;
  const choice = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const pressed = button.current !== null && document.activeElement === button.current;
  // The button has done its work, and is gone: back to what it belonged to.
  useLayoutEffect(() => {
    if (pressed && button.current === null) choice.current?.focus();
  });
  const run = (command: 'allowMetrics' | 'refuseMetrics') => {
    setFailed(undefined);
    call(command).catch((error: unknown) => setFailed((error as Error).message as FxaErrorCode));
  };
  const allow = () => {
    const asked = askForMetricsConsent();
    // Before the answer: the browser's question may close the popup, and alone it opens nothing.
    run('allowMetrics');
    asked.then(
      (granted) => {
        if (!granted) run('refuseMetrics');
      },
      () => run('refuseMetrics'),
    );
  };

  const beyond = BEYOND_US.find((why) => closedBy.includes(why));
  if (beyond) return <p class="note">{text(`closed_${beyond}`)}</p>;
  const reasons = closedBy.filter(
    // What an account allows is not known before its profile.
    (why) => why !== 'switch' && !(why === 'account' && account?.awaited),
  );
  return (
    <>
      <Switch
        label={text('metricsSwitch')}
        checked={on}
        input={choice}
        onChange={(wanted) => {
          if (wanted) allow();
          else run('refuseMetrics');
        }}
      >
        {closedBy.length === 0 && <p>{text('metricsOpen')}</p>}
        {on && reasons.length > 0 && (
          <>
            <p>{text('metricsClosed')}</p>
            <ul>
              {reasons.map((why) => (
                <li key={why}>{text(`closed_${why}`)}</li>
              ))}
            </ul>
          </>
        )}
        {!on && <p>{text('closed_switch')}</p>}
      </Switch>
      {on && closedBy.includes('browser') && (
        <button type="button" class="link" ref={button} onClick={allow}>
          {text('allowInBrowser')}
        </button>
      )}
      {failed && <ProblemNote problem={{ code: failed, at: Date.now() }} />}
    </>
  );
}
