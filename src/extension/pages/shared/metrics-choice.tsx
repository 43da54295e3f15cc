// The switch for metrics, with explanations of whatever else turns them off.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { FxaErrorCode } from '../../../fxa/errors.ts';
import type { View } from '../../../session/state/view.ts';
import { call } from '../../browser/messaging.ts';
import { askForMetricsConsent } from '../../browser/pages/permissions.ts';
import { ProblemNote } from './problem-note.tsx';
import { Switch } from './switch.tsx';
import { text } from './text.ts';

/** Reasons that hide the switch, because it could not turn metrics on. */
const BEYOND_US = ['nowhere', 'policy'] as const;

export function MetricsChoice({ view: { account, metrics } }: { view: View }) {
  const [failed, setFailed] = useState<FxaErrorCode>();
  const { on, closedBy } = metrics;
  const choice = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const pressed = button.current !== null && document.activeElement === button.current;
  // Returns the focus to the switch, since the button is gone.
  useLayoutEffect(() => {
    if (pressed && button.current === null) choice.current?.focus();
  });
  const run = (command: 'allowMetrics' | 'refuseMetrics') => {
    setFailed(undefined);
    call(command).catch((error: unknown) => setFailed((error as Error).message as FxaErrorCode));
  };
  const allow = () => {
    const asked = askForMetricsConsent();
    // Before the prompt, which may close the popup. Consent alone does not turn metrics on.
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
    // Unknown until the profile is loaded.
    (why) => why !== 'switch' && !(why === 'account' && account?.awaited),
  );
  // Its sentence says "off" itself, so a heading would say it twice.
  const isBrowserOnly = reasons.length === 1 && reasons[0] === 'browser';
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
        {on && isBrowserOnly && <p>{text('closed_browser')}</p>}
        {on && reasons.length > 0 && !isBrowserOnly && (
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
