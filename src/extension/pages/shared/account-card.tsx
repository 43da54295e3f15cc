// Who is signed in: picture or letter, name, address; or the room for them, until they have come.
import type { ComponentChildren } from 'preact';
import type { AccountView } from '../../../session/state/view.ts';
import { Avatar } from './avatar.tsx';
import { text } from './text.ts';
import { visibleName } from './visible-name.ts';

interface Props {
  account: AccountView;
  /** The profile is on its way. */
  coming?: boolean;
  /** Stands where the name stands otherwise. */
  name?: ComponentChildren;
  /** Below the address. */
  children?: ComponentChildren;
}

export function AccountCard({ account, coming = false, name, children }: Props) {
  const { displayName, email } = shown(account);
  if (coming) return <Skeleton />;
  return (
    <div class="account">
      <Avatar name={displayName ?? email ?? ''} url={account.avatar} />
      <div class="who">
        {name ?? <PlainName account={account} />}
        {displayName !== undefined && email !== undefined && (
          <p class="email">
            <bdi dir="ltr">{email}</bdi>
          </p>
        )}
        {children}
      </div>
    </div>
  );
}

export function PlainName({ account }: { account: AccountView }) {
  const { displayName, email } = shown(account);
  return (
    <p class="name">
      <bdi>{displayName ?? email ?? text('noProfile')}</bdi>
    </p>
  );
}

const shown = ({ displayName, email }: AccountView) => ({
  displayName: visibleName(displayName),
  email: visibleName(email),
});

function Skeleton() {
  return (
    <div class="account" role="status">
      <span class="avatar coming" />
      <div class="who">
        <span class="bar coming" />
        <span class="bar short coming" />
        <span class="unseen">{text('profileComing')}</span>
      </div>
    </div>
  );
}
