// The accounts of the suite: the mock server's seeded ones, and one that signs up.
export const ADA = { email: 'ada@example.com', password: 'correct horse', name: 'Ada Lovelace' };
export const LIN = { email: 'lin@example.com', password: 'correct horse' };
export const NEWCOMER = { email: 'grace@example.com', password: 'nanoseconds of wire' };
