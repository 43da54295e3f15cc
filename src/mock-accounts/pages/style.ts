/** The pages' style sheet. */

export const STYLE = `
:root { color-scheme: light dark; --ink: #1c1b22; --soft: #5b5b66; --paper: #fff; --ground: #f0f0f4; --line: #cfcfd8;
  --blue: #0060df; --blue-ink: #fff; --red: #b1001c; --red-ground: #ffe9ec; --amber: #fff3cd; --amber-ink: #5c4400; }
@media (prefers-color-scheme: dark) { :root { --ink: #fbfbfe; --soft: #bfbfc9; --paper: #2b2a33; --ground: #1c1b22;
  --line: #5b5b66; --blue: #00b3f4; --blue-ink: #15141a; --red: #ff9aa2; --red-ground: #4a1a22; --amber: #4b3b10;
  --amber-ink: #ffe9a8; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
.notice { margin: 0; padding: .5rem 1rem; text-align: center; font-size: .875rem; background: var(--amber); color: var(--amber-ink); }
main { margin: 8vh auto 4rem; padding: 2rem; background: var(--paper); border-radius: 12px; box-shadow: 0 2px 14px #0002; }
main.narrow { width: min(26rem, calc(100vw - 2rem)); }
main.wide { width: min(42rem, calc(100vw - 2rem)); margin-top: 4vh; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2rem 0 .5rem; font-size: 1.125rem; }
p { margin: .5rem 0; }
.soft { color: var(--soft); }
form { margin: 1.25rem 0 0; }
form.inline { margin: 0; }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
input, select { width: 100%; padding: .6rem .75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 6px; }
input[type=checkbox] { width: auto; margin: 0 .5rem 0 0; }
input:focus-visible, select:focus-visible, button:focus-visible, a:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
button { padding: .6rem 1rem; font: inherit; font-weight: 600; border: 0; border-radius: 6px; cursor: pointer; color: var(--blue-ink); background: var(--blue); }
button.main { width: 100%; margin-top: 1.25rem; }
button.quiet { color: var(--ink); background: transparent; border: 1px solid var(--line); }
button.link { display: block; width: 100%; margin-top: .5rem; color: var(--blue); background: transparent; }
button.danger { color: var(--red); background: transparent; border: 1px solid currentColor; }
a { color: var(--blue); }
[role=alert] { margin: 1rem 0 0; padding: .6rem .75rem; color: var(--red); background: var(--red-ground); border-radius: 6px; }
.person { display: flex; align-items: center; gap: 1rem; margin: 1.25rem 0 0; }
.person img { width: 56px; height: 56px; border-radius: 50%; }
.person strong, .person span { display: block; overflow-wrap: anywhere; }
.code { margin: 1rem 0; font: 700 1.75rem/1 ui-monospace, monospace; letter-spacing: .15em; text-align: center; }
ul { margin: .75rem 0; padding-left: 1.25rem; }
ul.rows { padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 8px; }
ul.rows li { display: flex; justify-content: space-between; align-items: center; gap: 1rem; padding: .75rem 1rem; }
ul.rows li + li { border-top: 1px solid var(--line); }
ul.rows span { display: block; font-size: .875rem; overflow-wrap: anywhere; }
code { font-size: .9em; overflow-wrap: anywhere; }
`;
