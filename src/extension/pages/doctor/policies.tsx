// A short explanation of private windows and containers; docs/private-windows.md has the reasons.
import { text } from '../shared/text.ts';

export function Policies() {
  return (
    <section>
      <h2>{text('doctorPrivateTitle')}</h2>
      <p>{text('doctorPrivateText')}</p>
      <p>{text('doctorPrivateWindow')}</p>
      <h2>{text('doctorContainersTitle')}</h2>
      <p>{text('doctorContainersText')}</p>
    </section>
  );
}
