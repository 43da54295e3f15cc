// Subscriptions, settings and links of a signed-in user.
import type { View } from '../../../session/state/view.ts';
import { connectedServicesPage, settingsPage } from '../shared/account-pages.ts';
import { ChangeLine } from '../shared/change-line.tsx';
import { CommandButton } from '../shared/command-button.tsx';
import { MetricsChoice } from '../shared/metrics-choice.tsx';
import { SessionOnly } from '../shared/session-only.tsx';
import { Icon } from '../shared/icon.tsx';
import { text } from '../shared/text.ts';

export function SignedInMore({ view }: { view: View }) {
  const { account, issuer, lastChange } = view;
  return (
    <>
      {account?.subscriptions && <Subscriptions names={account.subscriptions} />}
      {issuer !== undefined && <Elsewhere issuer={issuer} />}
      <MetricsChoice view={view} />
      <details>
        <summary>{text('otherAccount')}</summary>
        <CommandButton command="signOutAndAsk" label={text('signOutAndAsk')} look="link" />
        <CommandButton command="useAnotherAccount" label={text('useAnotherAccount')} look="link" />
        <SessionOnly view={view} />
        <p class="note">{text('staysSignedIn')}</p>
      </details>
      {lastChange && (
        <p class="note">
          <ChangeLine entry={lastChange} />
        </p>
      )}
    </>
  );
}

function Subscriptions({ names }: { names: readonly string[] }) {
  return (
    <section>
      <h2>{text('subscriptions')}</h2>
      <ul class="chips">
        {names.map((name) => (
          <li key={name}>
            <bdi>{name}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Links for actions at Mozilla accounts. */
function Elsewhere({ issuer }: { issuer: string }) {
  return (
    <ul class="rows">
      <li>
        <a href={settingsPage(issuer)} target="_blank" rel="noreferrer">
          {text('manageAccount')}
          <Icon name="elsewhere" />
        </a>
      </li>
      <li>
        <a href={connectedServicesPage(issuer)} target="_blank" rel="noreferrer">
          {text('connectedServices')}
          <Icon name="elsewhere" />
        </a>
      </li>
    </ul>
  );
}
