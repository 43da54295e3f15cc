import { expect, it } from 'vitest';
import { originOf } from './origin-of.ts';

it.each([
  ['https://accounts.example.com', 'https://accounts.example.com'],
  ['https://accounts.example.com/', 'https://accounts.example.com'],
  ['HTTPS://Accounts.Example.COM:443', 'https://accounts.example.com'],
  ['http://127.0.0.1:9001/', 'http://127.0.0.1:9001'],
  ['accounts.example.com', 'accounts.example.com'],
  ['', ''],
])('%j means %s', (address, origin) => {
  expect(originOf(address)).toBe(origin);
});
