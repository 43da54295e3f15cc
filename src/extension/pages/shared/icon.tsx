// Icons. They always accompany text, so they are hidden from assistive technology.
const PATHS = {
  account: 'M12 12.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5a7.5 7.5 0 0 1 15 0',
  offline: 'M8 19h9a4.5 4.5 0 0 0 2.6-8.2M15.6 7.2A6 6 0 0 0 6.4 10.3 4.4 4.4 0 0 0 8 19M4 4l16 17',
  waiting: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM12 7.5V12l3 2',
  fault: 'M12 4 2.8 20h18.4ZM12 10v4.5M12 17.2v.1',
  storage: 'M4.5 6c0-3.4 15-3.4 15 0s-15 3.4-15 0v12c0 3.4 15 3.4 15 0V6M4.5 12c0 3.4 15 3.4 15 0',
  ended: 'M13.5 4H6v16h7.5M10.5 12h10M17 8.5l3.5 3.5-3.5 3.5',
  pencil: 'M4 20l1-4.5L16 4.5 19.5 8l-11 11ZM13.5 7l3.5 3.5',
  elsewhere: 'M10 5H5v14h14v-5M14 5h5v5M19 5l-8 8',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon ${name}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
