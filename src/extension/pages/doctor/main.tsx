// The doctor: looks at everything a sign-in depends on, says what to do, and makes a report.
import { render } from 'preact';
import { chosen } from '../../server-config.ts';
import { build } from '../../config.ts';
import { beginPage } from '../shared/page.ts';
import { doctorPorts, storedChoice } from '../../browser/pages/doctor-ports.ts';
import { Doctor } from './doctor.tsx';

declare const __REDIRECT_URI__: string | undefined;

beginPage('doctorTitle');

const inForce = chosen(build, await storedChoice());

render(
  <Doctor
    own={build}
    chosen={inForce !== build}
    surroundings={{
      ...doctorPorts,
      build: inForce,
      registered: typeof __REDIRECT_URI__ === 'undefined' ? undefined : __REDIRECT_URI__,
    }}
  />,
  document.body,
);
