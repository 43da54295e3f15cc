// Settings for signing in: window or tab, duration, and notifications.
import { useEffect, useState } from 'preact/hooks';
import type { View } from '../../../session/state/view.ts';
import { facts } from '../../facts.ts';
import { Alert } from '../shared/layout.tsx';
import { CommandError, useCommandError } from '../shared/problem-note.tsx';
import { SessionOnly, Switch } from '../shared/settings.tsx';
import { text } from '../shared/text.tsx';
import { call } from '../../browser/messaging.ts';
import {
  askForNotifications,
  askForReturnPage,
  notificationsAllowed,
  refuseNotifications,
} from '../../browser/pages/permissions.ts';

export function SigningIn({ view }: { view: View }) {
  const returnPagePattern = view.tab ? facts.returnPagePattern : undefined;
  return (
    <>
      <SessionOnly view={view} />
      {returnPagePattern !== undefined && (
        <AlwaysInTab inTab={view.inTab === true} pattern={returnPagePattern} />
      )}
      <Notifications />
    </>
  );
}

function AlwaysInTab({ inTab, pattern }: { inTab: boolean; pattern: string }) {
  const [refused, setRefused] = useState(false);
  const { failed, attempt } = useCommandError();
  const change = async (on: boolean) => {
    void attempt();
    // Within the click, or the browser does not ask. A rejection counts as a refusal.
    const allowed = !on || (await askForReturnPage([pattern]).catch(() => false));
    setRefused(!allowed);
    if (allowed) await attempt(call(on ? 'preferTab' : 'preferWindow'));
  };
  return (
    <>
      <Switch label={text('alwaysTab')} checked={inTab} onChange={(on) => void change(on)}>
        {text('alwaysTabNote')}
      </Switch>
      {refused && <Alert>{text('tabRefused')}</Alert>}
      <CommandError code={failed} />
    </>
  );
}

function Notifications() {
  const [allowed, setAllowed] = useState(false);
  const [refused, setRefused] = useState(false);
  const refresh = () => notificationsAllowed().then(setAllowed, () => setAllowed(false));
  useEffect(() => void refresh(), []);
  const change = async (on: boolean) => {
    setRefused(false);
    try {
      if (!on) await refuseNotifications();
      else if (!(await askForNotifications())) setRefused(true);
    } catch {
      setRefused(on);
    }
    await refresh();
  };
  return (
    <>
      <Switch label={text('notify')} checked={allowed} onChange={(on) => void change(on)}>
        {text('notifyNote')}
      </Switch>
      {refused && <Alert>{text('notifyRefused')}</Alert>}
    </>
  );
}
