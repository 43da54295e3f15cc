// Who is signed in: picture or letter, name, address.
import type { AccountView } from '../../session/view.ts';
import { Avatar } from './avatar.tsx';
import { text } from './text.ts';

export function AccountCard({ account }: { account: AccountView }) {
  const { displayName, email } = account;
  const name = displayName ?? email ?? text('noProfile');
  return (
    <div class="account">
      <Avatar name={displayName ?? email ?? ''} url={account.avatar} />
      <div>
        <p class="name" dir="auto">
          {name}
        </p>
        {displayName !== undefined && email !== undefined && (
          <p class="email" dir="ltr">
            {email}
          </p>
        )}
      </div>
    </div>
  );
}
