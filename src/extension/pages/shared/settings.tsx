// Settings that several pages have: a switch, metrics, and how long a sign-in lasts.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { View } from '../../../session/state/view.ts';
import { call } from '../../browser/messaging.ts';
import { askForMetricsConsent } from '../../browser/pages/permissions.ts';
import { CommandError, useCommandError } from './problem-note.tsx';
import { text } from './text.tsx';

interface SwitchProps {
  label: string;
  checked: boolean;
  /** Called within the click. The switch follows `checked`, which comes from the view. */
  onChange: (on: boolean) => void;
  /** A note below the label. */
  children?: ComponentChildren;
}

/** A switch that takes effect at once. */
export function Switch({ label, checked, onChange, children }: SwitchProps) {
  const id = useId();
  return (
    <div class="switch">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={checked}
        aria-describedby={children === undefined ? undefined : `${id}-note`}
        onChange={({ currentTarget }) => {
          const on = currentTarget.checked;
          currentTarget.checked = checked;
          onChange(on);
        }}
      />
      {children !== undefined && (
        <div class="note" id={`${id}-note`}>
          {children}
        </div>
      )}
    </div>
  );
}

/** Reasons that the switch could not change; they are shown in its place. */
const FIXED_REASONS = ['no_companion', 'policy'] as const;

/** The switch for metrics, with explanations of whatever else turns them off. */
export function MetricsChoice({ view: { account, metrics } }: { view: View }) {
  const { failed, attempt } = useCommandError();
  const { on, blockedBy } = metrics;
  const run = (command: 'allowMetrics' | 'refuseMetrics') => void attempt(call(command));
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

  const fixed = FIXED_REASONS.find((why) => blockedBy.includes(why));
  if (fixed) return <p class="note">{text(`closed_${fixed}`)}</p>;
  // Shown as off while the browser needs its user's permission, which turning it on requests.
  const off = on ? blockedBy.find((why) => why === 'browser') : 'switch';
  const reasons = blockedBy.filter(
    // Unknown until the profile is loaded.
    (why) => !(why === 'account' && account?.profilePending),
  );
  return (
    <>
      <Switch
        label={text('metricsSwitch')}
        checked={off === undefined}
        onChange={(turnedOn) => {
          if (turnedOn) allow();
          else run('refuseMetrics');
        }}
      >
        {blockedBy.length === 0 && <p>{text('metricsOpen')}</p>}
        {off !== undefined && <p>{text(`closed_${off}`)}</p>}
        {off === undefined && reasons.length > 0 && (
          <>
            <p>{text('metricsClosed')}</p>
            <ul>
              {reasons.map((why) => (
                <li key={why}>{text(`closed_${why}`)}</li>
              ))}
            </ul>
          </>
        )}
      </Switch>
      <CommandError code={failed} />
    </>
  );
}

/** Whether the sign-in ends with the browser, or why that cannot be changed. */
export function SessionOnly({ view: { sessionOnly } }: { view: View }) {
  const { failed, attempt } = useCommandError();
  if (sessionOnly === 'by_policy') return <p class="note">{text('sessionOnlyByPolicy')}</p>;
  if (sessionOnly === 'by_browser') return <p class="note">{text('sessionOnlyByBrowser')}</p>;
  const enabled = sessionOnly === 'chosen';
  const change = async ({ currentTarget: box }: { currentTarget: HTMLInputElement }) => {
    // Reverts the checkbox, which the click has already changed.
    if (await attempt(call(enabled ? 'outliveBrowser' : 'endWithBrowser'))) box.checked = enabled;
  };
  return (
    <>
      <label class="choice">
        <input type="checkbox" checked={enabled} onChange={(event) => void change(event)} />
        {text('sessionOnly')}
      </label>
      <CommandError code={failed} />
    </>
  );
}
