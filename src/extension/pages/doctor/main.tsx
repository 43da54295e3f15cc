// The troubleshooting page: checks everything a sign-in depends on, says what to do, and creates a report.
import { render } from 'preact';
import { applyServer } from '../../server-config.ts';
import { build } from '../../config.ts';
import { beginPage } from '../shared/layout.tsx';
import { doctorPorts, storedServerConfig } from '../../browser/pages/doctor-ports.ts';
import { Doctor } from './doctor.tsx';

declare const __REDIRECT_URI__: string | undefined;

beginPage('doctorTitle');

const activeBuild = applyServer(build, await storedServerConfig());

render(
  <Doctor
    builtIn={build}
    otherServer={activeBuild !== build}
    context={{
      ...doctorPorts,
      build: activeBuild,
      registered: typeof __REDIRECT_URI__ === 'undefined' ? undefined : __REDIRECT_URI__,
    }}
  />,
  document.body,
);
